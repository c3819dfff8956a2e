//! How many rows the server looked at, by its own counters: exact whatever the plan. Entries that an index scan gave and rows that a
//! table scan read; the primary key apart, by which pages are filled in.

use crate::Trouble;
use sqlx::{Connection, PgConnection};
use std::time::Duration;

/// The connections whose work is counted call themselves so.
pub(crate) const APPLICATION: &str = "examined";

/// A look at the server's counters.
#[derive(Debug)]
pub(crate) struct Counters {
    connection: PgConnection,
    tables: Vec<String>,
    before: i64,
}

impl Counters {
    /// From now on.
    pub(crate) async fn start(url: &str, tables: &[&str]) -> Result<Self, Trouble> {
        let connection = PgConnection::connect(url).await?;
        let tables = tables.iter().map(|table| (*table).to_owned()).collect();
        let mut counters = Self { connection, tables, before: 0 };
        counters.before = counters.read().await?;
        Ok(counters)
    }

    /// Until now. The server counts a connection's work when that connection ends.
    pub(crate) async fn finish(mut self) -> Result<u64, Trouble> {
        const OPEN: &str = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1";
        loop {
            let open: i64 = sqlx::query_scalar(OPEN).bind(APPLICATION).fetch_one(&mut self.connection).await?;
            if open == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let examined = self.read().await? - self.before;
        self.connection.close().await?;
        Ok(examined as u64)
    }

    async fn read(&mut self) -> Result<i64, Trouble> {
        const SQL: &str = "SELECT CAST(
                 (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes
                  WHERE schemaname || '.' || relname = ANY($1) AND indexrelname <> 'chargers_pkey')
               + (SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables
                  WHERE schemaname || '.' || relname = ANY($1)) AS bigint)";
        Ok(sqlx::query_scalar(SQL).bind(&self.tables).fetch_one(&mut self.connection).await?)
    }
}
