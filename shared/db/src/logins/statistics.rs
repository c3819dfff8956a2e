//! What `ops db-report` reads: which statements cost most, whoever has sent them.

use crate::failure::failed;
use crate::quote::identifier;
use domain::Result;
use sqlx::{AssertSqlSafe, PgConnection};

/// Has the statistics of statements kept and lets the migrator read those of all logins, where this administrator may do that; on RDS
/// it may. A server without them serves as well.
pub(super) async fn keep(connection: &mut PgConnection, migrator: &str) -> Result<()> {
    let migrator = identifier(migrator);
    for sql in [
        "/* logins.statistics */ CREATE EXTENSION IF NOT EXISTS pg_stat_statements".to_owned(),
        format!("/* logins.let_read_statistics */ GRANT pg_read_all_stats TO {migrator}"),
    ] {
        match sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *connection).await {
            Ok(_) => {}
            Err(sqlx::Error::Database(error)) => {
                tracing::info!(code = error.code().as_deref(), "without statistics of statements for ops db-report");
            }
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(())
}
