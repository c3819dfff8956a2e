//! Where photos are kept.

use std::fmt;
use std::path::PathBuf;

/// Where photos are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhotoStore {
    /// An S3 bucket; region, endpoint and credentials are the SDK's business.
    S3 {
        /// Its name.
        bucket: String,
    },
    /// The embedded default: a folder, and the embedded server in front of it.
    Folder {
        /// The folder.
        dir: PathBuf,
        /// The address of the embedded server, which plays S3.
        endpoint: String,
    },
}

impl fmt::Display for PhotoStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::S3 { bucket } => write!(f, "S3 bucket {bucket}"),
            Self::Folder { dir, .. } => write!(f, "folder {}", dir.display()),
        }
    }
}
