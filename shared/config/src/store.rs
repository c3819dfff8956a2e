//! Which photo store.

use crate::{ConfigError, Env};
use domain::connection::PhotoStore;
use std::path::Path;

pub(crate) fn read(env: &Env<'_>, data_dir: &Path, endpoint: &str) -> PhotoStore {
    match env.text("S3_BUCKET").or_else(|| env.text("S3_BUCKET_NAME")) {
        Some(bucket) => PhotoStore::S3 { bucket },
        None => {
            PhotoStore::Folder { dir: data_dir.join("photos"), endpoint: endpoint.trim_end_matches('/').to_owned() }
        }
    }
}

pub(crate) fn refuse_embedded(store: &PhotoStore) -> Result<(), ConfigError> {
    match store {
        PhotoStore::S3 { .. } => Ok(()),
        PhotoStore::Folder { .. } => {
            Err(ConfigError { variable: "S3_BUCKET", detail: "APP_ENV=production needs a bucket".to_owned() })
        }
    }
}

/// Where processed photos are public unless `PHOTO_BASE_URL` says otherwise.
pub(crate) fn default_base_url(store: &PhotoStore, endpoint: &str) -> String {
    match store {
        PhotoStore::S3 { bucket } => format!("https://{bucket}.s3.amazonaws.com"),
        PhotoStore::Folder { .. } => endpoint.to_owned(),
    }
}
