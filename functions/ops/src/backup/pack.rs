//! Lines to a file and back.

use super::manifest::StoredPart;
use domain::{Error, Kind, Result};
use sha2::{Digest, Sha256};

/// The quick end of zstd's scale: a level more takes longer and hardly gains anything with lines that are all alike.
const LEVEL: i32 = 1;
/// No part has more: who says so does not make us take the memory.
const MAX_RAW_BYTES: u64 = 256 << 20;

/// The SHA-256 of lines.
pub(crate) fn sha256(lines: &[u8]) -> String {
    Sha256::digest(lines).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compresses lines.
///
/// # Errors
/// Where there is no memory for it.
pub(crate) fn pack(lines: &[u8]) -> Result<Vec<u8>> {
    zstd::bulk::compress(lines, LEVEL).map_err(Error::internal)
}

/// The lines of a part, which are what the manifest says.
///
/// # Errors
/// Conflict for a file that is damaged.
pub(crate) fn unpack(file: &[u8], part: &StoredPart) -> Result<Vec<u8>> {
    let damaged = |why: &str| Error::new(Kind::Conflict, format!("The part {} is damaged: {why}.", part.name));
    if part.raw_bytes > MAX_RAW_BYTES {
        return Err(damaged("it says that it is larger than any part"));
    }
    // What is longer than it says does not fit, and is an error too.
    let lines = zstd::bulk::decompress(file, part.raw_bytes as usize)
        .map_err(|error| damaged("it cannot be unpacked").because(error))?;
    if lines.len() as u64 != part.raw_bytes || sha256(&lines) != part.sha256 {
        return Err(damaged("its checksum is another"));
    }
    let rows = lines.iter().filter(|byte| **byte == b'\n').count() as u64;
    if rows == part.rows { Ok(lines) } else { Err(damaged("it has another number of rows")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_unpacked_as_it_was_packed_and_a_damaged_one_is_refused() {
        let lines = b"{\"a\":1}\n".repeat(1_000);
        let file = pack(&lines).unwrap();
        let part = StoredPart {
            name: "x".to_owned(),
            rows: 1_000,
            raw_bytes: lines.len() as u64,
            bytes: file.len() as u64,
            sha256: sha256(&lines),
        };
        assert_eq!(unpack(&file, &part).unwrap(), lines);
        for at in 0..file.len() {
            let mut damaged = file.clone();
            damaged[at] ^= 1;
            // A bit of the header that nobody reads may differ; then the lines are right all the same.
            assert!(unpack(&damaged, &part).map_or(true, |unpacked| unpacked == lines), "{at}");
            assert!(unpack(&file[..at], &part).is_err(), "{at}");
        }
        let wrong = [
            StoredPart { rows: 999, ..part.clone() },
            StoredPart { raw_bytes: 1, ..part.clone() },
            StoredPart { raw_bytes: u64::MAX, ..part.clone() },
            StoredPart { raw_bytes: part.raw_bytes + 1, ..part.clone() },
            StoredPart { sha256: sha256(b""), ..part.clone() },
        ];
        assert!(wrong.iter().all(|wrong| unpack(&file, wrong).is_err_and(|error| error.kind() == Kind::Conflict)));
    }
}
