//! A word for the state that answers are made from: as long as it is the same, so are the answers.
//!
//! The stamp of everything is the head of the feed of changes, that of one charger its place in there; triggers see to it that
//! nothing that lists or the detail show changes without moving it (`migrations/*/0016_*`, `0020_*`). It names the charger and the
//! microsecond of the change as well: the same number in another database, or in another life of this one, is another stamp.
//!
//! On PostgreSQL the number is that of a transaction, and numbers are drawn in another order than transactions commit in. So a
//! stamp is only given where everybody with its number or a lower one has ended, which is the case below the snapshot's `xmin`:
//! whoever is still at work has a higher number then, and moves the head when they commit. Where somebody with a lower number is
//! at work, what they commit would leave the head where it is; then there is no stamp.
//!
//! A stamp is read before what it stands for, and what is read after it in the same request is never older: that comes from the same
//! server, from the primary, or from a copy that has replayed at least as much as the one that gave the stamp.

use crate::Db;
use crate::column::{Id, Time};
use crate::engine::read;
use domain::{ConsistencyToken, Result};
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Place {
    changed_in: i64,
    charger_id: Id,
    changed_at: Time,
    is_settled: bool,
    /// How far the copy has come that was asked, in bytes of the log; nothing where it was no copy.
    replayed: Option<i64>,
}

macro_rules! select {
    ($name:literal, $is_settled:literal, $replayed:literal, $which:literal) => {
        concat!(
            "/* ",
            $name,
            " */ SELECT changed_in, charger_id, changed_at, ",
            $is_settled,
            " AS is_settled, ",
            $replayed,
            " AS replayed FROM charger_changes ",
            $which
        )
    };
}

macro_rules! postgres {
    ($name:literal, $which:literal) => {
        select!(
            $name,
            "changed_in < pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
            "CASE WHEN pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint END",
            $which
        )
    };
}

macro_rules! sqlite {
    ($name:literal, $which:literal) => {
        select!($name, "1", "NULL", $which)
    };
}

impl Db {
    /// The stamp of all that lists show; `None` where there is none at the moment. For one request ([`Db::for_request`]): what it
    /// reads afterwards is not older.
    ///
    /// # Errors
    /// As every query.
    pub async fn stamp(&self) -> Result<Option<String>> {
        let sql = self.engine().pick(
            postgres!("stamps.head", "ORDER BY changed_in DESC, charger_id DESC LIMIT 1"),
            sqlite!("stamps.head", "ORDER BY changed_in DESC, charger_id DESC LIMIT 1"),
        );
        let place: Option<Place> = read!(self, |session| sqlx::query_as(sql).fetch_optional(session).await?);
        Ok(self.stamped(place))
    }

    /// The stamp of all that is shown of one charger and of what was found there, as [`Db::stamp`]; `None` also where there never
    /// was such a charger.
    ///
    /// # Errors
    /// As every query.
    pub async fn charger_stamp(&self, id: Uuid) -> Result<Option<String>> {
        let sql = self.engine().pick(
            postgres!("stamps.of_charger", "WHERE charger_id = $1"),
            sqlite!("stamps.of_charger", "WHERE charger_id = $1"),
        );
        let place: Option<Place> =
            read!(self, |session| sqlx::query_as(sql).bind(Id(id)).fetch_optional(session).await?);
        Ok(self.stamped(place))
    }

    fn stamped(&self, place: Option<Place>) -> Option<String> {
        let Place { changed_in, charger_id, changed_at, is_settled, replayed } = place?;
        if let (Self::Postgres(postgres), Some(replayed)) = (self, replayed) {
            postgres.has_seen(ConsistencyToken::new(replayed));
        }
        is_settled.then(|| format!("{changed_in} {} {}", charger_id.0, changed_at.0.as_micros()))
    }
}
