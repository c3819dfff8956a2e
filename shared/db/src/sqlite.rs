//! SQLite, for the embedded default: a file, and as many connections as requests run at the same time.

use crate::failure::failed;
use crate::session::{Manner, Session};
use crate::wait::Wait;
use domain::connection::Database;
use domain::health::Pool;
use domain::{Error, Result};
use sqlx::SqlitePool;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A writer queues for so long behind the others.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(15);

/// A SQLite file.
#[derive(Clone, Debug)]
pub struct Sqlite {
    pool: SqlitePool,
    manner: Manner,
}

impl Sqlite {
    /// Opens a file, making it and its folder where they are missing.
    pub(crate) async fn open(path: &Path, database: &Database) -> Result<Self> {
        use sqlx::ConnectOptions;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            // The driver would log a slow statement with its SQL.
            .log_slow_statements(log::LevelFilter::Off, Duration::ZERO);
        if let Some(dir) = path.parent() {
            std::fs::create_dir_all(dir).map_err(|error| unopened(&error))?;
        }
        let pool = SqlitePoolOptions::new()
            .max_connections(database.pool.size + database.pool.overflow)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options)
            .await
            .map_err(failed)?;
        Ok(Self { pool, manner: Manner { keeps_statements: true, slow: database.slow_query } })
    }

    /// A connection to read on.
    pub(crate) async fn session(&self) -> Result<Session<sqlx::Sqlite>> {
        let mut session = Session::new(self.connection().await?, Box::new(drop), self.manner);
        session.start();
        Ok(session)
    }

    /// A transaction that has the write lock.
    pub(crate) async fn begin(&self) -> Result<Session<sqlx::Sqlite>> {
        let mut session = Session::new(self.connection().await?, Box::new(drop), self.manner);
        session.begin("BEGIN IMMEDIATE").await.map_err(failed)?;
        Ok(session)
    }

    /// A transaction that sees one moment, from its first statement on.
    pub(crate) async fn begin_snapshot(&self) -> Result<Session<sqlx::Sqlite>> {
        let mut session = Session::new(self.connection().await?, Box::new(drop), self.manner);
        session.begin("BEGIN").await.map_err(failed)?;
        Ok(session)
    }

    /// A connection as it is, for what is no statement of ours.
    pub(crate) async fn connection(&self) -> Result<PoolConnection<sqlx::Sqlite>> {
        let wait = Wait::start();
        wait.end(self.pool.acquire().await.map_err(failed))
    }

    /// Connections, as they are now.
    pub(crate) fn pool_in_use(&self) -> Pool {
        let (total, idle) = (self.pool.size(), self.pool.num_idle() as u32);
        Pool::new(self.pool.options().get_max_connections(), idle, total.saturating_sub(idle))
    }

    /// Reads something that needs the file; where all connections are in use, on one more.
    pub(crate) async fn ask(&self) -> Result<()> {
        use sqlx::ConnectOptions;
        const READ: &str = "/* health.read */ SELECT count(*) FROM sqlite_schema";
        let pool = self.pool_in_use();
        if pool.checked_out >= pool.size && !self.pool.is_closed() {
            let mut aside = self.pool.connect_options().connect().await.map_err(failed)?;
            return sqlx::query(READ).execute(&mut aside).await.map(drop).map_err(failed);
        }
        let mut session = self.session().await?;
        sqlx::query(READ).execute(&mut session).await.map_err(failed)?;
        session.finish().await.map_err(failed)
    }

    /// The file.
    pub(crate) fn path(&self) -> PathBuf {
        self.pool.connect_options().get_filename().to_owned()
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }

    /// The pool: for tests that look behind the curtain.
    pub fn pool(&self) -> &SqlitePool {
        &self.pool
    }
}

/// Takes a lock beside a database file, until the file that is answered is dropped; `None` where another process has it.
pub(crate) fn try_lock(database: &Path, name: &str) -> Result<Option<File>> {
    let file = File::create(beside(database, name)).map_err(|error| unopened(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(unopened(&error)),
    }
}

/// The database's own name with another ending.
pub(crate) fn beside(database: &Path, name: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".");
    path.push(name);
    path.into()
}

/// A folder or a lock file that cannot be had.
pub(crate) fn unopened(error: &std::io::Error) -> Error {
    Error::unavailable("database", format!("folder or lock: {}", error.kind()))
}
