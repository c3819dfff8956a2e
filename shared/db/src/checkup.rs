//! What somebody asks who wants to know whether a database is well: nothing here changes anything.

use crate::Db;
use crate::column::Time;
use crate::engine::read;
use crate::failure::failed;
use crate::postgres::{Postgres, Source};
use domain::{Result, Timestamp};
use sqlx::Connection;
use std::time::{Duration, Instant};

/// A server, as it introduces itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerFacts {
    /// `PostgreSQL 15.4`, `SQLite 3.50.2`.
    pub version: String,
    /// Whether what is said to it is encrypted on the way; `None` for a file.
    pub is_encrypted: Option<bool>,
    /// Whether it takes writes: a replica does not.
    pub takes_writes: bool,
}

/// How many connections there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionBudget {
    /// Those that there are, of all databases of the server.
    pub used: u32,
    /// Those that ordinary logins may have.
    pub limit: u32,
}

/// How far a replica is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplicaState {
    /// It is no replica, but a server that takes writes of its own.
    Independent,
    /// It shows all that the primary had when it was asked; so long after that.
    CaughtUp(Duration),
    /// It does not, for all the patience there was.
    Behind {
        /// So many bytes of the primary's log.
        bytes: u64,
        /// What it shows last was committed so long ago; `None` where it has shown nothing since it started.
        age: Option<Duration>,
    },
    /// It is one, but the primary did not say how far it should be.
    Unknown,
}

/// How long a replica that is behind is left alone before it is asked again.
const POLL: Duration = Duration::from_millis(50);

impl Db {
    /// Whether anybody answers, asked once.
    ///
    /// # Errors
    /// What keeps a connection from being made.
    pub async fn knock(&self) -> Result<()> {
        match self {
            Self::Postgres(postgres) => postgres.knock(Source::Primary).await?.close().await.map_err(failed),
            #[cfg(feature = "embedded")]
            Self::Sqlite(sqlite) => sqlite.connection().await.map(drop),
        }
    }

    /// Who answers.
    ///
    /// # Errors
    /// As every query.
    pub async fn server_facts(&self) -> Result<ServerFacts> {
        let sql = self.engine().pick(
            "/* server.facts */ SELECT 'PostgreSQL ' || split_part(current_setting('server_version'), ' ', 1),
             coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
             NOT pg_is_in_recovery() AND current_setting('default_transaction_read_only') = 'off'",
            "/* server.facts */ SELECT 'SQLite ' || sqlite_version(), NULL, true",
        );
        let facts: (String, Option<bool>, bool) = read!(self, |session| sqlx::query_as(sql).fetch_one(session).await?);
        let (version, is_encrypted, takes_writes) = facts;
        Ok(ServerFacts { version, is_encrypted, takes_writes })
    }

    /// The time by the server's own clock; `None` for a file, which has none.
    ///
    /// # Errors
    /// As every query.
    pub async fn server_time(&self) -> Result<Option<Timestamp>> {
        let sql = self.engine().pick("/* server.time */ SELECT clock_timestamp()", "/* server.time */ SELECT NULL");
        let time: Option<Time> = read!(self, |session| sqlx::query_scalar(sql).fetch_one(session).await?);
        Ok(time.map(|time| time.0))
    }

    /// How many connections there are and may be; `None` for a file.
    ///
    /// # Errors
    /// As every query.
    pub async fn connection_budget(&self) -> Result<Option<ConnectionBudget>> {
        // No view that hides others' sessions from an ordinary login.
        let sql = self.engine().pick(
            "/* server.connections */ SELECT (SELECT sum(numbackends) FROM pg_stat_database)::bigint,
             current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint",
            "/* server.connections */ SELECT NULL, NULL",
        );
        let counts: (Option<i64>, Option<i64>) = read!(self, |session| sqlx::query_as(sql).fetch_one(session).await?);
        let (Some(used), Some(limit)) = counts else { return Ok(None) };
        Ok(Some(ConnectionBudget { used: used as u32, limit: limit as u32 }))
    }

    /// How far the primary's log is on its disk, in bytes: all that a replica can have. (What is about to be written may begin behind
    /// the header of a page that is not there yet.)
    async fn flushed(&self) -> Result<i64> {
        const SQL: &str = "/* primary.flushed */ SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint";
        Ok(read!(self, |session| sqlx::query_scalar(SQL).fetch_one(session).await?))
    }

    /// How far the replica is that reads are sent to; `None` where there is none. It has `patience` to show what the primary has
    /// written by now.
    ///
    /// # Errors
    /// Those of the replica alone.
    pub async fn replica_state(&self, patience: Duration) -> Result<Option<ReplicaState>> {
        match self {
            Self::Postgres(postgres) if postgres.has_replica() => {
                let position = self.primary().flushed().await.ok();
                replica_state(postgres, position, patience).await.map(Some)
            }
            _ => Ok(None),
        }
    }
}

async fn replica_state(postgres: &Postgres, position: Option<i64>, patience: Duration) -> Result<ReplicaState> {
    const SQL: &str = "/* replica.state */ SELECT pg_is_in_recovery(),
         coalesce(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0'), 0)::bigint,
         extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8";
    let mut connection = postgres.knock(Source::Replica).await?;
    let asked = Instant::now();
    loop {
        let (is_replica, shown, age_s): (bool, i64, Option<f64>) =
            sqlx::query_as(SQL).fetch_one(&mut connection).await.map_err(failed)?;
        let behind = position.map(|position| position - shown);
        match behind {
            _ if !is_replica => return Ok(ReplicaState::Independent),
            None => return Ok(ReplicaState::Unknown),
            Some(..=0) => return Ok(ReplicaState::CaughtUp(asked.elapsed())),
            Some(bytes) if asked.elapsed() >= patience => {
                let age = age_s.map(|seconds| Duration::from_secs_f64(seconds.max(0.0)));
                return Ok(ReplicaState::Behind { bytes: bytes as u64, age });
            }
            Some(_) => tokio::time::sleep(POLL).await,
        }
    }
}
