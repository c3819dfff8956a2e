//! What a write hands out so that later reads see it.

use crate::Db;
use crate::engine::read;
use domain::{ConsistencyToken, Result};
use std::error::Error as _;

impl Db {
    /// What later reads need to see everything that is written by now; `None` (and a line in the log) where the database does
    /// not say: the write itself is done. A file without copies always says the same.
    pub async fn consistency_token(&self) -> Option<ConsistencyToken> {
        let position = self.primary().position().await.inspect_err(|error| {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            tracing::warn!(cause, "a write without a consistency token");
        });
        position.ok().map(ConsistencyToken::new)
    }

    /// How far the database has come in its log, in bytes.
    async fn position(&self) -> Result<i64> {
        let sql = self.engine().pick(
            "/* primary.position */ SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint",
            "/* primary.position */ SELECT 0",
        );
        Ok(read!(self, |session| sqlx::query_scalar(sql).fetch_one(session).await?))
    }
}
