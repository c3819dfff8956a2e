//! Opening the database that the configuration names.

use crate::Db;
use crate::postgres::{Logins, Postgres};
use domain::connection::{Database, Login, Server};
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
        match &database.server {
            Server::SqliteFile(path) => open_sqlite(path, database).await,
            Server::Url(url) => match url.strip_prefix("sqlite:") {
                Some(path) => open_sqlite(Path::new(path), database).await,
                None => Self::open_postgres(database, application, world, logins),
            },
            Server::Secret { .. } => Self::open_postgres(database, application, world, logins),
        }
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
    use crate::sqlite::{Sqlite, unopened};
    let db = Db::Sqlite(Sqlite::open(path, database).await?);
    // Several processes may start on the same file at once; an exclusive lock lets one of them migrate.
    let lock = std::fs::File::create(format!("{}.migrate-lock", path.display()))
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|error| unopened(&error))?;
    db.migrate_up().await?;
    drop(lock);
    Ok(db)
}

#[cfg(not(feature = "embedded"))]
async fn open_sqlite(_path: &Path, _database: &Database) -> Result<Db> {
    Err(domain::Error::internal("this program was built without SQLite (cargo feature `embedded`)"))
}
