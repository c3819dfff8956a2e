//! The feed of changes, which triggers keep: `migrations/*/0016_charger_changes.up.sql` says how.

use crate::Db;
use crate::column::{Id, Time};
use crate::engine::read;
use domain::Result;
use domain::changes::{Change, Position, other_life};

#[derive(sqlx::FromRow)]
struct Row {
    charger_id: Id,
    created_in: i64,
    changed_in: i64,
    changed_at: Time,
    is_deleted: bool,
}

macro_rules! after {
    ($is_settled:literal) => {
        concat!(
            "/* changes.after */ SELECT charger_id, created_in, changed_in, changed_at, is_deleted FROM charger_changes
             WHERE (changed_in, charger_id) > ($1, $2)",
            $is_settled,
            " ORDER BY changed_in, charger_id LIMIT $3"
        )
    };
}

impl Db {
    /// The next changes behind a place in the feed, `limit` at most. A change is in the feed as soon as every transaction has ended
    /// that began to write before its own: whatever is handed out, nothing comes before it later.
    ///
    /// # Errors
    /// Bad input for `since` where the feed has never come as far; as every query.
    pub async fn changes(&self, since: Position, limit: u32) -> Result<Vec<Change>> {
        // Where nothing is new the place itself may be wrong. A copy that lags behind cannot tell; the primary can.
        for db in [self, &self.primary()] {
            let changes = db.changes_after(since, limit).await?;
            if !changes.is_empty() || since.changed_in < db.next_change().await? {
                return Ok(changes);
            }
        }
        Err(other_life())
    }

    async fn changes_after(&self, since: Position, limit: u32) -> Result<Vec<Change>> {
        let sql = self
            .engine()
            .pick(after!(" AND changed_in < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"), after!(""));
        let rows: Vec<Row> = read!(self, |session| sqlx::query_as(sql)
            .bind(since.changed_in)
            .bind(Id(since.charger_id))
            .bind(i64::from(limit))
            .fetch_all(session)
            .await?);
        Ok(rows.into_iter().map(change).collect())
    }

    /// A number that no change has had yet.
    async fn next_change(&self) -> Result<i64> {
        let sql = self.engine().pick(
            "/* changes.next */ SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint",
            "/* changes.next */ SELECT coalesce(max(changed_in), 0) + 1 FROM charger_changes",
        );
        Ok(read!(self, |session| sqlx::query_scalar(sql).fetch_one(session).await?))
    }
}

fn change(row: Row) -> Change {
    Change {
        position: Position { changed_in: row.changed_in, charger_id: row.charger_id.0 },
        created_in: row.created_in,
        changed_at: row.changed_at.0,
        is_deleted: row.is_deleted,
    }
}
