//! Photos: promised, then ready or rejected; or removed. What the optimiser reads and writes of them is in `photos/deliver.rs`.

mod deliver;
mod remove;

pub use deliver::{Finish, PhotoResult, Progress};

pub mod upkeep;

use crate::Db;
use crate::column::{Id, Ids, Time};
use crate::contributors::{Credit, credit};
use crate::engine::{in_transaction, read};
use crate::failure::failed;
use domain::photo::{Photo, PhotoKind, PhotoState, Rendition};
use domain::{Error, Kind, Result, Timestamp};
use sqlx::types::Json;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Photos that a charger has at most, promised ones counted: what it shows fits into an answer, and what it has is removed in one
/// request.
pub const MAX_OF_CHARGER: usize = 50;
/// Photos that one answer shows in all. One takes 4 to 6 KB of JSON, and a Lambda's answer may have 6 MB.
const MAX_SHOWN: usize = 700;

/// How many photos of each charger an answer with so many chargers shows.
fn shown_of_each(chargers: usize) -> usize {
    (MAX_SHOWN / chargers.max(1)).clamp(1, MAX_OF_CHARGER)
}

/// A photo that is promised: its bytes are on their way to `raw_key`.
#[derive(Clone, Debug, PartialEq)]
pub struct NewPhoto {
    /// Its id.
    pub id: Uuid,
    /// The charger that it shows.
    pub charger_id: Option<Uuid>,
    /// What it is for.
    pub kind: PhotoKind,
    /// Where the bytes go.
    pub raw_key: String,
    /// The first 8 hex digits of their SHA-256, where known.
    pub hash8: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Id,
    charger_id: Option<Id>,
    owner: String,
    kind: String,
    raw_key: String,
    hash8: Option<String>,
    state: String,
    reason: Option<String>,
    width: Option<i32>,
    height: Option<i32>,
    thumbhash: Option<String>,
    dominant_color: Option<String>,
    renditions: Json<Vec<Rendition>>,
    link: Option<String>,
    created_at: Time,
}

/// The first `$2` photos of each charger.
macro_rules! shown {
    ($is_one_of:literal) => {
        concat!(
            "id IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY charger_id ORDER BY created_at, id) AS place
                FROM photos WHERE kind = 'charger' AND state <> 'rejected' AND charger_id ",
            $is_one_of,
            ") numbered WHERE place <= $2) ORDER BY created_at, id"
        )
    };
}

macro_rules! select {
    ($name:literal, $condition:expr) => {
        concat!(
            "/* ",
            $name,
            " */ SELECT id, charger_id, owner, kind, raw_key, hash8, state, reason, width, height, thumbhash, dominant_color,
                    renditions, link, created_at FROM photos WHERE ",
            $condition
        )
    };
}

/// The photos that go when a charger does: its own and those of its verifications.
macro_rules! ids_with_charger {
    () => {
        "(SELECT id FROM photos WHERE charger_id = $1 AND kind <> 'profile'
         UNION SELECT photo_id FROM verification_actions WHERE charger_id = $1 AND photo_id IS NOT NULL)"
    };
}

pub(crate) const IDS_WITH_CHARGER: &str =
    concat!("/* photos.ids_with_charger */ SELECT id FROM photos WHERE id IN ", ids_with_charger!());

pub(crate) const INSERT: &str = "/* photos.promise */ INSERT INTO photos (id, charger_id, owner, kind, raw_key, hash8, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";

const WITH_CHARGER: &str = concat!(
    "/* photos.with_charger */ SELECT id, charger_id, owner, kind, raw_key, hash8, state, reason, width, height, thumbhash,
         dominant_color, renditions, link, created_at FROM photos WHERE id IN ",
    ids_with_charger!(),
    " ORDER BY id"
);

/// Inserts a promised photo inside a transaction.
macro_rules! insert_photo {
    ($tx:expr, $photo:expr, $owner:expr, $now:expr) => {{
        let photo: &$crate::photos::NewPhoto = $photo;
        sqlx::query($crate::photos::INSERT)
            .bind($crate::column::Id(photo.id))
            .bind(photo.charger_id.map($crate::column::Id))
            .bind($owner)
            .bind(photo.kind.as_str())
            .bind(photo.raw_key.as_str())
            .bind(photo.hash8.as_deref())
            .bind($crate::column::Time($now))
            .execute(&mut *$tx)
            .await
            .map_err($crate::failure::failed)?;
    }};
}

pub(crate) use insert_photo;

/// How many photos chargers have, which the transaction holds.
macro_rules! crowd {
    ($is_one_of:literal) => {
        concat!(
            "/* photos.crowd */ SELECT charger_id, count(*) FROM photos WHERE kind = 'charger' AND state <> 'rejected' AND charger_id ",
            $is_one_of,
            " GROUP BY charger_id"
        )
    };
}

fn is_shown(photo: &NewPhoto) -> bool {
    photo.kind == PhotoKind::Charger && photo.charger_id.is_some()
}

fn refuse_crowd(new: &[NewPhoto], counts: &[(Id, i64)]) -> Result<()> {
    let mut of: HashMap<Uuid, usize> = counts.iter().map(|(id, count)| (id.0, *count as usize)).collect();
    for charger_id in new.iter().filter(|photo| is_shown(photo)).filter_map(|photo| photo.charger_id) {
        let count = of.entry(charger_id).or_default();
        *count += 1;
        if *count > MAX_OF_CHARGER {
            return Err(Error::new(Kind::Conflict, format!("A charger has at most {MAX_OF_CHARGER} photos.")));
        }
    }
    Ok(())
}

impl Db {
    /// Keeps promised photos, all or none; their owner is made on the first write.
    ///
    /// # Errors
    /// Bad input for `charger_id` where a charger is not there; conflict where it would have more than [`MAX_OF_CHARGER`]; as every
    /// query.
    pub async fn promise_photos(&self, owner: &str, photos: &[NewPhoto], now: Timestamp) -> Result<()> {
        // Chargers before contributors, as whoever removes a charger locks them.
        let hold = self.engine().pick(
            "/* photos.hold_chargers */ SELECT id FROM chargers WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
            "/* photos.hold_chargers */ SELECT id FROM chargers WHERE id IN (SELECT value FROM json_each($1))",
        );
        let count = self.engine().pick(crowd!("= ANY($1)"), crowd!("IN (SELECT value FROM json_each($1))"));
        let ids: BTreeSet<Uuid> = photos.iter().filter_map(|photo| photo.charger_id).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        in_transaction!(self, |tx| {
            if !ids.is_empty() {
                let held = sqlx::query(hold).bind(Ids(&ids)).fetch_all(&mut *tx).await.map_err(failed)?;
                if held.len() < ids.len() {
                    Err(Error::bad_field("charger_id", "not_found", "There is no such charger."))?;
                }
            }
            if photos.iter().any(is_shown) {
                let counts = sqlx::query_as(count).bind(Ids(&ids)).fetch_all(&mut *tx).await.map_err(failed)?;
                refuse_crowd(photos, &counts)?;
            }
            credit!(tx, owner, Credit::default(), now);
            for photo in photos {
                insert_photo!(tx, photo, owner, now);
            }
        })
    }

    /// Takes back promises whose bytes could not be stored; a photo that is no longer pending stays.
    ///
    /// # Errors
    /// As every query.
    pub async fn forget_pending_photo(&self, id: Uuid) -> Result<()> {
        const SQL: &str = "/* photos.forget */ DELETE FROM photos WHERE id = $1 AND state = 'pending'";
        in_transaction!(self, |tx| {
            sqlx::query(SQL).bind(Id(id)).execute(&mut *tx).await.map_err(failed)?;
        })
    }

    /// One photo.
    ///
    /// # Errors
    /// As every query.
    pub async fn photo(&self, id: Uuid) -> Result<Option<Photo>> {
        let row: Option<Row> = read!(self, |session| sqlx::query_as(select!("photos.find", "id = $1"))
            .bind(Id(id))
            .fetch_optional(session)
            .await?);
        row.map(photo).transpose()
    }

    /// The oldest photos of an owner, `limit` at most.
    ///
    /// # Errors
    /// As every query.
    pub async fn photos_of_owner(&self, owner: &str, limit: u32) -> Result<Vec<Photo>> {
        const SQL: &str = select!("photos.of_owner", "owner = $1 ORDER BY id LIMIT $2");
        let rows: Vec<Row> =
            read!(self, |session| sqlx::query_as(SQL).bind(owner).bind(i64::from(limit)).fetch_all(session).await?);
        rows.into_iter().map(photo).collect()
    }

    /// The photos that go when a charger does, whatever their state: its own and those of its verifications.
    ///
    /// # Errors
    /// As every query.
    pub async fn photos_with_charger(&self, charger_id: Uuid) -> Result<Vec<Photo>> {
        let rows: Vec<Row> =
            read!(self, |session| sqlx::query_as(WITH_CHARGER).bind(Id(charger_id)).fetch_all(session).await?);
        rows.into_iter().map(photo).collect()
    }

    /// The photos of these ids, in no order; an id without a photo is passed over.
    ///
    /// # Errors
    /// As every query.
    pub async fn photos(&self, ids: &[Uuid]) -> Result<Vec<Photo>> {
        let sql = self.engine().pick(
            select!("photos.of_ids", "id = ANY($1)"),
            select!("photos.of_ids", "id IN (SELECT value FROM json_each($1))"),
        );
        let rows: Vec<Row> = read!(self, |session| sqlx::query_as(sql).bind(Ids(ids)).fetch_all(session).await?);
        rows.into_iter().map(photo).collect()
    }

    /// The photos that chargers show, the oldest of each first: as many of each as fit into one answer. Rejected ones are left out.
    pub(crate) async fn photos_of_chargers(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Photo>>> {
        let sql = self.engine().pick(
            select!("photos.of_chargers", shown!("= ANY($1)")),
            select!("photos.of_chargers", shown!("IN (SELECT value FROM json_each($1))")),
        );
        let rows: Vec<Row> = read!(self, |session| sqlx::query_as(sql)
            .bind(Ids(ids))
            .bind(shown_of_each(ids.len()) as i32)
            .fetch_all(session)
            .await?);
        let mut photos: HashMap<Uuid, Vec<Photo>> = HashMap::new();
        for row in rows {
            let photo = photo(row)?;
            if let Some(charger_id) = photo.charger_id {
                photos.entry(charger_id).or_default().push(photo);
            }
        }
        Ok(photos)
    }
}

fn photo(row: Row) -> Result<Photo> {
    Ok(Photo {
        id: row.id.0,
        charger_id: row.charger_id.map(|id| id.0),
        owner: row.owner,
        kind: PhotoKind::parse(&row.kind).ok_or_else(|| Error::internal("an unknown photo kind"))?,
        raw_key: row.raw_key,
        hash8: row.hash8,
        state: PhotoState::parse(&row.state).ok_or_else(|| Error::internal("an unknown photo state"))?,
        reason: row.reason,
        width: row.width.map(|pixels| pixels as u32),
        height: row.height.map(|pixels| pixels as u32),
        thumbhash: row.thumbhash,
        dominant_color: row.dominant_color,
        renditions: row.renditions.0,
        link: row.link,
        created_at: row.created_at.0,
    })
}
