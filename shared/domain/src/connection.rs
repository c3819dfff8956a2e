//! Where the database and the photos are: the plain values that `config` hands to `db`, `secrets` and `storage`.

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

/// A connection URL with everything percent-encoded that needs it.
pub fn postgres_url(username: &str, password: &str, host: &str, port: u16, name: &str) -> String {
    let [username, password, name] = [username, password, name].map(encode);
    format!("postgres://{username}:{password}@{host}:{port}/{name}")
}

fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte as char),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_password_may_hold_anything() {
        let url = super::postgres_url("ann", "p@ss/w:rd%", "db", 5432, "spots");
        assert_eq!(url, "postgres://ann:p%40ss%2Fw%3Ard%25@db:5432/spots");
    }
}
