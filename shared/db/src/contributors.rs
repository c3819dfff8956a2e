//! Who contributes, and how much they are trusted.

mod erase;
mod picture;
mod recount;
mod view;

pub(crate) use recount::{RECOUNT, SET_TRUSTS, recount};

use crate::Db;
use crate::column::Time;
use crate::engine::in_transaction;
use crate::failure::failed;
use domain::{Result, Timestamp};

/// What a contribution adds to the counters of its author.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Credit {
    pub(crate) chargers: i32,
    pub(crate) verifications: i32,
    pub(crate) photos: i32,
}

pub(crate) const CREDIT: &str = "/* contributors.credit */ INSERT INTO contributors AS c (sub, chargers_added, verifications, photos_uploaded, created_at)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (sub) DO UPDATE SET chargers_added = c.chargers_added + excluded.chargers_added,
        verifications = c.verifications + excluded.verifications, photos_uploaded = c.photos_uploaded + excluded.photos_uploaded
     RETURNING chargers_added, verifications, photos_uploaded";
pub(crate) const SET_TRUST: &str =
    "/* contributors.set_trust */ UPDATE contributors SET trust_score = $2 WHERE sub = $1";

/// Sets an author's trust from the counters (chargers, verifications, photos) inside a transaction; answers it.
macro_rules! set_trust {
    ($tx:expr, $sub:expr, $counters:expr) => {{
        let (chargers, verifications, photos): (i32, i32, i32) = $counters;
        let trust = domain::verification::trust_score(chargers as u32, verifications as u32, photos as u32);
        sqlx::query($crate::contributors::SET_TRUST)
            .bind($sub)
            .bind(trust as i32)
            .execute(&mut *$tx)
            .await
            .map_err($crate::failure::failed)?;
        trust
    }};
}

/// Adds to an author's counters inside a transaction, making the author on the first write, and sets the trust anew; answers it.
macro_rules! credit {
    ($tx:expr, $sub:expr, $credit:expr, $now:expr) => {{
        let credit: $crate::contributors::Credit = $credit;
        let counters: (i32, i32, i32) = sqlx::query_as($crate::contributors::CREDIT)
            .bind($sub)
            .bind(credit.chargers)
            .bind(credit.verifications)
            .bind(credit.photos)
            .bind($crate::column::Time($now))
            .fetch_one(&mut *$tx)
            .await
            .map_err($crate::failure::failed)?;
        $crate::contributors::set_trust!($tx, $sub, counters)
    }};
}

pub(crate) const RECOUNT_PHOTOS: &str = "/* contributors.recount_photos */ UPDATE contributors
     SET photos_uploaded = (SELECT count(*) FROM photos WHERE owner = $1 AND state = 'ready' AND link IS NULL) WHERE sub = $1
     RETURNING chargers_added, verifications, photos_uploaded";

/// Counts an author's ready photos anew inside a transaction that holds the author's row, and sets the trust anew.
macro_rules! recount_photos {
    ($tx:expr, $sub:expr) => {{
        let counters: (i32, i32, i32) = sqlx::query_as($crate::contributors::RECOUNT_PHOTOS)
            .bind($sub)
            .fetch_one(&mut *$tx)
            .await
            .map_err($crate::failure::failed)?;
        $crate::contributors::set_trust!($tx, $sub, counters);
    }};
}

pub(crate) use {credit, recount_photos, set_trust};

impl Db {
    /// Sees to it that there is a row for this subject.
    ///
    /// # Errors
    /// As every query.
    pub async fn ensure_contributor(&self, sub: &str, now: Timestamp) -> Result<()> {
        const SQL: &str = "/* contributors.ensure */ INSERT INTO contributors (sub, created_at) VALUES ($1, $2) ON CONFLICT (sub) DO NOTHING";
        in_transaction!(self, |tx| {
            sqlx::query(SQL).bind(sub).bind(Time(now)).execute(&mut *tx).await.map_err(failed)?;
        })
    }
}
