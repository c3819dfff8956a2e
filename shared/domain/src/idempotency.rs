//! Writes that may be sent twice and have one effect (`Idempotency-Key`).
//!
//! Whoever sends a key first *claims* it and gets an [`Effect`]: the id of what the write is about to make. A try that nobody
//! knows the end of (a lost connection, a killed process) is taken over by the next one *with the same id*, so that the handler
//! can look whether the effect is there already. An answer is kept and given again for [`KEPT_S`].

use crate::{Error, Kind, Result, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// How long an answer is kept, in seconds: a day.
pub const KEPT_S: i64 = 24 * 60 * 60;
/// How long a try has before another one may take it over, in seconds: longer than any invocation of a function that writes.
pub const CLAIMED_S: i64 = 30;
/// How long a key may be.
pub const KEY_CHARS: std::ops::RangeInclusive<usize> = 1..=255;

/// A write under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Whose key it is: SHA-256 of the `sub`, so that a kept answer names nobody.
    pub owner: String,
    /// The key, as sent.
    pub key: String,
    /// SHA-256 of what is asked for: method, path, query and body.
    pub fingerprint: String,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The method.
    pub method: &'a str,
    /// The path.
    pub path: &'a str,
    /// The raw query string.
    pub query: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// What a write makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The id of what is made.
    pub id: Uuid,
    /// Whether an earlier try under the same key may have made it.
    pub may_exist: bool,
}

/// What is known of a write when it arrives.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// It is ours to do.
    Ours(Effect),
    /// It is done.
    Done(KeptAnswer),
}

/// How a try ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is done, and this was answered.
    Done(KeptAnswer),
    /// It was refused and has changed nothing: the key is free again.
    Refused,
    /// Nobody knows: the next try looks.
    Unknown,
}

/// An answer, to be given again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAnswer {
    /// The status.
    pub status: u16,
    /// The headers, in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Write {
    /// What somebody asks for under a key.
    ///
    /// # Errors
    /// Bad input for the field `idempotency-key` unless it is 1 to 255 visible ASCII characters.
    pub fn new(sub: &str, key: &str, asked: Asked<'_>) -> Result<Self> {
        if !KEY_CHARS.contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            let detail = "Must be 1 to 255 visible ASCII characters.";
            return Err(Error::bad_field("idempotency-key", "malformed", detail));
        }
        Ok(Self { owner: owner_of(sub), key: key.to_owned(), fingerprint: asked.fingerprint() })
    }

    /// The key was used for something else.
    pub fn other_request(&self) -> Error {
        Error::new(Kind::Unprocessable, "This Idempotency-Key was used for another request. Please take a new one.")
    }

    /// Somebody else is at it and does not come to an end.
    pub fn in_progress(&self) -> Error {
        let detail = "The same request is being dealt with at the moment. Please ask again with the same key.";
        Error::new(Kind::Conflict, detail).retry_after(2)
    }
}

/// Whose keys those of a subject are.
pub fn owner_of(sub: &str) -> String {
    hex::encode(Sha256::digest(sub))
}

/// What was claimed then or earlier is forgotten now.
pub fn forgotten_until(now: Timestamp) -> Timestamp {
    now.plus_seconds(-KEPT_S)
}

impl Asked<'_> {
    fn fingerprint(&self) -> String {
        let mut digest = Sha256::new();
        for part in [self.method.as_bytes(), self.path.as_bytes(), self.query.as_bytes(), self.body] {
            // The length keeps two parts from passing for one.
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        hex::encode(digest.finalize())
    }
}

impl Effect {
    /// A write that nobody has tried before.
    pub fn new(id: Uuid) -> Self {
        Self { id, may_exist: false }
    }

    /// The id of a part of it, from 1: the same one in every try. As with UUIDv7 made one after the other, the id of the whole
    /// comes first and those of its parts follow in their order.
    pub fn part(&self, number: u16) -> Uuid {
        Uuid::from_u128(self.id.as_u128().wrapping_add(u128::from(number) << 16))
    }
}

impl Outcome {
    /// How a try ended that failed with an error.
    pub fn of(error: &Error) -> Self {
        match error.kind() {
            Kind::Unavailable | Kind::Internal => Self::Unknown,
            _ => Self::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Asked<'_> = Asked { method: "POST", path: "/api/chargers", query: "", body: b"{}" };

    #[test]
    fn a_key_is_visible_ascii_of_some_length() {
        for key in ["1", "~!a-Z", &"k".repeat(255)] {
            assert_eq!(Write::new("ann", key, ASKED).unwrap().key, key);
        }
        for key in ["", " ", "a b", "ä", "a\u{7f}", "a\n", &"k".repeat(256)] {
            let error = Write::new("ann", key, ASKED).unwrap_err();
            assert_eq!(error.fields()[0].field, "idempotency-key", "{key:?}");
        }
    }

    #[test]
    fn another_request_has_another_fingerprint_wherever_it_differs() {
        let fingerprint = |asked: Asked<'_>| Write::new("ann", "k", asked).unwrap().fingerprint;
        let others = [
            Asked { method: "PATCH", ..ASKED },
            Asked { path: "/api/chargers/7", ..ASKED },
            Asked { query: "x=1", ..ASKED },
            Asked { body: b"{ }", ..ASKED },
            // The same bytes, divided otherwise.
            Asked { path: "/api/charger", query: "s", ..ASKED },
        ];
        assert_eq!(fingerprint(ASKED), fingerprint(ASKED));
        for other in others {
            assert_ne!(fingerprint(other), fingerprint(ASKED), "{other:?}");
        }
    }

    #[test]
    fn the_parts_of_an_effect_follow_its_id_in_their_order() {
        let effect = Effect::new(Uuid::try_parse("019a9f00-0000-7000-8000-0000000000ff").unwrap());
        let ids: Vec<Uuid> = std::iter::once(effect.id).chain((1..=1_000).map(|number| effect.part(number))).collect();
        assert!(ids.is_sorted_by(|one, other| one < other));
        assert_eq!(ids[1].to_string(), "019a9f00-0000-7000-8000-0000000100ff");
    }

    #[test]
    fn what_was_refused_has_changed_nothing_and_what_broke_may_have() {
        assert_eq!(Outcome::of(&Error::not_found("charger")), Outcome::Refused);
        assert_eq!(Outcome::of(&Error::internal("lost")), Outcome::Unknown);
        assert_eq!(Outcome::of(&Error::unavailable("database", "lost")), Outcome::Unknown);
    }
}
