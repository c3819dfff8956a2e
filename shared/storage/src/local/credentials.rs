//! The access key of the folder: made once, at random, and readable by its owner only.

use crate::write::{self, Readers};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;
use uuid::Uuid;

/// An access key like one of AWS's.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalCredentials {
    /// Public.
    pub access_key_id: String,
    /// Secret.
    pub secret_access_key: String,
}

impl fmt::Debug for LocalCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalCredentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

/// Reads the key, or makes it. The caller sees to it that one process does this at a time.
pub(super) fn read_or_make(dir: &Path, own: &Path) -> io::Result<LocalCredentials> {
    let path = dir.join("local-credentials.json");
    match std::fs::read(&path) {
        Ok(json) => Ok(serde_json::from_slice(&json)?),
        Err(error) if error.kind() == ErrorKind::NotFound => make(&path, own),
        Err(error) => Err(error),
    }
}

fn make(path: &Path, own: &Path) -> io::Result<LocalCredentials> {
    let id = Uuid::new_v4().simple().to_string().to_uppercase();
    let credentials = LocalCredentials {
        access_key_id: format!("LOCAL{}", &id[..15]),
        secret_access_key: format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()),
    };
    let new = own.join("credentials");
    write::write_new(&new, Readers::Owner, |file| Ok(serde_json::to_writer_pretty(file, &credentials)?))?;
    write::rename(&new, path)?;
    Ok(credentials)
}
