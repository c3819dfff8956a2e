//! What the optimiser reads and writes of a photo, however often and in whatever order its events come.

use crate::Db;
use crate::column::Id;
use crate::contributors::{Credit, credit};
use crate::engine::{in_transaction, read};
use crate::failure::failed;
use domain::photo::{PhotoState, Rendition};
use domain::{Error, Result, Timestamp};
use sqlx::types::Json;
use uuid::Uuid;

/// How far a photo is: what a delivery is held against, and what it may replace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Whose it is.
    pub owner: String,
    /// Where the bytes as sent are.
    pub raw_key: String,
    /// How far it is.
    pub state: PhotoState,
    /// Of the object that was last dealt with, without quotes.
    pub etag: Option<String>,
    /// Of the event that was last dealt with.
    pub sequencer: Option<String>,
    /// The settings that it was last dealt with.
    pub made_with: Option<String>,
    /// What is published; empty unless ready.
    pub renditions: Vec<Rendition>,
}

/// What became of a photo's bytes.
#[derive(Clone, Debug, PartialEq)]
pub enum PhotoResult {
    /// Its renditions are published.
    Ready {
        /// Pixels of the main rendition.
        width: u32,
        /// Pixels of the main rendition.
        height: u32,
        /// ThumbHash, base64.
        thumbhash: String,
        /// `#rrggbb`.
        dominant_color: String,
        /// What is published.
        renditions: Vec<Rendition>,
    },
    /// It is refused; the reason is shown to the uploader.
    Rejected {
        /// A plain sentence.
        reason: String,
    },
}

impl PhotoResult {
    /// What is published; nothing of a rejected photo.
    pub fn renditions(&self) -> &[Rendition] {
        match self {
            Self::Ready { renditions, .. } => renditions,
            Self::Rejected { .. } => &[],
        }
    }

    fn state(&self) -> PhotoState {
        match self {
            Self::Ready { .. } => PhotoState::Ready,
            Self::Rejected { .. } => PhotoState::Rejected,
        }
    }

    fn columns(&self) -> Columns<'_> {
        match self {
            Self::Ready { width, height, thumbhash, dominant_color, .. } => Columns {
                reason: None,
                width: Some(*width as i32),
                height: Some(*height as i32),
                thumbhash: Some(thumbhash),
                dominant_color: Some(dominant_color),
            },
            Self::Rejected { reason } => Columns { reason: Some(reason), ..Columns::default() },
        }
    }
}

/// The columns that only one of the states fills.
#[derive(Default)]
struct Columns<'a> {
    reason: Option<&'a str>,
    width: Option<i32>,
    height: Option<i32>,
    thumbhash: Option<&'a str>,
    dominant_color: Option<&'a str>,
}

/// What is written down about an object that has been dealt with.
#[derive(Clone, Copy, Debug)]
pub struct Finish<'a> {
    /// The row as it was before the object was read: where it has changed since, nothing is written.
    pub before: &'a Progress,
    /// The object's ETag, without quotes.
    pub etag: &'a str,
    /// Of the latest event that this answers.
    pub sequencer: Option<&'a str>,
    /// The first 8 hex digits of the SHA-256 of the object's bytes; empty where they were too many to be read.
    pub hash8: &'a str,
    /// The settings.
    pub made_with: &'a str,
    /// What became of it.
    pub result: &'a PhotoResult,
}

#[derive(sqlx::FromRow)]
struct Row {
    owner: String,
    raw_key: String,
    state: String,
    etag: Option<String>,
    sequencer: Option<String>,
    made_with: Option<String>,
    renditions: Json<Vec<Rendition>>,
}

impl Db {
    /// How far a photo is; `None` where there is no such photo.
    ///
    /// # Errors
    /// As every query.
    pub async fn photo_progress(&self, id: Uuid) -> Result<Option<Progress>> {
        const SQL: &str = "/* photos.progress */ SELECT owner, raw_key, state, etag, sequencer, made_with, renditions
             FROM photos WHERE id = $1";
        let row: Option<Row> = read!(self, |session| sqlx::query_as(SQL).bind(Id(id)).fetch_optional(session).await?);
        row.map(progress).transpose()
    }

    /// Writes what became of a photo's bytes, unless the row is gone or has changed since it was read; answers whether it was
    /// written. The owner's count of ready photos follows.
    ///
    /// # Errors
    /// As every query.
    pub async fn finish_photo(&self, id: Uuid, finish: &Finish<'_>, now: Timestamp) -> Result<bool> {
        let Finish { before, etag, sequencer, hash8, made_with, result } = *finish;
        // Adding a charger locks in the same order: its author, then the photos.
        let queue = self.engine().pick(
            "/* photos.queue */ SELECT sub FROM contributors WHERE sub = $1 FOR NO KEY UPDATE",
            "/* photos.queue */ SELECT sub FROM contributors WHERE sub = $1",
        );
        const FINISH: &str =
            "/* photos.finish */ UPDATE photos SET state = $2, etag = $3, sequencer = $4, hash8 = $5, made_with = $6,
             reason = $7, width = $8, height = $9, thumbhash = $10, dominant_color = $11, renditions = $12
             WHERE id = $1 AND state = $13 AND etag IS NOT DISTINCT FROM $14 AND sequencer IS NOT DISTINCT FROM $15
             AND made_with IS NOT DISTINCT FROM $16";
        let was_ready = i32::from(before.state == PhotoState::Ready);
        let credit = Credit { photos: i32::from(result.state() == PhotoState::Ready) - was_ready, ..Credit::default() };
        let columns = result.columns();
        in_transaction!(self, |tx| {
            if credit.photos != 0 {
                sqlx::query(queue).bind(before.owner.as_str()).execute(&mut *tx).await.map_err(failed)?;
            }
            let update = sqlx::query(FINISH).bind(Id(id)).bind(result.state().as_str()).bind(etag).bind(sequencer);
            let update =
                update.bind(hash8).bind(made_with).bind(columns.reason).bind(columns.width).bind(columns.height);
            let update = update.bind(columns.thumbhash).bind(columns.dominant_color);
            let update = update.bind(Json(result.renditions())).bind(before.state.as_str());
            let update = update.bind(before.etag.as_deref()).bind(before.sequencer.as_deref());
            let update = update.bind(before.made_with.as_deref());
            let is_written = update.execute(&mut *tx).await.map_err(failed)?.rows_affected() > 0;
            if is_written && credit.photos != 0 {
                credit!(tx, before.owner.as_str(), credit, now);
            }
            is_written
        })
    }
}

fn progress(row: Row) -> Result<Progress> {
    Ok(Progress {
        owner: row.owner,
        raw_key: row.raw_key,
        state: PhotoState::parse(&row.state).ok_or_else(|| Error::internal("an unknown photo state"))?,
        etag: row.etag,
        sequencer: row.sequencer,
        made_with: row.made_with,
        renditions: row.renditions.0,
    })
}
