//! Where the lines of a table are cut into parts.
//!
//! Behind a row whose key says so, once there is enough: a row that comes or goes moves the cuts near it and no others. Two dumps of
//! nearly the same table therefore have nearly the same parts.

/// A part is not cut before it has so many bytes, where its table has more.
const MIN_BYTES: usize = 8 << 20;
/// And always behind the row with which it has so many.
const MAX_BYTES: usize = 16 << 20;
/// One key in so many says so.
const RARITY: u64 = 2_048;

/// Rows of one table, as lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Each with its end. 16 MB at most, and the rest of a row.
    pub lines: Vec<u8>,
    /// How many.
    pub rows: u64,
}

/// Whether a part of so many bytes ends behind the row with this key.
pub(super) fn ends(bytes: usize, key: &[u8]) -> bool {
    bytes >= MAX_BYTES || (bytes >= MIN_BYTES && fnv(key).is_multiple_of(RARITY))
}

/// Fowler, Noll and Vo's hash, 1a, with its halves folded together: the lowest bits alone would follow the last byte too closely.
fn fnv(bytes: &[u8]) -> u64 {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_comes_behind_one_key_in_many_and_at_the_limit_behind_any() {
        let keys = || (0..100_000_u32).map(|number| format!("\"{number:08}\""));
        let cuts = keys().filter(|key| ends(MIN_BYTES, key.as_bytes())).count();
        assert!((20..100).contains(&cuts), "{cuts}");
        assert!(keys().all(|key| !ends(MIN_BYTES - 1, key.as_bytes()) && ends(MAX_BYTES, key.as_bytes())));
    }
}
