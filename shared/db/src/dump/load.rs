//! Writing everything, all or nothing.

use super::{Digest, Rows, Shape};
use crate::Db;
use crate::failure::failed;
use crate::session::Session;
use domain::{Error, Kind, Result};

/// Counts the counters anew; they are empty, or those of what was there before.
pub(super) const COUNT_FACETS: &str = "/* dump.facets */ DELETE FROM charger_facets; INSERT INTO charger_facets
     SELECT verification_level, port_mask, amenity_mask, count(*) FROM chargers GROUP BY 1, 2, 3";

/// One transaction that fills the database. Until it is committed, nothing of it is there, whatever ends it.
#[derive(Debug)]
pub struct Load(Inner);

#[derive(Debug)]
enum Inner {
    Postgres {
        session: Session<sqlx::Postgres>,
        /// What is numbered anew gets the number of this transaction.
        number: i64,
    },
    #[cfg(feature = "embedded")]
    Sqlite {
        session: Session<sqlx::Sqlite>,
        /// What makes the triggers again.
        triggers: Vec<String>,
    },
}

impl Db {
    /// Begins to fill the database: with an empty one, or by emptying it where that `may_replace` what is there. Writers wait until
    /// the end, and readers too where something is replaced.
    ///
    /// # Errors
    /// Conflict for a database that is not empty and may not be replaced, saying what is in it; as every query.
    pub async fn load(&self, may_replace: bool) -> Result<Load> {
        Ok(Load(match self {
            Self::Postgres(postgres) => {
                let mut session = postgres.begin().await?;
                let number = super::postgres::open(&mut session, may_replace).await?;
                Inner::Postgres { session, number }
            }
            #[cfg(feature = "embedded")]
            Self::Sqlite(sqlite) => {
                let mut session = sqlite.begin().await?;
                let triggers = super::sqlite::open(&mut session, may_replace).await?;
                Inner::Sqlite { session, triggers }
            }
        }))
    }
}

impl Load {
    /// Brings lines of one table in, the first of which is called `first_line` where something is wrong with one; answers how many.
    /// Memory: about as much again as they take.
    ///
    /// # Errors
    /// Bad input for a line that is no row of this shape, or that this engine cannot keep; as every query: the load is over then.
    pub async fn write(&mut self, shape: &Shape, lines: &[u8], first_line: u64) -> Result<u64> {
        let written = match &mut self.0 {
            Inner::Postgres { session, number } => {
                super::postgres::write(session, shape, lines, first_line, *number).await
            }
            #[cfg(feature = "embedded")]
            Inner::Sqlite { session, .. } => super::sqlite::write(session, shape, lines, first_line).await,
        };
        written.map_err(|error| refused(error, &format!("The rows of {} from line {first_line}", shape.table.name)))
    }

    /// Derives what is derived, and keeps everything where each table comes to what it should.
    ///
    /// # Errors
    /// Conflict where one does not: the database does not keep what it was given; as every query. Nothing is kept then.
    pub async fn commit(mut self, expected: &[(Shape, Digest)]) -> Result<()> {
        let closed = match &mut self.0 {
            Inner::Postgres { session, .. } => super::postgres::close(session).await,
            #[cfg(feature = "embedded")]
            Inner::Sqlite { session, triggers } => super::sqlite::close(session, triggers).await,
        };
        closed.map_err(|error| refused(error, "The rows together"))?;
        for (shape, digest) in expected {
            if self.rows(shape).await?.digest().await? != *digest {
                let table = shape.table.name;
                let detail = format!("The rows of {table} are not what they should be: nothing of it is kept.");
                return Err(Error::new(Kind::Conflict, detail));
            }
        }
        let finished = match &mut self.0 {
            Inner::Postgres { session, .. } => session.finish().await,
            #[cfg(feature = "embedded")]
            Inner::Sqlite { session, .. } => session.finish().await,
        };
        finished.map_err(|error| refused(failed(error), "The rows together"))
    }

    async fn rows(&mut self, shape: &Shape) -> Result<Rows<'_>> {
        match &mut self.0 {
            Inner::Postgres { session, .. } => super::postgres::read(session, shape).await,
            #[cfg(feature = "embedded")]
            Inner::Sqlite { session, .. } => Ok(super::sqlite::read(session, shape)),
        }
    }
}

/// A constraint that is broken is a matter of the rows.
fn refused(error: Error, rows: &str) -> Error {
    match error.kind() {
        Kind::Internal => Error::new(Kind::Conflict, format!("{rows} were refused by the database.")).because(error),
        _ => error,
    }
}

/// Refuses to put rows beside others.
pub(super) fn refuse_to_mix(counts: &[(&'static str, u64)], may_replace: bool) -> Result<()> {
    let full: Vec<String> =
        counts.iter().filter(|(_, rows)| *rows > 0).map(|(table, rows)| format!("{rows} in {table}")).collect();
    if full.is_empty() || may_replace {
        return Ok(());
    }
    let detail = format!("The database is not empty: it has rows, {}. --force replaces them.", full.join(", "));
    Err(Error::new(Kind::Conflict, detail))
}
