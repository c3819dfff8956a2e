//! Which file an object is in, and back.
//!
//! A key's parts become folders, with every byte encoded that is not plainly harmless: no key can leave `objects/`,
//! whatever it contains. One key cannot at the same time be the folder of another, as it can in S3; the keys of photos
//! never are.

use super::object_file;
use crate::object::ObjectInfo;
use domain::{Error, Result};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::io;
use std::path::{Path, PathBuf};

/// Dots are harmless where a part is more than dots, which `check_key` sees to.
const HARMLESS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// What file systems take.
const MAX_NAME_BYTES: usize = 255;

/// The file of a key that `check_key` has let through. An error where a part is longer than a file's name may be.
pub(super) fn object_path(dir: &Path, key: &str) -> Result<PathBuf> {
    let mut path = objects_dir(dir);
    for part in key.split('/') {
        let name = utf8_percent_encode(part, HARMLESS).to_string();
        if name.len() > MAX_NAME_BYTES {
            return Err(Error::bad_field("key", "invalid", "A part of this key is too long for a local folder."));
        }
        path.push(name);
    }
    Ok(path)
}

/// Where objects are.
pub(super) fn objects_dir(dir: &Path) -> PathBuf {
    dir.join("objects")
}

/// The first `limit` objects whose key starts with `prefix` and comes after `after`, in the order of the keys' bytes. Beside them
/// only the names of the folders on the way are held in memory.
pub(super) fn list(dir: &Path, prefix: &str, after: Option<&str>, limit: usize) -> io::Result<Vec<ObjectInfo>> {
    let mut walk = Walk { prefix, after, limit, found: Vec::new() };
    walk.folder(&objects_dir(dir), "")?;
    Ok(walk.found)
}

struct Walk<'a> {
    prefix: &'a str,
    after: Option<&'a str>,
    limit: usize,
    found: Vec<ObjectInfo>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, parent_key: &str) -> io::Result<()> {
        for (key, path) in entries(folder, parent_key)? {
            if self.found.len() == self.limit {
                break;
            }
            if key.ends_with('/') {
                if self.may_hold(&key) {
                    self.folder(&path, &key)?;
                }
            } else if key.starts_with(self.prefix) && self.after.is_none_or(|after| key.as_str() > after) {
                // It may have been deleted meanwhile.
                if let Some((_, facts)) = object_file::open(&path)? {
                    self.found.push(facts.into_listed(key));
                }
            }
        }
        Ok(())
    }

    /// Whether keys that begin with this one can be among those that are looked for.
    fn may_hold(&self, folder_key: &str) -> bool {
        let is_ahead = |after: &str| folder_key > after || after.starts_with(folder_key);
        (folder_key.starts_with(self.prefix) || self.prefix.starts_with(folder_key)) && self.after.is_none_or(is_ahead)
    }
}

/// What is in a folder, in the order of the keys; those of folders end with a slash, which counts in that order.
fn entries(folder: &Path, parent_key: &str) -> io::Result<Vec<(String, PathBuf)>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().and_then(decode) else {
            continue;
        };
        let end = if entry.file_type()?.is_dir() { "/" } else { "" };
        found.push((format!("{parent_key}{name}{end}"), entry.path()));
    }
    found.sort();
    Ok(found)
}

fn decode(name: &str) -> Option<String> {
    percent_decode_str(name).decode_utf8().ok().map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_leads_out_of_the_folder() {
        let file = |key| object_path(Path::new("/d"), key).unwrap();
        assert_eq!(file("a+b c%2B(1).JPG"), Path::new("/d/objects/a%2Bb%20c%252B%281%29.JPG"));
        assert_eq!(file("raw/..\\..\\x"), Path::new("/d/objects/raw/..%5C..%5Cx"));
        assert_eq!(file("...").file_name().unwrap(), "...");
    }

    #[test]
    fn a_name_gives_its_part_of_the_key_back() {
        for part in ["a+b c%2B(1).JPG", "ä/ö", "..\\", "~", "x.y-z_0"] {
            let name = utf8_percent_encode(part, HARMLESS).to_string();
            assert!(!name.contains('/'));
            assert_eq!(decode(&name).unwrap(), part);
        }
    }
}
