//! A copy of the old bucket.

use super::address::keys_of;
use bytes::Bytes;
use domain::{Error, Kind, Result};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use storage::Storage;

/// Where the objects of the old bucket are now.
pub(in crate::import::sharaspot) enum Place {
    /// Files under this folder.
    Folder(PathBuf),
    /// A bucket.
    Bucket(Storage),
}

impl Place {
    /// The object behind an address; `None` where it is not there.
    ///
    /// # Errors
    /// Too large for more than `max_bytes`; those of the bucket or the file system.
    pub(super) async fn fetch(&self, address: &str, max_bytes: u64) -> Result<Option<Bytes>> {
        for key in keys_of(address) {
            let found = match self {
                Self::Folder(folder) => read(&folder.join(key), max_bytes)?,
                Self::Bucket(bucket) => bucket.get(&key, max_bytes).await?.map(|object| object.bytes),
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}

fn read(file: &Path, max_bytes: u64) -> Result<Option<Bytes>> {
    let unreadable = |error: std::io::Error| Error::unavailable("folder of photos", error.kind().to_string());
    match std::fs::metadata(file) {
        Ok(metadata) if !metadata.is_file() => Ok(None),
        Ok(metadata) if metadata.len() > max_bytes => Err(Error::new(Kind::TooLarge, "The file is too large.")),
        Ok(_) => std::fs::read(file).map(|bytes| Some(bytes.into())).map_err(unreadable),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(unreadable(error)),
    }
}
