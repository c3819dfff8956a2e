//! The values that go in and out of a store.

use bytes::Bytes;
use domain::Timestamp;
use std::collections::BTreeMap;
use std::fmt;

/// What an object is served with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectHeaders {
    /// `Content-Type`.
    pub content_type: String,
    /// `Cache-Control`, if it has one.
    pub cache_control: Option<String>,
}

/// An object with its bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Object {
    /// The content.
    pub bytes: Bytes,
    /// `Content-Type`.
    pub content_type: String,
    /// `Cache-Control`, if it has one.
    pub cache_control: Option<String>,
    /// With its quotes, as in the header.
    pub etag: String,
    /// How many bytes it has.
    pub size_bytes: u64,
    /// When it was stored, to the second.
    pub last_modified: Timestamp,
    /// S3's version id, where the bucket keeps versions.
    pub version: Option<String>,
}

/// What is known about an object without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Where it is.
    pub key: String,
    /// How many bytes it has.
    pub size_bytes: u64,
    /// With its quotes, as in the header.
    pub etag: String,
    /// When it was stored, to the second.
    pub last_modified: Timestamp,
    /// `Content-Type`; never known in a listing.
    pub content_type: Option<String>,
    /// `Cache-Control`, if it has one; never known in a listing.
    pub cache_control: Option<String>,
    /// S3's version id, where the bucket keeps versions; never known in a listing.
    pub version: Option<String>,
}

/// What a presigned upload allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostForm<'a> {
    /// The one key.
    pub key: &'a str,
    /// The one `Content-Type`.
    pub content_type: &'a str,
    /// Fewest bytes of the file.
    pub min_bytes: u64,
    /// Most bytes of the file.
    pub max_bytes: u64,
    /// The SHA-256 of the file; the store compares it where it is given.
    pub sha256: Option<[u8; 32]>,
    /// The time of signing.
    pub now: Timestamp,
    /// When the form stops working.
    pub expires_at: Timestamp,
}

/// A signed form: the client posts `fields`, then `file`, to `url` as multipart/form-data and gets 204.
#[derive(Clone, PartialEq, Eq)]
pub struct PresignedPost {
    /// Where to.
    pub url: String,
    /// Every field but `file`, in any order.
    pub fields: BTreeMap<String, String>,
    /// When the form stops working: earlier than asked for where the signing credentials end earlier.
    pub expires_at: Timestamp,
}

/// Bytes do not belong in a log.
impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("size_bytes", &self.size_bytes)
            .field("content_type", &self.content_type)
            .field("etag", &self.etag)
            .finish_non_exhaustive()
    }
}

/// Whoever has the fields may upload: they do not belong in a log either.
impl fmt::Debug for PresignedPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PresignedPost")
            .field("url", &self.url)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
