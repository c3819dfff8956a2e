//! What is in a backup: written when everything else is there, and believed only where it agrees with that.

use super::name;
use bytes::Bytes;
use db::dump::{Digest, Shape, hash_of};
use db::{Db, Engine};
use domain::{Error, Kind, Result};
use serde::{Deserialize, Serialize};

/// Of the form of backups.
pub(crate) const VERSION: u32 = 1;
/// A manifest is a line for each part: this is one of a hundred thousand.
pub(crate) const MAX_BYTES: u64 = 32 << 20;

/// What is in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    #[serde(rename = "sharaspot_backup")]
    pub(crate) version: u32,
    /// The last step of the schema.
    pub(crate) schema: i64,
    /// What it was read from.
    pub(crate) engine: String,
    /// The moment that it shows.
    pub(crate) taken_at: String,
    /// How long it took.
    pub(crate) took_ms: u64,
    /// The one hash of all tables.
    pub(crate) sha256: String,
    /// In the order in which they are to be loaded.
    pub(crate) tables: Vec<TableParts>,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TableParts {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    #[serde(flatten)]
    pub(crate) digest: Digest,
    pub(crate) parts: Vec<StoredPart>,
}

/// A part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredPart {
    pub(crate) name: String,
    pub(crate) rows: u64,
    /// Of its lines.
    pub(crate) raw_bytes: u64,
    /// Of the file.
    pub(crate) bytes: u64,
    /// Of its lines, so that it says something of the compression too.
    pub(crate) sha256: String,
}

impl Manifest {
    /// Reads one.
    ///
    /// # Errors
    /// Bad input for what is none, is of a later form, or does not agree with itself.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        let manifest: Self = serde_json::from_slice(bytes)
            .map_err(|error| bad(format!("{} is no manifest of a backup", name::MANIFEST)).because(error))?;
        if manifest.version != VERSION {
            return Err(bad(format!("The backup is of form {}, this program knows {VERSION}", manifest.version)));
        }
        if manifest.tables.iter().flat_map(|table| &table.parts).any(|part| !name::is_ours(&part.name)) {
            return Err(bad("The manifest names a file that is no part of a backup"));
        }
        let hash = hash_of(manifest.tables.iter().map(|table| (table.name.as_str(), &table.digest)));
        let counted = |table: &TableParts| table.parts.iter().map(|part| part.rows).sum::<u64>() == table.digest.rows;
        if hash != manifest.sha256 || !manifest.tables.iter().all(counted) {
            return Err(bad("The manifest does not agree with itself: somebody has changed it"));
        }
        Ok(manifest)
    }

    /// As it is stored.
    ///
    /// # Errors
    /// None that can happen.
    pub(crate) fn to_bytes(&self) -> Result<Bytes> {
        Ok(serde_json::to_vec_pretty(self).map_err(Error::internal)?.into())
    }

    /// What the lines of each table look like.
    ///
    /// # Errors
    /// Bad input for a table or a column that this program does not know.
    pub(crate) fn shapes(&self) -> Result<Vec<(Shape, Digest)>> {
        let shape = |table: &TableParts| Ok((Shape::of(&table.name, &table.columns)?, table.digest.clone()));
        self.tables.iter().map(shape).collect()
    }

    /// Rows in all.
    pub(crate) fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.digest.rows).sum()
    }
}

fn bad(detail: impl Into<String>) -> Error {
    Error::new(Kind::BadInput, format!("{}.", detail.into()))
}

/// The name of an engine, for people.
pub(crate) fn engine(db: &Db) -> &'static str {
    match db.engine() {
        Engine::Postgres => "PostgreSQL",
        Engine::Sqlite => "SQLite",
    }
}
