//! Whether two databases hold the same.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt::Write;

/// What the lines of a table come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// How many rows.
    pub rows: u64,
    /// The SHA-256 of their lines, each with its end, in hexadecimal.
    pub sha256: String,
}

/// Takes the lines of a table as they come.
#[derive(Clone, Debug, Default)]
pub struct Hasher {
    rows: u64,
    hash: Sha256,
}

impl Hasher {
    /// Whole lines, and how many.
    pub fn add(&mut self, lines: &[u8], rows: u64) {
        self.rows += rows;
        self.hash.update(lines);
    }

    /// What they came to.
    pub fn digest(self) -> Digest {
        Digest { rows: self.rows, sha256: hex(&self.hash.finalize()) }
    }
}

/// The one hash of a database: the SHA-256 of a line `table rows sha256` for each of its tables, in their order.
pub fn hash_of<'a>(tables: impl IntoIterator<Item = (&'a str, &'a Digest)>) -> String {
    let mut hash = Sha256::new();
    for (table, Digest { rows, sha256 }) in tables {
        hash.update(format!("{table} {rows} {sha256}\n"));
    }
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_does_not_depend_on_how_lines_come() {
        let (mut whole, mut parts) = (Hasher::default(), Hasher::default());
        whole.add(b"a\nb\n", 2);
        parts.add(b"a\n", 1);
        parts.add(b"b\n", 1);
        let digest = whole.digest();
        assert_eq!(parts.digest(), digest);
        // printf 'a\nb\n' | sha256sum
        assert_eq!(digest.sha256, "911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2");
        assert_ne!(hash_of([("a", &digest)]), hash_of([("b", &digest)]));
    }
}
