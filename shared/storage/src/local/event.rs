//! S3's notifications: one file for each object that was created under `raw/`.

use domain::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use uuid::Uuid;

/// How an object came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventName {
    /// By a call of the API.
    #[serde(rename = "ObjectCreated:Put")]
    ObjectCreatedPut,
    /// By a form.
    #[serde(rename = "ObjectCreated:Post")]
    ObjectCreatedPost,
}

/// What happened, as a file in `events/pending/` holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectEvent {
    /// What happened.
    pub event_name: EventName,
    /// When, RFC 3339.
    pub event_time: String,
    /// The object's key, as it is.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its ETag without quotes.
    pub etag: String,
    /// Hexadecimal; the greater one is the later one, for events of the same key.
    pub sequencer: String,
}

/// Where events wait.
pub(super) fn pending_dir(dir: &Path) -> PathBuf {
    dir.join("events").join("pending")
}

/// The file of an event. Names are in the order of time; the id tells attempts at the same event from each other.
pub(super) fn pending_path(dir: &Path, event: &ObjectEvent, id: Uuid) -> PathBuf {
    pending_dir(dir).join(format!("{}-{id}.json", event.sequencer))
}

/// Gives out sequencers that grow even where the clock stands still.
#[derive(Debug, Default)]
pub(super) struct Sequencer(Mutex<i64>);

impl Sequencer {
    pub(super) fn next(&self, now: Timestamp) -> String {
        let mut last = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *last = now.as_micros().max(last.saturating_add(1));
        format!("{:018X}", *last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequencers_grow_where_the_clock_stands_still_or_goes_back() {
        let sequencer = Sequencer::default();
        let times = [5, 5, 3, 9].map(|micros| sequencer.next(Timestamp::from_micros(micros)));
        assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
    }
}
