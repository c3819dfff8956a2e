//! One object in one file: its bytes, then what is known about it as JSON, then the length of that JSON and a mark.
//!
//! One file, because one rename then publishes both or neither. At the end, because viewers of pictures do not mind.

use crate::object::{Object, ObjectHeaders, ObjectInfo};
use bytes::Bytes;
use domain::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write};
use std::path::Path;
use std::time::UNIX_EPOCH;

const MARK: &[u8; 8] = b"SSOBJECT";
/// The length of the JSON (big endian) and the mark.
const TAIL_BYTES: u64 = 4 + MARK.len() as u64;

/// What is known about an object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Facts {
    pub(super) size_bytes: u64,
    /// With its quotes.
    pub(super) etag: String,
    content_type: String,
    cache_control: Option<String>,
    last_modified_s: i64,
}

impl Facts {
    /// Of an object that is stored now.
    pub(super) fn of(bytes: &Bytes, headers: &ObjectHeaders, now: Timestamp) -> Self {
        Self {
            size_bytes: bytes.len() as u64,
            etag: crate::etag_of(bytes),
            content_type: headers.content_type.clone(),
            cache_control: headers.cache_control.clone(),
            last_modified_s: now.as_seconds(),
        }
    }

    fn last_modified(&self) -> Timestamp {
        Timestamp::from_micros(self.last_modified_s.saturating_mul(1_000_000))
    }

    /// With the bytes.
    pub(super) fn into_object(self, bytes: Bytes) -> Object {
        Object {
            last_modified: self.last_modified(),
            bytes,
            content_type: self.content_type,
            cache_control: self.cache_control,
            etag: self.etag,
            size_bytes: self.size_bytes,
            version: None,
        }
    }

    /// Without the bytes.
    pub(super) fn into_info(self, key: String) -> ObjectInfo {
        ObjectInfo {
            key,
            last_modified: self.last_modified(),
            size_bytes: self.size_bytes,
            etag: self.etag,
            content_type: Some(self.content_type),
            cache_control: self.cache_control,
            version: None,
        }
    }

    /// As a listing shows it: as little as S3 does.
    pub(super) fn into_listed(self, key: String) -> ObjectInfo {
        ObjectInfo { content_type: None, cache_control: None, ..self.into_info(key) }
    }
}

/// Writes an object into an open file.
pub(super) fn write(file: &mut File, bytes: &[u8], facts: &Facts) -> io::Result<()> {
    let json = serde_json::to_vec(facts)?;
    let length = u32::try_from(json.len()).map_err(|_| io::Error::from(ErrorKind::InvalidInput))?;
    file.write_all(bytes)?;
    file.write_all(&json)?;
    file.write_all(&length.to_be_bytes())?;
    file.write_all(MARK)
}

/// The file, positioned at the first byte, and what is known about it. `None` where there is no such object. The pair
/// stays whole when the object is replaced meanwhile: that makes another file of the same name.
pub(super) fn open(path: &Path) -> io::Result<Option<(File, Facts)>> {
    let mut file = match File::open(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        file => file?,
    };
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Ok(None);
    }
    let facts = read_facts(&mut file, metadata.len())?;
    file.seek(SeekFrom::Start(0))?;
    Ok(Some((file, facts)))
}

/// An object as a listing shows it, also one that is damaged: so that it can be found, replaced and removed. That one has an ETag that no
/// object has.
pub(super) fn list(path: &Path, key: String) -> io::Result<Option<ObjectInfo>> {
    match open(path) {
        Ok(found) => Ok(found.map(|(_, facts)| facts.into_listed(key))),
        Err(error) if matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof) => {
            tracing::warn!(key, "a damaged object");
            let metadata = std::fs::metadata(path)?;
            let modified = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
            Ok(Some(ObjectInfo {
                key,
                last_modified: Timestamp::from_micros(modified.as_micros() as i64),
                size_bytes: metadata.len(),
                etag: "\"damaged\"".to_owned(),
                content_type: None,
                cache_control: None,
                version: None,
            }))
        }
        Err(error) => Err(error),
    }
}

fn read_facts(file: &mut File, file_bytes: u64) -> io::Result<Facts> {
    let tail_start = file_bytes.checked_sub(TAIL_BYTES).ok_or_else(damaged)?;
    file.seek(SeekFrom::Start(tail_start))?;
    let (mut length, mut mark) = ([0; 4], [0; 8]);
    file.read_exact(&mut length)?;
    file.read_exact(&mut mark)?;
    let length = u64::from(u32::from_be_bytes(length));
    let json_start = tail_start.checked_sub(length).filter(|_| mark == *MARK).ok_or_else(damaged)?;
    file.seek(SeekFrom::Start(json_start))?;
    let facts: Facts = serde_json::from_reader(file.take(length))?;
    if facts.size_bytes != json_start {
        return Err(damaged());
    }
    Ok(facts)
}

/// The bytes of an opened object.
pub(super) fn read_bytes(file: File, facts: &Facts) -> io::Result<Bytes> {
    let mut bytes = Vec::with_capacity(usize::try_from(facts.size_bytes).unwrap_or_default());
    file.take(facts.size_bytes).read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

fn damaged() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "not a file that an object was stored in")
}
