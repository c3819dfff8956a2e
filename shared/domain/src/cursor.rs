//! The opaque token that continues a search where a page ended.

use crate::{Error, Result, Timestamp};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The last item of a page, in the terms of the order: a key (time or length) and the id that breaks ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Which search it belongs to, see [`fingerprint`].
    pub search: u64,
    /// The number of the page that it leads to.
    pub page: u32,
    /// The item's key, as bits.
    key: u64,
    /// The item's id.
    pub id: Uuid,
}

impl Cursor {
    /// After an item in an order by time.
    pub fn after_time(search: u64, page: u32, time: Timestamp, id: Uuid) -> Self {
        Self { search, page, key: time.as_micros() as u64, id }
    }

    /// After an item in an order by a length in metres.
    pub fn after_metres(search: u64, page: u32, metres: f64, id: Uuid) -> Self {
        Self { search, page, key: metres.to_bits(), id }
    }

    /// The key of an order by time.
    pub fn time(&self) -> Timestamp {
        Timestamp::from_micros(self.key as i64)
    }

    /// The key of an order by length.
    pub fn metres(&self) -> f64 {
        f64::from_bits(self.key)
    }

    /// As text for a URL.
    pub fn encode(&self) -> String {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.extend(self.search.to_be_bytes());
        bytes.extend(self.page.to_be_bytes());
        bytes.extend(self.key.to_be_bytes());
        bytes.extend(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a token back.
    ///
    /// # Errors
    /// Bad input for the field `cursor` when it is not a token of ours or belongs to another search.
    pub fn decode(text: &str, search: u64) -> Result<Self> {
        let cursor = Self::from_text(text)
            .ok_or_else(|| Error::bad_field("cursor", "not_a_cursor", "Take it from next_cursor, unchanged."))?;
        if cursor.search != search {
            return Err(Error::bad_field("cursor", "other_search", "It belongs to a search with other parameters."));
        }
        Ok(cursor)
    }

    fn from_text(text: &str) -> Option<Self> {
        let bytes: [u8; LENGTH] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let page = u32::from_be_bytes(bytes[8..12].try_into().ok()?);
        (page >= 1).then_some(Self {
            search: u64::from_be_bytes(bytes[0..8].try_into().ok()?),
            page,
            key: u64::from_be_bytes(bytes[12..20].try_into().ok()?),
            id: Uuid::from_slice(&bytes[20..36]).ok()?,
        })
    }
}

const LENGTH: usize = 36;

/// A number that is the same for the same search: the first eight bytes of a SHA-256.
pub fn fingerprint(search: &[u8]) -> u64 {
    let digest = Sha256::digest(search);
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_fits_only_its_search() {
        let cursor = Cursor::after_metres(42, 2, 1234.5, Uuid::from_u128(9));
        let text = cursor.encode();
        assert_eq!(Cursor::decode(&text, 42).unwrap(), cursor);
        assert_eq!(Cursor::decode(&text, 43).unwrap_err().fields()[0].code, "other_search");
        for bad in ["", "x", &text[1..], "????", &format!("{text}AA")] {
            assert_eq!(Cursor::decode(bad, 42).unwrap_err().fields()[0].code, "not_a_cursor", "{bad}");
        }
    }
}
