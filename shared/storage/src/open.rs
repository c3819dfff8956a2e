//! Opening the store that was chosen.

use crate::{S3, Storage};
use domain::connection::PhotoStore;
use domain::{Result, Timestamp};

impl Storage {
    /// Opens a store; `now` is the clock.
    ///
    /// # Errors
    /// Unavailable when a folder cannot be made or read; internal for a folder in a program without the feature `embedded`.
    pub async fn open(store: &PhotoStore, now: fn() -> Timestamp) -> Result<Self> {
        match store {
            PhotoStore::S3 { bucket } => Ok(Self::S3(S3::connect(bucket).await?)),
            PhotoStore::Folder { dir, endpoint } => open_folder(dir, endpoint, now),
        }
    }
}

/// What the embedded bucket is called.
#[cfg(feature = "embedded")]
const LOCAL_BUCKET: &str = "sharaspot-photos";

#[cfg(feature = "embedded")]
fn open_folder(dir: &std::path::Path, endpoint: &str, now: fn() -> Timestamp) -> Result<Storage> {
    let settings = crate::LocalSettings {
        dir: dir.to_owned(),
        public_endpoint: endpoint.to_owned(),
        bucket: LOCAL_BUCKET.to_owned(),
        now,
    };
    Ok(Storage::Local(crate::Local::open(settings)?))
}

#[cfg(not(feature = "embedded"))]
fn open_folder(_dir: &std::path::Path, _endpoint: &str, _now: fn() -> Timestamp) -> Result<Storage> {
    Err(domain::Error::internal("this program was built without the local folder (cargo feature `embedded`)"))
}
