//! The files below a folder as keys, page by page.

use crate::object::ObjectInfo;
use std::io;
use std::path::{Path, PathBuf};

/// How a kind of folder keeps its objects.
pub(crate) trait Layout {
    /// The part of a key that is in a file of this name; `None` where that is no file of ours.
    fn part_of(&self, name: &str) -> Option<String>;

    /// What is known about the object in a file; `None` where there is none, any more.
    fn info(&self, file: &Path, key: String) -> io::Result<Option<ObjectInfo>>;
}

/// The first `limit` objects whose key starts with `prefix` and comes after `after`, in the order of the keys' bytes. Beside them
/// only the names of the folders on the way are held in memory.
pub(crate) fn list(
    layout: &impl Layout,
    folder: &Path,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> io::Result<Vec<ObjectInfo>> {
    let mut walk = Walk { layout, prefix, after, limit, found: Vec::new() };
    walk.folder(folder, "")?;
    Ok(walk.found)
}

struct Walk<'a, L> {
    layout: &'a L,
    prefix: &'a str,
    after: Option<&'a str>,
    limit: usize,
    found: Vec<ObjectInfo>,
}

impl<L: Layout> Walk<'_, L> {
    fn folder(&mut self, folder: &Path, parent_key: &str) -> io::Result<()> {
        for (key, path) in self.entries(folder, parent_key)? {
            if self.found.len() == self.limit {
                break;
            }
            if key.ends_with('/') {
                if self.may_hold(&key) {
                    self.folder(&path, &key)?;
                }
            } else if key.starts_with(self.prefix) && self.after.is_none_or(|after| key.as_str() > after) {
                // It may have been deleted meanwhile.
                self.found.extend(self.layout.info(&path, key)?);
            }
        }
        Ok(())
    }

    /// Whether keys that begin with this one can be among those that are looked for.
    fn may_hold(&self, folder_key: &str) -> bool {
        let is_ahead = |after: &str| folder_key > after || after.starts_with(folder_key);
        (folder_key.starts_with(self.prefix) || self.prefix.starts_with(folder_key)) && self.after.is_none_or(is_ahead)
    }

    /// What is in a folder, in the order of the keys; those of folders end with a slash, which counts in that order.
    fn entries(&self, folder: &Path, parent_key: &str) -> io::Result<Vec<(String, PathBuf)>> {
        let entries = match std::fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().and_then(|name| self.layout.part_of(name)) else {
                continue;
            };
            let end = if entry.file_type()?.is_dir() { "/" } else { "" };
            found.push((format!("{parent_key}{name}{end}"), entry.path()));
        }
        found.sort();
        Ok(found)
    }
}
