//! Reading everything as it is at one moment, while others write.

use super::cut::{self, Part};
use super::postgres::Decoder;
use super::{Digest, Hasher, Shape, TABLES};
use crate::Db;
use crate::failure::failed;
use crate::migrations::last_step;
use crate::session::Session;
use bytes::Bytes;
use domain::{Error, Kind, Result};
use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;

/// One moment of a database, for as long as it is held: no writer waits for it, and none changes what it shows.
#[derive(Debug)]
pub struct Snapshot(Inner);

#[derive(Debug)]
enum Inner {
    Postgres(Session<sqlx::Postgres>),
    #[cfg(feature = "embedded")]
    Sqlite {
        session: Session<sqlx::Sqlite>,
        /// Held, never read: who has its lock is the one backup.
        lock: Option<std::fs::File>,
    },
}

impl Db {
    /// Begins to read.
    ///
    /// # Errors
    /// As every query.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        self.open_snapshot(false).await
    }

    /// As [`Db::snapshot`], for one process at a time: two that store what they read in one place would be in each other's way.
    ///
    /// # Errors
    /// Conflict while another holds one; as every query.
    pub async fn exclusive_snapshot(&self) -> Result<Snapshot> {
        self.open_snapshot(true).await
    }

    async fn open_snapshot(&self, is_exclusive: bool) -> Result<Snapshot> {
        let (inner, is_free) = match self {
            Self::Postgres(postgres) => {
                let mut session = postgres.begin_snapshot().await?;
                super::postgres::lift_limits(&mut session).await?;
                let is_free = !is_exclusive || super::postgres::claim(&mut session).await?;
                (Inner::Postgres(session), is_free)
            }
            #[cfg(feature = "embedded")]
            Self::Sqlite(sqlite) => {
                let lock = if is_exclusive { Some(super::sqlite::claim(&sqlite.path())?) } else { None };
                let is_free = !matches!(lock, Some(None));
                (Inner::Sqlite { session: sqlite.begin_snapshot().await?, lock: lock.flatten() }, is_free)
            }
        };
        let taken = || Error::new(Kind::Conflict, "Another backup of this database is at work.");
        is_free.then_some(Snapshot(inner)).ok_or_else(taken)
    }
}

impl Snapshot {
    /// The rows of a table, in the order of its key.
    ///
    /// # Errors
    /// As every query.
    pub async fn rows(&mut self, shape: &Shape) -> Result<Rows<'_>> {
        match &mut self.0 {
            Inner::Postgres(session) => super::postgres::read(session, shape).await,
            #[cfg(feature = "embedded")]
            Inner::Sqlite { session, .. } => Ok(super::sqlite::read(session, shape)),
        }
    }

    /// The last step of the schema.
    ///
    /// # Errors
    /// As every query.
    pub async fn schema(&mut self) -> Result<i64> {
        match &mut self.0 {
            Inner::Postgres(session) => last_step(&mut **session).await,
            #[cfg(feature = "embedded")]
            Inner::Sqlite { session, .. } => last_step(&mut **session).await,
        }
    }

    /// What every table comes to.
    ///
    /// # Errors
    /// As every query.
    pub async fn digests(&mut self) -> Result<Vec<(&'static str, Digest)>> {
        let mut digests = Vec::with_capacity(TABLES.len());
        for shape in Shape::all() {
            digests.push((shape.table.name, self.rows(&shape).await?.digest().await?));
        }
        Ok(digests)
    }

    /// Lets go.
    ///
    /// # Errors
    /// As every query.
    pub async fn finish(self) -> Result<()> {
        match self.0 {
            Inner::Postgres(mut session) => session.finish().await,
            #[cfg(feature = "embedded")]
            Inner::Sqlite { mut session, lock } => {
                drop(lock);
                session.finish().await
            }
        }
        .map_err(failed)
    }
}

/// The rows of a table as they come.
pub struct Rows<'c> {
    shape: Shape,
    source: Source<'c>,
}

/// Where rows come from.
pub(super) enum Source<'c> {
    /// Messages of the server, of whatever length, or nothing more.
    Postgres(Option<BoxStream<'c, Result<Bytes, sqlx::Error>>>, Decoder),
    #[cfg(feature = "embedded")]
    Sqlite(BoxStream<'c, Result<sqlx::sqlite::SqliteRow, sqlx::Error>>),
}

impl<'c> Rows<'c> {
    pub(super) fn new(shape: &Shape, source: Source<'c>) -> Self {
        Self { shape: shape.clone(), source }
    }

    /// The next rows, or `None` at the end. Equal tables are cut at the same places.
    ///
    /// # Errors
    /// As every query; internal for a value that is none of its column's kind.
    pub async fn part(&mut self) -> Result<Option<Part>> {
        let mut part = Part::default();
        while let Some(key) = self.row(&mut part.lines).await? {
            part.rows += 1;
            if cut::ends(part.lines.len(), &part.lines[key]) {
                break;
            }
        }
        Ok((part.rows > 0).then_some(part))
    }

    /// Appends the next row; answers where in it its key stands.
    async fn row(&mut self, lines: &mut Vec<u8>) -> Result<Option<std::ops::Range<usize>>> {
        match &mut self.source {
            Source::Postgres(messages, decoder) => loop {
                if let Some(values) = decoder.row(&self.shape.columns)? {
                    return Ok(Some(self.shape.write(&values, lines)));
                }
                let Some(open) = messages else { return Ok(None) };
                match open.try_next().await.map_err(failed)? {
                    Some(message) => decoder.push(&message),
                    None => {
                        *messages = None;
                        decoder.finish()?;
                    }
                }
            },
            #[cfg(feature = "embedded")]
            Source::Sqlite(rows) => match rows.try_next().await.map_err(failed)? {
                Some(row) => Ok(Some(self.shape.write(&super::sqlite::values(&row, &self.shape.columns)?, lines))),
                None => Ok(None),
            },
        }
    }

    /// What the rows that are left come to.
    ///
    /// # Errors
    /// As [`Rows::part`].
    pub async fn digest(mut self) -> Result<Digest> {
        let mut hasher = Hasher::default();
        while let Some(part) = self.part().await? {
            hasher.add(&part.lines, part.rows);
        }
        Ok(hasher.digest())
    }
}
