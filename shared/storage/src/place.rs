//! Where a command keeps or finds files: a folder, or what is under a prefix of a store.

use crate::folder::Folder;
use crate::object::{Object, ObjectHeaders, ObjectInfo};
use crate::{S3, Storage};
use bytes::Bytes;
use domain::{Error, Kind, Result};
use std::fmt;

/// What an address of a bucket begins with.
const SCHEME: &str = "s3://";

/// A place for files. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Place {
    /// Plain files.
    Folder(Folder),
    /// Objects, with the prefix of their keys: empty, or with a slash at its end.
    Store {
        /// The store.
        storage: Storage,
        /// The prefix.
        prefix: String,
    },
}

/// Whether somebody meant an address and would get a folder of that name: `S3://…`, `s3:bucket`, `https://…`.
fn is_misspelt(address: &str) -> bool {
    let Some((scheme, rest)) = address.split_once(':') else { return false };
    let is_scheme = !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_scheme && (rest.starts_with('/') || scheme.eq_ignore_ascii_case("s3"))
}

impl Place {
    /// The place at `s3://BUCKET`, `s3://BUCKET/PREFIX` or a path. Nothing is asked, and nothing made.
    ///
    /// # Errors
    /// Bad input for an address without a bucket or a path without a name; those of [`S3::connect`].
    pub async fn open(address: &str) -> Result<Self> {
        let Some(rest) = address.strip_prefix(SCHEME) else {
            if address.is_empty() {
                return Err(Error::new(Kind::BadInput, "A folder has a path."));
            }
            if is_misspelt(address) {
                let detail = format!("{address} is neither a folder nor s3://BUCKET or s3://BUCKET/PREFIX.");
                return Err(Error::new(Kind::BadInput, detail));
            }
            return Ok(Self::Folder(Folder::at(address)));
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.trim_matches('/');
        if bucket.is_empty() {
            return Err(Error::new(Kind::BadInput, "An address of a bucket is s3://BUCKET or s3://BUCKET/PREFIX."));
        }
        let place = Self::of(Storage::S3(S3::connect(bucket).await?));
        Ok(if prefix.is_empty() { place } else { place.join(prefix) })
    }

    /// All of a store.
    pub fn of(storage: Storage) -> Self {
        Self::Store { storage, prefix: String::new() }
    }

    /// The same, where what is put into a folder is for this user's eyes alone. Who may read a store is for the store to say.
    #[must_use]
    pub fn for_owner_only(self) -> Self {
        match self {
            Self::Folder(folder) => Self::Folder(folder.for_owner_only()),
            store => store,
        }
    }

    /// What is below a key of this place.
    #[must_use]
    pub fn join(&self, key: &str) -> Self {
        match self {
            Self::Folder(folder) => Self::Folder(folder.join(key)),
            Self::Store { storage, prefix } => {
                Self::Store { storage: storage.clone(), prefix: format!("{prefix}{key}/") }
            }
        }
    }

    /// Stores a file, over whatever was there, whole or not at all. A folder keeps no headers.
    ///
    /// # Errors
    /// Those of the folder or the store.
    pub async fn put(&self, key: &str, bytes: Bytes, headers: &ObjectHeaders) -> Result<()> {
        match self {
            Self::Folder(folder) => folder.put(key, bytes).await,
            Self::Store { storage, prefix } => storage.put(&format!("{prefix}{key}"), bytes, headers).await,
        }
    }

    /// The file under a key, `None` where there is none.
    ///
    /// # Errors
    /// Too large for one of more than `max_bytes`; those of the folder or the store.
    pub async fn get(&self, key: &str, max_bytes: u64) -> Result<Option<Object>> {
        match self {
            Self::Folder(folder) => folder.get(key, max_bytes).await,
            Self::Store { storage, prefix } => storage.get(&format!("{prefix}{key}"), max_bytes).await,
        }
    }

    /// Removes a file. That there was none is no error.
    ///
    /// # Errors
    /// Those of the folder or the store.
    pub async fn delete(&self, key: &str) -> Result<()> {
        match self {
            Self::Folder(folder) => folder.delete(key).await,
            Self::Store { storage, prefix } => storage.delete(&format!("{prefix}{key}")).await,
        }
    }

    /// The next files whose key starts with `start` and comes after `after`, in the order of the keys' bytes: `limit` at most. An
    /// empty page is the end. A folder knows no ETags, and shows what is [`crate::UNFINISHED`] too.
    ///
    /// # Errors
    /// Those of the folder or the store.
    pub async fn list_page(&self, start: &str, after: Option<&str>, limit: usize) -> Result<Vec<ObjectInfo>> {
        match self {
            Self::Folder(folder) => folder.list_page(start, after, limit).await,
            Self::Store { storage, prefix } => {
                let after = after.map(|after| format!("{prefix}{after}"));
                let mut page = storage.list_page(&format!("{prefix}{start}"), after.as_deref(), limit).await?;
                page.iter_mut().for_each(|info| drop(info.key.drain(..prefix.len())));
                Ok(page)
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.path().display().fmt(f),
            Self::Store { storage, prefix } => match format!("{}/{prefix}", storage.bucket()).trim_end_matches('/') {
                #[cfg(feature = "embedded")]
                _ if matches!(storage, Storage::Local(_)) => f.write_str("the folder of the embedded store"),
                bucket => write!(f, "{SCHEME}{bucket}"),
            },
        }
    }
}
