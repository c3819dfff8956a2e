//! Which file an object is in, and back.
//!
//! A key's parts become folders, with every byte encoded that is not plainly harmless: no key can leave `objects/`,
//! whatever it contains. One key cannot at the same time be the folder of another, as it can in S3; the keys of photos
//! never are.

use super::object_file;
use crate::object::ObjectInfo;
use crate::walk::{self, Layout};
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

/// See [`walk::list`].
pub(super) fn list(dir: &Path, prefix: &str, after: Option<&str>, limit: usize) -> io::Result<Vec<ObjectInfo>> {
    walk::list(&Encoded, &objects_dir(dir), prefix, after, limit)
}

struct Encoded;

impl Layout for Encoded {
    fn part_of(&self, name: &str) -> Option<String> {
        decode(name)
    }

    fn info(&self, file: &Path, key: String) -> io::Result<Option<ObjectInfo>> {
        object_file::list(file, key)
    }
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
