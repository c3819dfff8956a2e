//! Reading your own writes although reads go to a copy that may lag behind.

use crate::{Error, Result};
use std::fmt;

/// How far the primary had come when a write was done: what a write hands out and a later read hands in again
/// (`X-Consistency-Token`). A copy may answer the read once it has come as far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConsistencyToken(i64);

impl ConsistencyToken {
    /// From the primary's position in its log, in bytes; below zero counts as zero.
    pub const fn new(position: i64) -> Self {
        Self(if position < 0 { 0 } else { position })
    }

    /// The position in the log, in bytes.
    pub const fn position(self) -> i64 {
        self.0
    }

    /// Reads what a client hands in.
    ///
    /// # Errors
    /// Bad input for what no write has handed out.
    pub fn parse(text: &str) -> Result<Self> {
        let position = (text.len() <= 16).then(|| i64::from_str_radix(text, 16).ok()).flatten();
        position.filter(|position| *position >= 0 && !text.starts_with('+')).map(Self).ok_or_else(|| {
            Error::bad_field("x-consistency-token", "malformed", "Must be the token that a write has answered.")
        })
    }
}

impl fmt::Display for ConsistencyToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_as_it_went_out() {
        for position in [0, 1, 0x16_b3_74_80, i64::MAX] {
            let token = ConsistencyToken::new(position);
            assert_eq!(ConsistencyToken::parse(&token.to_string()).ok(), Some(token));
        }
    }

    #[test]
    fn what_no_write_has_answered_is_refused_by_name() {
        for text in ["", "-1", "+1", "xyz", "0x1", "ffffffffffffffff", "00000000000000001", " 1"] {
            let error = ConsistencyToken::parse(text).expect_err(text);
            assert_eq!(error.fields()[0].field, "x-consistency-token", "{text}");
        }
    }
}
