//! What a restore has done.

use super::Stored;
use serde::{Serialize, Serializer};
use std::fmt;

/// What a restore has done, or found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Whether nothing was done.
    #[serde(rename = "dry_run")]
    pub is_dry_run: bool,
    /// The backup.
    pub from: String,
    /// The moment that it shows.
    pub taken_at: String,
    /// Of its rows.
    pub schema: i64,
    /// Rows of each table.
    pub tables: Vec<(String, u64)>,
    /// The one hash of all of them, which the database has now.
    pub sha256: String,
    /// Rows that were in the database before, by their tables.
    #[serde(serialize_with = "by_table")]
    pub in_database: Vec<(&'static str, u64)>,
}

fn by_table<S: Serializer>(rows: &[(&'static str, u64)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(rows.iter().copied())
}

impl Summary {
    pub(super) fn of(stored: &Stored) -> Self {
        let manifest = &stored.manifest;
        Self {
            from: stored.folder.to_string(),
            taken_at: manifest.taken_at.clone(),
            schema: manifest.schema,
            tables: manifest.tables.iter().map(|table| (table.name.clone(), table.digest.rows)).collect(),
            sha256: manifest.sha256.clone(),
            ..Self::default()
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, taken_at, schema, tables, sha256, in_database, .. } = self;
        writeln!(f, "{from}, taken {taken_at}, schema {schema}")?;
        tables.iter().filter(|(_, rows)| *rows > 0).try_for_each(|(table, rows)| writeln!(f, "{rows:>12} {table}"))?;
        match (self.is_dry_run, in_database.is_empty()) {
            (false, _) => writeln!(f, "restored and compared, sha256 {sha256}"),
            (true, true) => writeln!(f, "whole, sha256 {sha256}; the database is empty"),
            (true, false) => writeln!(f, "whole, sha256 {sha256}; the database is not empty: --force would replace it"),
        }
    }
}
