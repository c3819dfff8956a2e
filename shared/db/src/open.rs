//! Opening a database by its URL.

use crate::Db;
use domain::{Error, Result};
use log::LevelFilter;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::time::Duration;

/// A refused connection must show before the function's own time is over.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

impl Db {
    /// Opens `postgres://…` (connecting with the first statement) or `sqlite:PATH` (created and migrated when missing).
    /// `application` shows in PostgreSQL's list of connections; `connections` is the size of the pool.
    ///
    /// # Errors
    /// Internal for a URL that is no such thing, unavailable when the SQLite file cannot be opened.
    pub async fn open(url: &str, application: &str, connections: u32) -> Result<Self> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return open_sqlite(path, connections).await;
        }
        // The driver would take any scheme.
        let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
        let options: Option<PgConnectOptions> = url.parse().ok().filter(|_| is_postgres);
        let options = options.ok_or_else(|| Error::internal("the database URL is neither postgres:// nor sqlite:"))?;
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(true)
            .connect_lazy_with(without_sql_in_logs(options.application_name(application)));
        Ok(Self::Postgres(pool))
    }
}

/// The driver would log a slow statement with its SQL.
fn without_sql_in_logs<T: ConnectOptions>(options: T) -> T {
    options.log_slow_statements(LevelFilter::Off, Duration::ZERO)
}

#[cfg(feature = "embedded")]
async fn open_sqlite(path: &str, connections: u32) -> Result<Db> {
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10));
    let unopened = |error: std::io::Error| Error::unavailable("database", format!("folder or lock: {}", error.kind()));
    if let Some(dir) = std::path::Path::new(path).parent() {
        std::fs::create_dir_all(dir).map_err(unopened)?;
    }
    let pool = SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT.max(Duration::from_secs(15)))
        .connect_with(without_sql_in_logs(options))
        .await
        .map_err(crate::failure::failed)?;
    let db = Db::Sqlite(pool);
    // Several processes may start on the same file at once; an exclusive lock lets one of them migrate.
    let lock = std::fs::File::create(format!("{path}.migrate-lock"))
        .and_then(|file| file.lock().map(|()| file))
        .map_err(unopened)?;
    db.migrate_up().await?;
    drop(lock);
    Ok(db)
}

#[cfg(not(feature = "embedded"))]
async fn open_sqlite(_path: &str, _connections: u32) -> Result<Db> {
    Err(Error::internal("this program was built without SQLite (cargo feature `embedded`)"))
}
