//! What operations ask of all photos: which were made with other settings, which are of no use any more, and what an object is for.
//!
//! All of it goes page by page over the primary key, whose UUIDv7 are in the order of the promises.

use super::remove::{TOUCH_CHARGER, lock_charger_of_photo};
use crate::Db;
use crate::column::{Id, Ids, Time};
use crate::contributors::recount_photos;
use crate::engine::{in_transaction, read};
use crate::failure::failed;
use domain::photo::{PhotoKind, PhotoState, Rendition};
use domain::{Error, Result, Timestamp};
use sqlx::types::Json;
use std::collections::HashSet;
use uuid::Uuid;

/// Some of the photos: those of which every member is true that is given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// Their state.
    pub state: Option<PhotoState>,
    /// What they are for.
    pub kind: Option<PhotoKind>,
    /// Promised then or later.
    pub since: Option<Timestamp>,
    /// Promised before.
    pub until: Option<Timestamp>,
    /// The charger that they show.
    pub charger_id: Option<Uuid>,
    /// One of these; empty is any.
    pub ids: Vec<Uuid>,
    /// Not dealt with by settings of this fingerprint, or not dealt with at all.
    pub not_made_with: Option<String>,
}

/// A photo that may be of no use any more, as it was when it was looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Stale {
    /// Its id.
    pub id: Uuid,
    /// Where its bytes as sent are, or should have been.
    pub raw_key: String,
    /// Its state.
    pub state: PhotoState,
    /// Whether it was made to be attached to something and is not.
    pub is_unattached: bool,
}

/// What became of a photo that was unattached for too long, in the moments before its row is gone.
const REASON: &str = "The photo was not used and is being removed.";

macro_rules! chosen {
    ($head:literal, $is_one_of:literal, $tail:literal) => {
        concat!(
            $head,
            " FROM photos WHERE id > $1 AND link IS NULL AND ($2 IS NULL OR state = $2) AND ($3 IS NULL OR kind = $3)
             AND ($4 IS NULL OR created_at >= $4) AND ($5 IS NULL OR created_at < $5) AND ($6 IS NULL OR charger_id = $6)
             AND ($7 IS NULL OR made_with IS NULL OR made_with <> $7) AND ",
            $is_one_of,
            $tail
        )
    };
}

/// When nothing shows a photo.
macro_rules! unattached {
    () => {
        "CASE kind WHEN 'charger' THEN charger_id IS NULL
             WHEN 'verification' THEN NOT EXISTS (SELECT 1 FROM verification_actions v WHERE v.photo_id = photos.id)
             ELSE NOT EXISTS (SELECT 1 FROM contributors c WHERE c.photo_id = photos.id) END"
    };
}

/// When a photo may be of no use any more: promised before `$2`, and not ready or not attached.
macro_rules! stale {
    () => {
        concat!("created_at < $2 AND (state <> 'ready' OR ", unattached!(), ")")
    };
}

/// Binds a choice, and the id after which it begins.
macro_rules! bind_choice {
    ($query:expr, $choice:expr, $after:expr) => {{
        let choice: &Choice = $choice;
        let query = $query.bind(Id($after.unwrap_or(Uuid::nil())));
        let query = query.bind(choice.state.map(PhotoState::as_str)).bind(choice.kind.map(PhotoKind::as_str));
        let query = query.bind(choice.since.map(Time)).bind(choice.until.map(Time)).bind(choice.charger_id.map(Id));
        query.bind(choice.not_made_with.as_deref()).bind(Ids(&choice.ids))
    }};
}

impl Db {
    /// The next photos of a choice, oldest first: `limit` ids at most that come after `after`.
    ///
    /// # Errors
    /// As every query.
    pub async fn chosen_photos(&self, choice: &Choice, after: Option<Uuid>, limit: u32) -> Result<Vec<Uuid>> {
        let sql = self.engine().pick(
            chosen!("/* photos.chosen */ SELECT id", "(cardinality($8) = 0 OR id = ANY($8))", " ORDER BY id LIMIT $9"),
            chosen!(
                "/* photos.chosen */ SELECT id",
                "(json_array_length($8) = 0 OR id IN (SELECT value FROM json_each($8)))",
                " ORDER BY id LIMIT $9"
            ),
        );
        let ids: Vec<Id> = read!(self, |session| bind_choice!(sqlx::query_scalar(sql), choice, after)
            .bind(i64::from(limit))
            .fetch_all(session)
            .await?);
        Ok(ids.into_iter().map(|id| id.0).collect())
    }

    /// How many photos of a choice come after `after`.
    ///
    /// # Errors
    /// As every query.
    pub async fn count_chosen_photos(&self, choice: &Choice, after: Option<Uuid>) -> Result<u64> {
        let sql = self.engine().pick(
            chosen!("/* photos.count_chosen */ SELECT count(*)", "(cardinality($8) = 0 OR id = ANY($8))", ""),
            chosen!(
                "/* photos.count_chosen */ SELECT count(*)",
                "(json_array_length($8) = 0 OR id IN (SELECT value FROM json_each($8)))",
                ""
            ),
        );
        let count: i64 =
            read!(self, |session| bind_choice!(sqlx::query_scalar(sql), choice, after).fetch_one(session).await?);
        Ok(count as u64)
    }

    /// The next photos, by id after `after`, that were promised before `before` and are pending, rejected or unattached.
    ///
    /// # Errors
    /// As every query.
    pub async fn stale_photos(&self, before: Timestamp, after: Option<Uuid>, limit: u32) -> Result<Vec<Stale>> {
        const SQL: &str = concat!(
            "/* photos.stale */ SELECT id, raw_key, state, ",
            unattached!(),
            " AS is_unattached FROM photos WHERE id > $1 AND ",
            stale!(),
            " ORDER BY id LIMIT $3"
        );
        let rows: Vec<(Id, String, String, bool)> = read!(self, |session| sqlx::query_as(SQL)
            .bind(Id(after.unwrap_or(Uuid::nil())))
            .bind(Time(before))
            .bind(i64::from(limit))
            .fetch_all(session)
            .await?);
        let unknown = || Error::internal("an unknown photo state");
        let stale = rows.into_iter().map(|(id, raw_key, state, is_unattached)| {
            let state = PhotoState::parse(&state).ok_or_else(unknown)?;
            Ok(Stale { id: id.0, raw_key, state, is_unattached })
        });
        stale.collect()
    }

    /// Takes a photo out of use, so that its objects can go: from here on it is rejected and cannot be attached, and whoever is
    /// dealing with its object at the moment is overtaken. Its owner's photos are counted anew, and a charger that showed it has
    /// changed at `now`. `false`, and nothing is changed, where it is no longer as it was looked at.
    ///
    /// # Errors
    /// As every query.
    pub async fn retire_photo(&self, photo: &Stale, before: Timestamp, now: Timestamp) -> Result<bool> {
        // As in `finish_photo`: whoever changes the photos of one owner queues at the owner's row.
        let queue = self.engine().pick(
            "/* photos.queue_retirement */ SELECT sub FROM contributors WHERE sub = (SELECT owner FROM photos WHERE id = $1) FOR NO KEY UPDATE",
            "/* photos.queue_retirement */ SELECT owner FROM photos WHERE id = $1",
        );
        const RETIRE: &str = concat!(
            "/* photos.retire */ UPDATE photos SET state = 'rejected', reason = COALESCE(reason, $3), etag = NULL,
             made_with = NULL, width = NULL, height = NULL, thumbhash = NULL, dominant_color = NULL, renditions = $4 WHERE id = $1 AND ",
            stale!(),
            " AND state = $5 AND ",
            unattached!(),
            " = $6 RETURNING owner, charger_id"
        );
        // A promise is shown by its charger until now.
        let engine = self.engine();
        in_transaction!(self, |tx| {
            lock_charger_of_photo!(tx, engine, photo.id);
            sqlx::query(queue).bind(Id(photo.id)).execute(&mut *tx).await.map_err(failed)?;
            let retire = sqlx::query_as(RETIRE).bind(Id(photo.id)).bind(Time(before)).bind(REASON);
            let retire = retire.bind(Json(Vec::<Rendition>::new())).bind(photo.state.as_str());
            let retired: Option<(String, Option<Id>)> =
                retire.bind(photo.is_unattached).fetch_optional(&mut *tx).await.map_err(failed)?;
            match (&retired, photo.state) {
                (Some((_, Some(charger_id))), PhotoState::Pending) => {
                    let touch = sqlx::query(TOUCH_CHARGER).bind(*charger_id).bind(Time(now));
                    touch.execute(&mut *tx).await.map_err(failed)?;
                }
                (Some((owner, _)), PhotoState::Ready | PhotoState::Rejected) => recount_photos!(tx, owner.as_str()),
                _ => {}
            }
            retired.is_some()
        })
    }

    /// Removes the row of a photo that was retired; `false` where its object was dealt with once more since then.
    ///
    /// # Errors
    /// As every query.
    pub async fn remove_retired_photo(&self, id: Uuid) -> Result<bool> {
        const SQL: &str = "/* photos.remove_retired */ DELETE FROM photos
             WHERE id = $1 AND state = 'rejected' AND etag IS NULL";
        in_transaction!(self, |tx| {
            sqlx::query(SQL).bind(Id(id)).execute(&mut *tx).await.map_err(failed)?.rows_affected() > 0
        })
    }

    /// The keys of all objects that the rows of these photos name: where the bytes as sent are, and what is published.
    ///
    /// # Errors
    /// As every query.
    pub async fn objects_of_photos(&self, ids: &[Uuid]) -> Result<HashSet<String>> {
        let sql = self.engine().pick(
            "/* photos.objects */ SELECT raw_key, renditions FROM photos WHERE id = ANY($1)",
            "/* photos.objects */ SELECT raw_key, renditions FROM photos WHERE id IN (SELECT value FROM json_each($1))",
        );
        let rows: Vec<(String, Json<Vec<Rendition>>)> =
            read!(self, |session| sqlx::query_as(sql).bind(Ids(ids)).fetch_all(session).await?);
        let renditions = |row: Vec<Rendition>| row.into_iter().map(|rendition| rendition.key);
        Ok(rows.into_iter().flat_map(|(raw_key, Json(row))| renditions(row).chain([raw_key])).collect())
    }
}
