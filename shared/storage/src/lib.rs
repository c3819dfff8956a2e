//! Where photos are kept: S3, or a local folder that behaves like it.
//!
//! The only crate that names the S3 client. [`Storage`] is a closed set of two stores with the same methods in the
//! same order, in `s3.rs` and `local.rs`; knowing one is knowing the other, and the sentences in [`contract`] are true
//! of both. Presigned uploads are signed in one place for both: `post_policy.rs`.
//!
//! The folder is the cargo feature `embedded`, which production builds leave out. It also plays S3's event
//! notifications: an object under `raw/` leaves a file in `events/pending/` before its put is acknowledged.
//!
//! A [`Place`] is for commands: what they are told to read from or write to, a store or a folder of plain files.
//!
//! What never lives here: what a key means (`domain::photo` builds keys), what is in the bytes (`photo`), HTTP.
//! Start with [`Storage`] and the values in `object.rs`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(feature = "contract")]
pub mod contract;
mod folder;
#[cfg(feature = "embedded")]
pub mod local;
mod object;
mod open;
mod place;
mod post_policy;
mod s3;
mod walk;
mod write;

pub use folder::{Folder, UNFINISHED};
#[cfg(feature = "embedded")]
pub use local::{Local, LocalSettings};
pub use object::{Object, ObjectHeaders, ObjectInfo, PostForm, PresignedPost};
pub use place::Place;
pub use s3::S3;

use bytes::Bytes;
use domain::photo::rendition_prefix;
use domain::{Error, Result};
use md5::{Digest as _, Md5};

/// A photo store.
#[derive(Clone, Debug)]
pub enum Storage {
    /// A bucket.
    S3(S3),
    /// A folder.
    #[cfg(feature = "embedded")]
    Local(Local),
}

impl Storage {
    /// What the bucket is called.
    pub fn bucket(&self) -> &str {
        match self {
            Self::S3(store) => store.bucket(),
            #[cfg(feature = "embedded")]
            Self::Local(store) => store.bucket(),
        }
    }

    /// Stores `bytes` under `key`, over whatever was there. Once this returns, the object survives a crash.
    pub async fn put(&self, key: &str, bytes: Bytes, headers: &ObjectHeaders) -> Result<()> {
        match self {
            Self::S3(store) => store.put(key, bytes, headers).await,
            #[cfg(feature = "embedded")]
            Self::Local(store) => store.put(key, bytes, headers).await,
        }
    }

    /// The object under `key`, `None` where there is none. One of more than `max_bytes` is an error of kind
    /// `TooLarge`, and is not read.
    pub async fn get(&self, key: &str, max_bytes: u64) -> Result<Option<Object>> {
        match self {
            Self::S3(store) => store.get(key, max_bytes).await,
            #[cfg(feature = "embedded")]
            Self::Local(store) => store.get(key, max_bytes).await,
        }
    }

    /// What is known about the object under `key` without reading it, `None` where there is none.
    pub async fn head(&self, key: &str) -> Result<Option<ObjectInfo>> {
        match self {
            Self::S3(store) => store.head(key).await,
            #[cfg(feature = "embedded")]
            Self::Local(store) => store.head(key).await,
        }
    }

    /// Removes the object under `key`. That there was none is no error.
    pub async fn delete(&self, key: &str) -> Result<()> {
        match self {
            Self::S3(store) => store.delete(key).await,
            #[cfg(feature = "embedded")]
            Self::Local(store) => store.delete(key).await,
        }
    }

    /// Every object whose key starts with `prefix`, in the order of the keys' bytes.
    pub async fn list(&self, prefix: &str) -> Result<Vec<ObjectInfo>> {
        match self {
            Self::S3(store) => store.list(prefix).await,
            #[cfg(feature = "embedded")]
            Self::Local(store) => store.list(prefix).await,
        }
    }

    /// Deletes every object whose key starts with `prefix`.
    pub async fn delete_all(&self, prefix: &str) -> Result<()> {
        for object in self.list(prefix).await? {
            self.delete(&object.key).await?;
        }
        Ok(())
    }

    /// Deletes everything that is stored of a photo: the raw object first, without which no delivery makes new renditions, then
    /// everything under its rendition prefix, not only what its row lists: an earlier try may have published under another hash.
    ///
    /// # Errors
    /// Internal for a raw key that is not ours; as every request.
    pub async fn delete_photo(&self, raw_key: &str) -> Result<()> {
        let prefix = rendition_prefix(raw_key).ok_or_else(|| Error::internal("a raw key that is not ours"))?;
        self.delete(raw_key).await?;
        self.delete_all(&prefix).await
    }

    /// The next objects whose key starts with `prefix` and comes after `after`, in the order of the keys' bytes: `limit` at most
    /// (1 to [`MAX_PAGE`]). An empty page is the end; one before it may hold fewer than asked for.
    pub async fn list_page(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<ObjectInfo>> {
        let limit = limit.clamp(1, MAX_PAGE);
        match self {
            Self::S3(store) => store.list_page(prefix, after, limit).await,
            #[cfg(feature = "embedded")]
            Self::Local(store) => store.list_page(prefix, after, limit).await,
        }
    }

    /// Signs a form with which a client may upload exactly one object: this key, this type, this many bytes, until
    /// then. Nothing is stored by it and nobody is asked.
    pub async fn presign_post(&self, form: &PostForm<'_>) -> Result<PresignedPost> {
        match self {
            Self::S3(store) => store.presign_post(form).await,
            #[cfg(feature = "embedded")]
            Self::Local(store) => store.presign_post(form).await,
        }
    }
}

/// What the photo store is called where a client reads it.
const PART: &str = "photo store";

/// The largest page of a listing, by S3's own limit.
pub const MAX_PAGE: usize = 1_000;

/// S3's own limit.
const MAX_KEY_BYTES: usize = 1024;

/// Refuses keys that one of the stores could not keep, or that could leave a folder. The same for both stores, so that
/// what works locally works in production.
fn check_key(key: &str) -> Result<()> {
    let is_bad_part = |part: &str| part.is_empty() || part == "." || part == "..";
    let is_bad = key.len() > MAX_KEY_BYTES || key.contains('\0') || key.split('/').any(is_bad_part);
    if is_bad {
        return Err(Error::bad_field("key", "invalid", "This is not a key that an object can have."));
    }
    Ok(())
}

/// The ETag of an object with these bytes, with its quotes, as a folder has it, and S3 where it encrypts with no key of ours.
pub fn etag_of(bytes: &[u8]) -> String {
    format!("\"{}\"", hex::encode(Md5::digest(bytes)))
}

fn too_large(size_bytes: u64, max_bytes: u64) -> Error {
    let detail = format!("The object has {size_bytes} bytes; the limit is {max_bytes}.");
    Error::new(domain::Kind::TooLarge, detail)
}
