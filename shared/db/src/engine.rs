//! The closed set of engines, and the macros that compile one body for each of them.

/// An open database.
#[derive(Clone, Debug)]
pub enum Db {
    /// PostgreSQL.
    Postgres(sqlx::PgPool),
    /// SQLite.
    #[cfg(feature = "embedded")]
    Sqlite(sqlx::SqlitePool),
}

/// Which dialect a statement is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
}

impl Engine {
    /// The text for this dialect.
    pub(crate) fn pick(self, postgres: &'static str, sqlite: &'static str) -> &'static str {
        match self {
            Self::Postgres => postgres,
            Self::Sqlite => sqlite,
        }
    }
}

impl Db {
    /// The dialect.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Postgres(_) => Engine::Postgres,
            #[cfg(feature = "embedded")]
            Self::Sqlite(_) => Engine::Sqlite,
        }
    }

    /// Waits until every connection is closed.
    pub async fn close(&self) {
        on_pool!(self, |pool| pool.close().await);
    }
}

/// Compiles an expression once for each engine, with its pool by name.
macro_rules! on_pool {
    ($db:expr, |$pool:ident| $body:expr) => {
        match $db {
            $crate::Db::Postgres($pool) => $body,
            #[cfg(feature = "embedded")]
            $crate::Db::Sqlite($pool) => $body,
        }
    };
}

/// Compiles a body once for each engine, inside a transaction: an `Ok` commits, an `Err` leaves nothing behind.
/// SQLite takes its write lock at the start, so that two writers queue instead of failing half way.
macro_rules! in_transaction {
    ($db:expr, |$tx:ident| $body:expr) => {
        match $db {
            $crate::Db::Postgres(pool) => {
                let mut transaction = pool.begin().await.map_err($crate::failure::failed)?;
                let $tx = &mut *transaction;
                let result = $body;
                transaction.commit().await.map_err($crate::failure::failed)?;
                Ok(result)
            }
            #[cfg(feature = "embedded")]
            $crate::Db::Sqlite(pool) => {
                let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await.map_err($crate::failure::failed)?;
                let $tx = &mut *transaction;
                let result = $body;
                transaction.commit().await.map_err($crate::failure::failed)?;
                Ok(result)
            }
        }
    };
}

pub(crate) use {in_transaction, on_pool};
