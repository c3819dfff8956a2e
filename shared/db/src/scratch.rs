//! A database for a trial, beside the one that is open: made empty, and gone afterwards.
//!
//! There is one name for it, so that what a trial has left that was killed is taken away by the next one; a lock keeps two of them
//! apart.

use crate::Db;
use crate::failure::failed;
use crate::postgres::Postgres;
use domain::{Error, Kind, Result};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// The lock of the one trial.
const TRIAL: i64 = i64::from_be_bytes(*b"trial...");

/// A database that is dropped again.
#[derive(Debug)]
pub struct Scratch {
    db: Db,
    home: Home,
}

#[derive(Debug)]
enum Home {
    /// The session that has the lock, and the database's name.
    Postgres(PgConnection, String),
    #[cfg(feature = "embedded")]
    Sqlite {
        path: std::path::PathBuf,
        /// Held, never read: who has its lock is the one trial.
        _lock: std::fs::File,
    },
}

impl Db {
    /// Makes a database for a trial, without a schema: on the same server, or in a file beside the file.
    ///
    /// # Errors
    /// Conflict while another trial is at work, or where the login may not make databases; as every query.
    pub async fn scratch(&self) -> Result<Scratch> {
        match self {
            Self::Postgres(postgres) => on_server(postgres).await,
            #[cfg(feature = "embedded")]
            Self::Sqlite(sqlite) => in_file(sqlite).await,
        }
    }
}

fn taken() -> Error {
    Error::new(Kind::Conflict, "Another trial with a database of its own is at work.")
}

async fn on_server(postgres: &Postgres) -> Result<Scratch> {
    const CLAIM: &str = "/* scratch.claim */ SELECT pg_try_advisory_lock($1)";
    const NAME: &str = "/* scratch.name */ SELECT oid::bigint FROM pg_database WHERE datname = current_database()";
    const UNLIMITED: &str = "/* scratch.unlimited */ SET statement_timeout = 0; SET lock_timeout = 0;
         SET idle_session_timeout = 0";
    let mut connection = postgres.connection().await?.detach();
    sqlx::raw_sql(UNLIMITED).execute(&mut connection).await.map_err(failed)?;
    if !sqlx::query_scalar::<_, bool>(CLAIM).bind(TRIAL).fetch_one(&mut connection).await.map_err(failed)? {
        return Err(taken());
    }
    // Of this database, which has its trial to itself: others of the server have theirs.
    let oid: i64 = sqlx::query_scalar(NAME).fetch_one(&mut connection).await.map_err(failed)?;
    let name = format!("sharaspot_trial_{oid}");
    drop_database(&mut connection, &name).await?;
    let create = AssertSqlSafe(format!("/* scratch.make */ CREATE DATABASE {name}"));
    sqlx::raw_sql(create).execute(&mut connection).await.map_err(unmade)?;
    let db = Db::Postgres(postgres.sibling(&name)?);
    Ok(Scratch { db, home: Home::Postgres(connection, name) })
}

async fn drop_database(connection: &mut PgConnection, name: &str) -> Result<()> {
    let drop = AssertSqlSafe(format!("/* scratch.drop */ DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    sqlx::raw_sql(drop).execute(connection).await.map_err(unmade)?;
    Ok(())
}

fn unmade(error: sqlx::Error) -> Error {
    let code = error.as_database_error().and_then(|database| database.code());
    match code.as_deref() {
        Some("42501") => {
            let detail = "The login may not make a database for the trial: ALTER ROLE … CREATEDB lets it.";
            Error::new(Kind::Conflict, detail)
        }
        _ => failed(error),
    }
}

#[cfg(feature = "embedded")]
async fn in_file(sqlite: &crate::Sqlite) -> Result<Scratch> {
    use crate::sqlite::{Sqlite, beside, try_lock};
    let database = sqlite.path();
    let lock = try_lock(&database, "trial-lock")?.ok_or_else(taken)?;
    let path = beside(&database, "trial");
    remove_file(&path)?;
    let like = domain::connection::Database::at("", 2);
    match Sqlite::open(&path, &like).await {
        Ok(sqlite) => Ok(Scratch { db: Db::Sqlite(sqlite), home: Home::Sqlite { path, _lock: lock } }),
        Err(error) => {
            // On a full disk there is a file by then, and nothing in it.
            remove_file(&path)?;
            Err(error)
        }
    }
}

/// The file with what SQLite keeps beside it.
#[cfg(feature = "embedded")]
fn remove_file(path: &std::path::Path) -> Result<()> {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let mut file = path.as_os_str().to_owned();
        file.push(ending);
        match std::fs::remove_file(file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(crate::sqlite::unopened(&error)),
            _ => {}
        }
    }
    Ok(())
}

impl Scratch {
    /// The database.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Drops it.
    ///
    /// # Errors
    /// As every query; the next trial drops what is left then.
    pub async fn remove(self) -> Result<()> {
        self.db.close().await;
        match self.home {
            Home::Postgres(mut connection, name) => {
                drop_database(&mut connection, &name).await?;
                connection.close().await.map_err(failed)
            }
            #[cfg(feature = "embedded")]
            Home::Sqlite { path, .. } => remove_file(&path),
        }
    }
}
