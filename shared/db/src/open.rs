//! Opening the database that the configuration names.

use crate::Db;
use crate::postgres::{Logins, Postgres};
use domain::connection::{Database, Login};
use domain::{Result, World};
use futures_util::future::BoxFuture;
use std::path::Path;
use std::sync::Arc;

impl Db {
    /// Opens PostgreSQL (connecting with the first statement) or a SQLite file (made and migrated where it has to be).
    /// `application` shows in PostgreSQL's list of connections. `logins` is asked for the login in a secret, by its ARN; where a
    /// login comes along with the question, the server has rejected it.
    ///
    /// # Errors
    /// Internal for a URL that is no such thing, unavailable when the SQLite file cannot be opened.
    pub async fn open(
        database: &Database,
        application: &str,
        world: World,
        logins: impl Fn(String, Option<Login>) -> BoxFuture<'static, Result<Login>> + Send + Sync + 'static,
    ) -> Result<Self> {
        match database.file() {
            Some(path) => open_sqlite(path, database).await,
            None => Self::open_postgres(database, application, world, logins),
        }
    }

    /// As [`Db::open`], but makes and migrates nothing; `None` where the SQLite file is not there yet.
    ///
    /// # Errors
    /// As there.
    pub async fn open_as_it_is(
        database: &Database,
        application: &str,
        world: World,
        logins: impl Fn(String, Option<Login>) -> BoxFuture<'static, Result<Login>> + Send + Sync + 'static,
    ) -> Result<Option<Self>> {
        match database.file() {
            None => Self::open_postgres(database, application, world, logins).map(Some),
            Some(path) if path.exists() => connect_sqlite(path, database).await.map(Some),
            Some(_) => Ok(None),
        }
    }

    /// An empty SQLite database in memory, without a schema: it stands for a file that is not there.
    ///
    /// # Errors
    /// Internal in a program without SQLite.
    pub async fn empty() -> Result<Self> {
        connect_sqlite(Path::new(":memory:"), &Database::at("", 1)).await
    }

    fn open_postgres(
        database: &Database,
        application: &str,
        world: World,
        logins: impl Fn(String, Option<Login>) -> BoxFuture<'static, Result<Login>> + Send + Sync + 'static,
    ) -> Result<Self> {
        let logins: Logins = Arc::new(logins);
        Ok(Self::Postgres(Postgres::open(database, application, world, &logins)?))
    }
}

#[cfg(feature = "embedded")]
async fn open_sqlite(path: &Path, database: &Database) -> Result<Db> {
    use crate::sqlite::unopened;
    let db = connect_sqlite(path, database).await?;
    // Several processes may start on the same file at once; an exclusive lock lets one of them migrate.
    let lock = std::fs::File::create(format!("{}.migrate-lock", path.display()))
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|error| unopened(&error))?;
    db.migrate_up().await?;
    drop(lock);
    Ok(db)
}

#[cfg(feature = "embedded")]
async fn connect_sqlite(path: &Path, database: &Database) -> Result<Db> {
    Ok(Db::Sqlite(crate::sqlite::Sqlite::open(path, database).await?))
}

#[cfg(not(feature = "embedded"))]
async fn open_sqlite(path: &Path, database: &Database) -> Result<Db> {
    connect_sqlite(path, database).await
}

#[cfg(not(feature = "embedded"))]
async fn connect_sqlite(_path: &Path, _database: &Database) -> Result<Db> {
    Err(domain::Error::internal("this program was built without SQLite (cargo feature `embedded`)"))
}
