//! One raw object: read, optimise, publish, write down, look again.
//!
//! What counts is what is there, not what the event says: the object that is under the key now is dealt with, and the row says
//! which one that was. Three rules make that right wherever a delivery is killed and whoever else is at the same photo:
//!
//! 1. The row is read before the object, and written only if it is still the same. A row that was written after an upload
//!    therefore never goes back to describing what was there before it.
//! 2. The row is written when all of its renditions are there, and what it no longer names is deleted after that.
//! 3. Every delivery ends with a look at what is public, also one that finds its work done: what a killed one left is cleared
//!    away then, and what another deleted under our hands is made again.

use crate::App;
use crate::publish::{Shelf, publish, tidy};
use bytes::Bytes;
use db::photos::{Finish, PhotoResult, Progress};
use domain::notification::{ChangedObject, Sequencer};
use domain::photo::PhotoState;
use domain::{Error, Kind, Result};
use photo::{Optimized, Rejection};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its renditions are published.
    Ready,
    /// It is refused; the row says why.
    Rejected,
    /// There was nothing to do, for this reason.
    Skipped(&'static str),
}

impl Outcome {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Rejected => "rejected",
            Self::Skipped(_) => "skipped",
        }
    }

    pub(crate) fn reason(self) -> Option<&'static str> {
        match self {
            Self::Skipped(reason) => Some(reason),
            Self::Ready | Self::Rejected => None,
        }
    }
}

/// A raw object that is to be dealt with.
pub(crate) struct Task<'a> {
    pub(crate) id: Uuid,
    pub(crate) raw_key: &'a str,
    /// What told of it; `None` where somebody asked for it.
    pub(crate) event: Option<&'a ChangedObject>,
}

impl Task<'_> {
    /// Whether what the event tells of, or something later, has been dealt with.
    fn is_finished(&self, progress: &Progress) -> bool {
        let Some(event) = self.event.filter(|_| progress.state != PhotoState::Pending) else { return false };
        // Also a later event: the very bytes came again, as they do where photos move from one store to another.
        let is_earlier = match (&event.sequencer, last_sequencer(progress)) {
            (Some(of_event), Some(of_row)) => *of_event <= of_row,
            _ => false,
        };
        is_earlier || progress.etag.as_ref() == Some(&event.etag)
    }

    /// The later one of the event's sequencer and the row's.
    fn sequencer(&self, progress: &Progress) -> Option<Sequencer> {
        self.event.and_then(|event| event.sequencer.clone()).max(last_sequencer(progress))
    }
}

fn last_sequencer(progress: &Progress) -> Option<Sequencer> {
    progress.sequencer.as_deref().and_then(Sequencer::parse)
}

/// Rounds that one delivery makes while others keep changing the same photo; then it fails, to be delivered again.
const MAX_ROUNDS: u32 = 8;

/// Deals with one object.
pub(crate) async fn optimize(app: &App, task: &Task<'_>) -> Result<Outcome> {
    let mut delivery =
        Delivery { app, task, is_due: None, outcome: Outcome::Skipped("finished by an earlier delivery") };
    let mut absent = "no such photo";
    for _ in 0..MAX_ROUNDS {
        let progress = app.db.photo_progress(task.id).await?;
        // The row is there before the bytes can be: without it the photo was deleted, or the object is not from us.
        let Some(progress) = progress.filter(|progress| progress.raw_key == task.raw_key) else {
            tidy(app, task.raw_key, &[]).await?;
            return Ok(Outcome::Skipped(absent));
        };
        if delivery.round(&progress).await? {
            return Ok(delivery.outcome);
        }
        absent = "the photo was deleted meanwhile";
    }
    Err(Error::unavailable("photo", "others keep changing it"))
}

struct Delivery<'a> {
    app: &'a App,
    task: &'a Task<'a>,
    /// Whether the object must be looked at; the event decides while this is open.
    is_due: Option<bool>,
    outcome: Outcome,
}

/// What one look at an object led to.
enum Work {
    /// The row says what became of it.
    Written(PhotoResult),
    /// The row says it, and there is another object by now.
    Outdated,
    /// Somebody else has changed the row meanwhile.
    Overtaken,
    /// There is no object.
    Gone,
}

impl Delivery<'_> {
    /// Brings the row and the store to agree with the object; `false` where that needs another round.
    async fn round(&mut self, progress: &Progress) -> Result<bool> {
        let mut renditions = progress.renditions.clone();
        if self.is_due.unwrap_or_else(|| !self.task.is_finished(progress)) {
            match self.work(progress).await? {
                Work::Overtaken => return Ok(false),
                Work::Outdated => {
                    self.is_due = Some(true);
                    return Ok(false);
                }
                Work::Gone => {
                    self.outcome = Outcome::Skipped("the object is gone");
                    return Ok(true);
                }
                Work::Written(result) => {
                    self.outcome = outcome_of(&result);
                    renditions = result.renditions().to_vec();
                }
            }
        }
        let shelf = tidy(self.app, self.task.raw_key, &renditions).await?;
        // After a deletion the row tells whether somebody else had put just that again.
        self.is_due = Some(shelf == Shelf::Incomplete);
        Ok(shelf == Shelf::Right)
    }

    /// Deals with the object that is under the key now, which may be a newer one than the event's.
    async fn work(&self, progress: &Progress) -> Result<Work> {
        let Task { id, raw_key, .. } = *self.task;
        let Some(raw) = read(self.app, raw_key).await? else { return Ok(Work::Gone) };
        let (hash8, result) = match raw.bytes {
            Some(bytes) => self.make(bytes).await?,
            None => (String::new(), too_large(self.app)),
        };
        let sequencer = self.task.sequencer(progress);
        let finish = Finish {
            before: progress,
            // What is written down is what was looked at, never what the event says: the two may differ for good.
            etag: &raw.etag,
            sequencer: sequencer.as_ref().map(Sequencer::as_str),
            hash8: &hash8,
            made_with: &self.app.made_with(),
            result: &result,
        };
        if !self.app.db.finish_photo(id, &finish, (self.app.world.now)()).await? {
            return Ok(Work::Overtaken);
        }
        // Looking after writing, not before: an upload that nobody tells of any more is seen too.
        let now = self.app.storage.head(raw_key).await?;
        let is_outdated = now.is_some_and(|object| unquoted(&object.etag) != raw.etag);
        Ok(if is_outdated { Work::Outdated } else { Work::Written(result) })
    }

    /// Renditions or a rejection; of bytes that are a photo, the renditions are published.
    async fn make(&self, bytes: Bytes) -> Result<(String, PhotoResult)> {
        let hash8 = hex::encode(&Sha256::digest(&bytes)[..4]);
        let result = match decode_and_encode(self.app, bytes).await? {
            Ok(optimized) => publish(self.app, self.task.raw_key, &hash8, optimized).await?,
            Err(rejection) => PhotoResult::Rejected { reason: rejection.reason },
        };
        Ok((hash8, result))
    }
}

/// A raw object; without bytes where they are more than the limit.
struct Raw {
    etag: String,
    bytes: Option<Bytes>,
}

async fn read(app: &App, raw_key: &str) -> Result<Option<Raw>> {
    match app.storage.get(raw_key, app.settings.max_bytes as u64).await {
        Ok(object) => Ok(object.map(|object| {
            tracing::info!(target: "metric", photo_bytes_in = object.bytes.len());
            Raw { etag: unquoted(&object.etag).to_owned(), bytes: Some(object.bytes) }
        })),
        Err(error) if error.kind() == Kind::TooLarge => {
            let object = app.storage.head(raw_key).await?;
            Ok(object.map(|object| Raw { etag: unquoted(&object.etag).to_owned(), bytes: None }))
        }
        Err(error) => Err(error),
    }
}

fn too_large(app: &App) -> PhotoResult {
    PhotoResult::Rejected { reason: format!("The photo is larger than {} bytes.", app.settings.max_bytes) }
}

fn unquoted(etag: &str) -> &str {
    etag.trim_matches('"')
}

fn outcome_of(result: &PhotoResult) -> Outcome {
    match result {
        PhotoResult::Ready { .. } => Outcome::Ready,
        PhotoResult::Rejected { .. } => Outcome::Rejected,
    }
}

/// The pixel work, off the thread that serves: in the embedded server others are waiting.
async fn decode_and_encode(app: &App, raw: Bytes) -> Result<Result<Optimized, Rejection>> {
    let settings = app.settings.clone();
    tokio::task::spawn_blocking(move || photo::optimize(&raw, &settings)).await.map_err(Error::internal)
}
