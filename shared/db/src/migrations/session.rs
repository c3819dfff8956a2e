//! A run from its lock to its end, on one connection.

use super::{POSTGRES, Run, Step, builds, migration_failed, repair, steps};
use crate::failure::failed;
use crate::postgres::Postgres;
use domain::{Error, Result};
use sqlx::migrate::{Migrate, MigrateError, Migrator};
use sqlx::{Connection, PgConnection};
use std::time::Duration;

/// The same for all runners of a database; advisory locks of PostgreSQL belong to the database.
const LOCK: i64 = 0x53_68_61_72_61_53_70_6f;
const POLL: Duration = Duration::from_millis(250);

/// A database that runs steps.
pub(super) trait Migrated {
    /// All steps, or those up to a version.
    async fn up(&self, last: Option<i64>, patience: Duration) -> Result<Run>;
    async fn down_to(&self, version: i64, patience: Duration) -> Result<Run>;
}

/// A connection that knows which steps there are.
pub(crate) trait Steps {
    async fn versions(&mut self) -> Result<Vec<i64>>;
}

const VERSIONS: &str = "/* migrations.versions */ SELECT version FROM _sqlx_migrations ORDER BY version";

impl Steps for PgConnection {
    async fn versions(&mut self) -> Result<Vec<i64>> {
        const EXISTS: &str = "/* migrations.exist */ SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
        if !sqlx::query_scalar::<_, bool>(EXISTS).fetch_one(&mut *self).await.map_err(failed)? {
            return Ok(Vec::new());
        }
        sqlx::query_scalar(VERSIONS).fetch_all(self).await.map_err(failed)
    }
}

impl Migrated for Postgres {
    async fn up(&self, last: Option<i64>, patience: Duration) -> Result<Run> {
        let mut connection = lock(self, patience).await?;
        let done = async {
            let before = connection.versions().await?;
            let repairs = repair::postgres(&mut connection, &before).await?;
            apply(&POSTGRES, last, &mut connection).await?;
            let after = connection.versions().await?;
            Ok(Run { repairs, steps: changed(&POSTGRES, &before, &after) })
        };
        let done = done.await;
        unlock(connection).await;
        done
    }

    async fn down_to(&self, version: i64, patience: Duration) -> Result<Run> {
        let mut connection = lock(self, patience).await?;
        let done = async {
            let before = connection.versions().await?;
            take_back(&POSTGRES, &mut connection, &before, version).await?;
            let after = connection.versions().await?;
            Ok(Run { repairs: Vec::new(), steps: changed(&POSTGRES, &before, &after) })
        };
        let done = done.await;
        unlock(connection).await;
        done
    }
}

/// A connection of its own that holds the lock. It asks again and again and never waits inside a statement: that would hold a
/// snapshot, and a concurrent build of an index by the other runner waits for every snapshot to end.
async fn lock(postgres: &Postgres, patience: Duration) -> Result<PgConnection> {
    // By statements and not by the options of the connection, which a proxy may reject.
    // Nor does the server look for us in the middle of a build, to break it off where we are gone; but soon after its end it does.
    const UNLIMITED: &str = "/* migrations.unlimited */ SET statement_timeout = 0; SET lock_timeout = 0;
         SET idle_in_transaction_session_timeout = 0; SET idle_session_timeout = 0;
         SET client_connection_check_interval = 0;
         SET tcp_keepalives_idle = 60; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3";
    const TRY: &str = "/* migrations.lock */ SELECT pg_try_advisory_lock($1)";
    let mut connection = postgres.connection().await?.detach();
    sqlx::raw_sql(UNLIMITED).execute(&mut connection).await.map_err(failed)?;
    let mut waited = Duration::ZERO;
    while !sqlx::query_scalar::<_, bool>(TRY).bind(LOCK).fetch_one(&mut connection).await.map_err(failed)? {
        if waited >= patience {
            let builds = builds::builds(&mut connection).await.unwrap_or_default();
            connection.close().await.ok();
            let cause = format!(
                "another runner is migrating, for {} seconds at least{}",
                waited.as_secs(),
                builds::sentence(&builds)
            );
            return Err(Error::unavailable("database", cause));
        }
        let pause = POLL.min(patience - waited);
        tokio::time::sleep(pause).await;
        waited += pause;
    }
    Ok(connection)
}

/// Closed and not handed back: the pool's connections keep their limits. The lock is given up before, since the server may see
/// the end of a connection a moment later than the next runner.
async fn unlock(mut connection: PgConnection) {
    const UNLOCK: &str = "/* migrations.unlock */ SELECT pg_advisory_unlock($1)";
    // What fails here has ended the connection, and the lock with it.
    sqlx::query(UNLOCK).bind(LOCK).execute(&mut connection).await.ok();
    connection.close().await.ok();
}

async fn apply(migrator: &Migrator, last: Option<i64>, connection: &mut impl Migrate) -> Result<()> {
    // `run` takes whatever a connection can be had from, and its future could not be sent to another thread.
    migrator.run_direct(last, connection, false).await.map_err(migration_failed)
}

/// For `undo` the same holds; the driver has no other.
async fn take_back(migrator: &Migrator, connection: &mut impl Migrate, applied: &[i64], version: i64) -> Result<()> {
    if let Some(unknown) = applied.iter().find(|applied| !migrator.version_exists(**applied)) {
        return Err(migration_failed(MigrateError::VersionMissing(*unknown)));
    }
    let later = migrator.iter().rev().filter(|step| step.migration_type.is_down_migration() && step.version > version);
    for step in later.filter(|step| applied.contains(&step.version)) {
        connection.revert(&migrator.table_name, step).await.map_err(migration_failed)?;
    }
    Ok(())
}

/// The steps that are applied in one of two states and not in the other, in the order in which a run changes them.
fn changed(migrator: &'static Migrator, before: &[i64], after: &[i64]) -> Vec<Step> {
    let is_changed = |step: &Step| before.contains(&step.version) != after.contains(&step.version);
    let mut changed: Vec<Step> = steps(migrator, after).into_iter().filter(is_changed).collect();
    if changed.iter().any(|step| !step.is_applied) {
        changed.reverse();
    }
    changed
}

#[cfg(feature = "embedded")]
mod sqlite {
    use super::{Migrated, Steps, VERSIONS, apply, changed, repair, take_back};
    use crate::failure::failed;
    use crate::migrations::{Run, SQLITE};
    use crate::sqlite::Sqlite;
    use domain::Result;
    use sqlx::SqliteConnection;
    use std::time::Duration;

    /// The write lock of the file keeps two runners apart; the driver's own time-out is the patience.
    const BEGIN: &str = "BEGIN IMMEDIATE";

    impl Steps for SqliteConnection {
        async fn versions(&mut self) -> Result<Vec<i64>> {
            const EXISTS: &str =
                "/* migrations.exist */ SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'";
            if sqlx::query_scalar::<_, i64>(EXISTS).fetch_one(&mut *self).await.map_err(failed)? == 0 {
                return Ok(Vec::new());
            }
            sqlx::query_scalar(VERSIONS).fetch_all(self).await.map_err(failed)
        }
    }

    impl Migrated for Sqlite {
        async fn up(&self, last: Option<i64>, _patience: Duration) -> Result<Run> {
            let mut transaction = self.pool().begin_with(BEGIN).await.map_err(failed)?;
            let before = transaction.versions().await?;
            let repairs = repair::sqlite(&mut transaction, &before).await?;
            apply(&SQLITE, last, &mut *transaction).await?;
            let after = transaction.versions().await?;
            transaction.commit().await.map_err(failed)?;
            Ok(Run { repairs, steps: changed(&SQLITE, &before, &after) })
        }

        async fn down_to(&self, version: i64, _patience: Duration) -> Result<Run> {
            let mut transaction = self.pool().begin_with(BEGIN).await.map_err(failed)?;
            let before = transaction.versions().await?;
            take_back(&SQLITE, &mut *transaction, &before, version).await?;
            let after = transaction.versions().await?;
            transaction.commit().await.map_err(failed)?;
            Ok(Run { repairs: Vec::new(), steps: changed(&SQLITE, &before, &after) })
        }
    }
}
