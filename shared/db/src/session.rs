//! A connection in somebody's hands: what runs on it is timed, and named in the log when it is slow.
//!
//! A session that is not brought to its end (an error of the driver, a future that was dropped half way) closes its connection:
//! nothing that is unfinished ever goes back into the pool.

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use sqlx::pool::PoolConnection;
use sqlx::{Database, Either, Error, Execute, Executor, SqlStr};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::time::{Duration, Instant};

/// How a session treats its statements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// Statements are prepared once and kept under a name. Not behind a pooler, where the next transaction meets another server.
    pub(crate) keeps_statements: bool,
    /// A statement that takes longer is logged.
    pub(crate) slow: Duration,
}

/// Where a connection goes that is fit for others.
pub(crate) type Home<DB> = Box<dyn FnOnce(PoolConnection<DB>) + Send + Sync>;

/// A connection in somebody's hands.
pub(crate) struct Session<DB: Database> {
    /// There until the session is dropped.
    connection: Option<PoolConnection<DB>>,
    home: Option<Home<DB>>,
    manner: Manner,
    is_in_transaction: bool,
    is_unfinished: bool,
}

impl<DB: Database> Session<DB>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    pub(crate) fn new(connection: PoolConnection<DB>, home: Home<DB>, manner: Manner) -> Self {
        Self { connection: Some(connection), home: Some(home), manner, is_in_transaction: false, is_unfinished: false }
    }

    /// From here to [`Session::finish`] the connection is not fit for anybody else.
    pub(crate) fn start(&mut self) {
        self.is_unfinished = true;
    }

    /// Starts a transaction.
    pub(crate) async fn begin(&mut self, sql: &'static str) -> Result<(), Error> {
        self.start();
        let _watch = Watch::start(&SqlStr::from_static("/* transaction.begin */"), self.manner);
        (&mut **self).execute(sql).await?;
        self.is_in_transaction = true;
        Ok(())
    }

    /// Ends what was started; a transaction is committed.
    pub(crate) async fn finish(&mut self) -> Result<(), Error> {
        if std::mem::take(&mut self.is_in_transaction) {
            let _watch = Watch::start(&SqlStr::from_static("/* transaction.commit */"), self.manner);
            (&mut **self).execute("COMMIT").await?;
        }
        self.is_unfinished = false;
        Ok(())
    }

    /// Takes a transaction back, so that the connection may serve on; where that fails too, it is closed.
    pub(crate) async fn abandon(&mut self) {
        if std::mem::take(&mut self.is_in_transaction) && (&mut **self).execute("ROLLBACK").await.is_ok() {
            self.is_unfinished = false;
        }
    }
}

impl<DB: Database> Drop for Session<DB> {
    fn drop(&mut self) {
        match (self.connection.take(), self.home.take()) {
            (Some(connection), Some(home)) if !self.is_unfinished => home(connection),
            // At once and without a farewell, which a dead connection would be waiting for.
            (Some(connection), _) => drop(connection.detach()),
            _ => {}
        }
    }
}

impl<DB: Database> fmt::Debug for Session<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("manner", &self.manner).finish_non_exhaustive()
    }
}

impl<DB: Database> Deref for Session<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &Self::Target {
        self.connection.as_deref().expect("it is there until the session is dropped")
    }
}

impl<DB: Database> DerefMut for Session<DB> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.connection.as_deref_mut().expect("it is there until the session is dropped")
    }
}

/// A statement as the driver takes it, prepared in the session's manner.
struct Statement<DB: Database> {
    sql: SqlStr,
    arguments: Result<Option<DB::Arguments>, sqlx::error::BoxDynError>,
    is_persistent: bool,
}

impl<DB: Database> Statement<DB> {
    fn of<'q>(mut query: impl Execute<'q, DB>, manner: Manner) -> Self {
        let arguments = query.take_arguments();
        let is_persistent = query.persistent() && manner.keeps_statements;
        Self { sql: query.sql(), arguments, is_persistent }
    }
}

impl<DB: Database> Execute<'_, DB> for Statement<DB> {
    fn sql(self) -> SqlStr {
        self.sql
    }

    fn statement(&self) -> Option<&DB::Statement> {
        None
    }

    fn take_arguments(&mut self) -> Result<Option<DB::Arguments>, sqlx::error::BoxDynError> {
        std::mem::replace(&mut self.arguments, Ok(None))
    }

    fn persistent(&self) -> bool {
        self.is_persistent
    }
}

/// Takes the time of a statement and counts its rows; measures it at its end, however it ends, and logs it where it was slow.
struct Watch {
    sql: SqlStr,
    started: Instant,
    returned: u64,
    changed: u64,
    slow: Duration,
}

impl Watch {
    fn start(sql: &SqlStr, manner: Manner) -> Self {
        Self { sql: sql.clone(), started: Instant::now(), returned: 0, changed: 0, slow: manner.slow }
    }

    fn count(&mut self, returned: u64, changed: u64) {
        self.returned += returned;
        self.changed += changed;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let took = self.started.elapsed();
        let duration_ms = took.as_secs_f64() * 1000.0;
        tracing::info!(target: "metric", db_ms = duration_ms, db_statements = 1_u64);
        if took >= self.slow {
            tracing::info!(target: "metric", slow_queries = 1_u64);
            let statement = name_of(self.sql.as_str());
            // Of a read, the drivers also say how many rows were "changed".
            let rows = if self.returned > 0 { self.returned } else { self.changed };
            tracing::warn!(statement, duration_ms, rows, "slow statement");
        }
    }
}

/// Every statement begins with its name in a comment, which the server's own views show as well.
fn name_of(sql: &str) -> &str {
    let name = sql.trim_start().strip_prefix("/* ").and_then(|rest| rest.split_once(" */"));
    name.map_or("unnamed", |(name, _)| name)
}

macro_rules! executor {
    ($driver:ty) => {
        impl<'c> Executor<'c> for &'c mut Session<$driver> {
            type Database = $driver;

            fn fetch_many<'e, 'q: 'e, E>(
                self,
                query: E,
            ) -> BoxStream<'e, Result<Either<<$driver as Database>::QueryResult, <$driver as Database>::Row>, Error>>
            where
                'c: 'e,
                E: 'q + Execute<'q, $driver>,
            {
                let statement = Statement::of(query, self.manner);
                let mut watch = Watch::start(&statement.sql, self.manner);
                let steps = (&mut **self).fetch_many(statement);
                let count = move |step: &Either<<$driver as Database>::QueryResult, _>| match step {
                    Either::Left(done) => watch.count(0, done.rows_affected()),
                    Either::Right(_) => watch.count(1, 0),
                };
                steps.inspect_ok(count).boxed()
            }

            fn fetch_optional<'e, 'q: 'e, E>(
                self,
                query: E,
            ) -> BoxFuture<'e, Result<Option<<$driver as Database>::Row>, Error>>
            where
                'c: 'e,
                E: 'q + Execute<'q, $driver>,
            {
                let statement = Statement::of(query, self.manner);
                let mut watch = Watch::start(&statement.sql, self.manner);
                Box::pin(async move {
                    let row = (&mut **self).fetch_optional(statement).await?;
                    watch.count(u64::from(row.is_some()), 0);
                    Ok(row)
                })
            }

            fn prepare_with<'e>(
                self,
                sql: SqlStr,
                parameters: &'e [<$driver as Database>::TypeInfo],
            ) -> BoxFuture<'e, Result<<$driver as Database>::Statement, Error>>
            where
                'c: 'e,
            {
                (&mut **self).prepare_with(sql, parameters)
            }

            fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<sqlx::Describe<$driver>, Error>>
            where
                'c: 'e,
            {
                (&mut **self).describe(sql)
            }
        }
    };
}

executor!(sqlx::Postgres);
#[cfg(feature = "embedded")]
executor!(sqlx::Sqlite);

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn a_statement_is_known_by_the_comment_that_it_begins_with() {
        assert_eq!(name_of("/* chargers.newest */ SELECT 1"), "chargers.newest");
        assert_eq!(name_of("\n  /* photos.find */\nSELECT 1"), "photos.find");
        assert_eq!(name_of("SELECT 1 /* late */"), "unnamed");
    }
}
