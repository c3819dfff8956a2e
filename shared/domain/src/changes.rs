//! The feed of changes: what became of chargers since somebody last asked.
//!
//! The feed has one entry for each charger that ever was, with its latest change. Entries are in the order of that change; ties, the
//! changes of one transaction, are broken by id. A reader hands in where it stands and gets what has moved past it since then.

use crate::cursor::fingerprint;
use crate::{Error, Result, Timestamp};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use uuid::Uuid;

/// A place in the feed: the entry that was handed out last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The number of its change.
    pub changed_in: i64,
    /// Its charger.
    pub charger_id: Uuid,
}

/// The latest change of a charger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where it stands in the feed.
    pub position: Position,
    /// The number of the change that the charger came with; at most that of the latest one.
    pub created_in: i64,
    /// When it changed.
    pub changed_at: Timestamp,
    /// The charger is gone.
    pub is_deleted: bool,
}

/// What a change is to a reader.
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeType {
    /// A charger that the reader has not seen.
    Created,
    /// A charger that the reader may have seen.
    Changed,
    /// A charger that the reader may have seen is gone.
    Deleted,
}

impl Change {
    /// What this is to a reader who stands there; `None` where it is nothing: the charger came after that and is gone again.
    pub fn for_reader(&self, since: Position) -> Option<ChangeType> {
        let created = Position { changed_in: self.created_in, charger_id: self.position.charger_id };
        match (created > since, self.is_deleted) {
            (true, true) => None,
            (true, false) => Some(ChangeType::Created),
            (false, false) => Some(ChangeType::Changed),
            (false, true) => Some(ChangeType::Deleted),
        }
    }
}

impl Position {
    /// Before the first entry: a reader who has nothing yet.
    pub const START: Self = Self { changed_in: 0, charger_id: Uuid::nil() };

    /// As text for a URL.
    pub fn encode(&self) -> String {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.extend(kind().to_be_bytes());
        bytes.extend(self.changed_in.to_be_bytes());
        bytes.extend(self.charger_id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a token back; `None` for what is none of this feed.
    pub fn decode(text: &str) -> Option<Self> {
        let bytes: [u8; LENGTH] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let number = |range: std::ops::Range<usize>| Some(i64::from_be_bytes(bytes[range].try_into().ok()?));
        let position = Self { changed_in: number(8..16)?, charger_id: Uuid::from_slice(&bytes[16..]).ok()? };
        (number(0..8)? == kind() && position.changed_in >= 0).then_some(position)
    }
}

/// The refusal of a token from another life of the database, in which there were more changes than in this one.
pub fn other_life() -> Error {
    let detail = "The database has begun anew since this token was given out. Start again without since.";
    Error::bad_field("since", "outdated", detail)
}

/// The entries that a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangesRequest {
    /// Where the reader stands.
    pub since: Position,
    /// How many at most.
    pub limit: u32,
}

impl ChangesRequest {
    /// Reads `since, limit`.
    ///
    /// # Errors
    /// Bad input that names every bad and every unknown parameter.
    pub fn from_query(raw: &str) -> Result<Self> {
        let mut query = crate::query::Query::parse(raw);
        let limit = query.integer("limit", 1..=i64::from(crate::page::MAX_SIZE));
        let since = query.one("since").map(|text| Position::decode(&text));
        if since == Some(None) {
            query.refuse("since", "not_a_token", "Take it from next_since, unchanged.");
        }
        query.finish()?;
        let limit = limit.map_or(crate::page::DEFAULT_SIZE, |limit| limit as u32);
        Ok(Self { since: since.flatten().unwrap_or(Position::START), limit })
    }
}

const LENGTH: usize = 32;

/// What tells these tokens from those of a search.
fn kind() -> i64 {
    fingerprint(b"changes of chargers, 1") as i64
}

#[cfg(test)]
mod tests;
