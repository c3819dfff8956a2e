//! What an answer is kept under.

use crate::Kind;
use sha2::{Digest, Sha256};

/// A hash of everything that makes an answer another one: a position or a route of somebody's stands in no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 32]);

impl Key {
    pub(crate) fn of(kind: Kind, stamp: &str, question: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        let circumstances = [env!("RELEASE").as_bytes(), kind.name().as_bytes(), stamp.as_bytes()];
        for part in circumstances.iter().chain(question) {
            // The length keeps two parts from passing for one.
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Self(digest.finalize().into())
    }

    /// As the shared tier knows it, where others may keep things too.
    pub(crate) fn shared(&self) -> String {
        format!("sharaspot:{}", hex::encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_differs_has_another_key_and_tells_nothing() {
        let key = |kind, stamp, question: &[&[u8]]| Key::of(kind, stamp, question).shared();
        let one = key(Kind::Listing, "7", &[b"lat=42.65", b""]);
        let others = [
            key(Kind::Detail, "7", &[b"lat=42.65", b""]),
            key(Kind::Listing, "8", &[b"lat=42.65", b""]),
            key(Kind::Listing, "7", &[b"lat=42.66", b""]),
            key(Kind::Listing, "7", &[b"lat=42.6", b"5"]),
            key(Kind::Listing, "7", &[b"lat=42.65"]),
        ];
        assert!(!others.contains(&one) && !one.contains("42"));
        assert_eq!(one, key(Kind::Listing, "7", &[b"lat=42.65", b""]));
    }
}
