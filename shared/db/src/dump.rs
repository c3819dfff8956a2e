//! Every row of the database in a form that belongs to no engine: for backups, and to move from one engine to the other.
//!
//! A row is a line of JSON, `{"table":"chargers","id":"…",…}`, with every column, in one order and one spelling (`line`, `value`):
//! equal databases give equal lines, whatever keeps them, and the SHA-256 of a table's lines ([`Digest`]) tells whether two are.
//! [`TABLES`] says what is carried. A [`Snapshot`] reads it at one moment, while others write; a [`Load`] writes it, all or nothing.
//!
//! What the engine derives from other rows is left out and made again (`charger_facets`), and so are the numbers of
//! `charger_changes`, which belong to one server: after a load every charger and every tombstone is a change of that load.

mod cut;
mod digest;
mod line;
mod load;
mod postgres;
mod snapshot;
#[cfg(feature = "embedded")]
mod sqlite;
mod tables;
mod value;

pub use cut::Part;
pub use digest::{Digest, Hasher, hash_of};
pub use line::Shape;
pub use load::Load;
pub use snapshot::{Rows, Snapshot};
pub use tables::{Column, DERIVED, Kind, TABLES, Table};

use crate::Db;
use domain::{Error, Result};

impl Db {
    /// How many rows each table of [`TABLES`] has, in their order; those that are not there yet are left out.
    ///
    /// # Errors
    /// As every query.
    pub async fn count_rows(&self) -> Result<Vec<(&'static str, u64)>> {
        match self {
            Self::Postgres(postgres) => postgres::count(&mut *postgres.connection().await?).await,
            #[cfg(feature = "embedded")]
            Self::Sqlite(sqlite) => sqlite::count(&mut *sqlite.connection().await?).await,
        }
    }
}

/// A row that is not what its table wants, by its line.
fn bad_line(line: u64, detail: &str) -> Error {
    Error::new(domain::Kind::BadInput, format!("Line {line}: {detail}."))
}
