//! The closed set of engines, and the macros that compile one body for each of them.

use crate::postgres::Postgres;
#[cfg(feature = "embedded")]
use crate::sqlite::Sqlite;
use domain::{ConsistencyToken, Timestamp};

/// An open database.
#[derive(Clone, Debug)]
pub enum Db {
    /// PostgreSQL.
    Postgres(Postgres),
    /// SQLite.
    #[cfg(feature = "embedded")]
    Sqlite(Sqlite),
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

    /// The same database for the statements of one request: they share a connection, no try begins after the deadline, and where
    /// a token comes along they see at least what the write saw that handed it out.
    #[must_use]
    pub fn for_request(&self, deadline: Option<Timestamp>, token: Option<ConsistencyToken>) -> Self {
        match self {
            Self::Postgres(postgres) => Self::Postgres(postgres.for_request(deadline, token)),
            #[cfg(feature = "embedded")]
            Self::Sqlite(_) => self.clone(),
        }
    }

    /// The same database without its replica: for functions that write, whose reads must see what was written just now.
    #[must_use]
    pub fn primary(&self) -> Self {
        match self {
            Self::Postgres(postgres) => Self::Postgres(postgres.primary()),
            #[cfg(feature = "embedded")]
            Self::Sqlite(_) => self.clone(),
        }
    }

    /// Waits until every connection is closed.
    pub async fn close(&self) {
        on_engine!(self, |engine| engine.close().await);
    }
}

/// Compiles an expression once for each engine: for what is neither a read nor a transaction of ours.
macro_rules! on_engine {
    ($db:expr, |$engine:ident| $body:expr) => {
        match $db {
            $crate::Db::Postgres($engine) => $body,
            #[cfg(feature = "embedded")]
            $crate::Db::Sqlite($engine) => $body,
        }
    };
}

/// Compiles a read once for each engine, with its session by name. The body's `?` is about the driver's error. It may run more
/// than once, on another connection or another server, and must start afresh each time.
macro_rules! read {
    ($db:expr, |$session:ident| $body:expr) => {
        match $db {
            $crate::Db::Postgres(postgres) => {
                let mut reading = postgres.reading();
                loop {
                    let mut session = reading.open().await?;
                    let work = async {
                        let $session = &mut session;
                        let found = $body;
                        session.finish().await?;
                        Ok::<_, sqlx::Error>(found)
                    };
                    match postgres.limit(work).await? {
                        Ok(found) => {
                            reading.close(session);
                            break found;
                        }
                        Err(error) => {
                            drop(session);
                            reading.again(error).await?;
                        }
                    }
                }
            }
            #[cfg(feature = "embedded")]
            $crate::Db::Sqlite(sqlite) => {
                let mut session = sqlite.session().await?;
                let work = async {
                    let $session = &mut session;
                    let found = $body;
                    session.finish().await?;
                    Ok::<_, sqlx::Error>(found)
                };
                work.await.map_err($crate::failure::failed)?
            }
        }
    };
}

/// Compiles a body once for each engine, inside a transaction: an `Ok` commits, an `Err` leaves nothing behind. It runs once: what
/// a lost connection has kept of a write is not known.
/// SQLite takes its write lock at the start, so that two writers queue instead of failing half way.
macro_rules! in_transaction {
    ($db:expr, |$tx:ident| $body:expr) => {
        match $db {
            $crate::Db::Postgres(postgres) => {
                let mut session = postgres.begin().await?;
                let work = async {
                    let $tx = &mut session;
                    domain::Result::Ok($body)
                };
                match postgres.limit(work).await? {
                    Ok(result) => {
                        session.finish().await.map_err($crate::failure::failed)?;
                        postgres.keep($crate::postgres::Source::Primary, session);
                        Ok(result)
                    }
                    Err(error) => {
                        session.abandon().await;
                        Err(error)
                    }
                }
            }
            #[cfg(feature = "embedded")]
            $crate::Db::Sqlite(sqlite) => {
                let mut session = sqlite.begin().await?;
                let work = async {
                    let $tx = &mut session;
                    domain::Result::Ok($body)
                };
                match work.await {
                    Ok(result) => {
                        session.finish().await.map_err($crate::failure::failed)?;
                        Ok(result)
                    }
                    Err(error) => {
                        session.abandon().await;
                        Err(error)
                    }
                }
            }
        }
    };
}

pub(crate) use {in_transaction, on_engine, read};
