//! Everything in one text: to move from one engine to the other, to look at, to keep.
//!
//! The first line says what follows, the last one what it comes to; between them each row is a line (see [`db::dump`]). Equal
//! databases give equal bytes, whichever engine keeps them.

mod export;
mod import;

pub(crate) use export::{Target, export};
pub use import::Request;
pub(crate) use import::import;

use db::dump::{Digest, Shape};
use domain::{Error, Kind, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Of this form.
const VERSION: u32 = 1;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    #[serde(rename = "sharaspot")]
    version: u32,
    /// The last step of the schema.
    schema: i64,
    /// In the order in which they follow.
    tables: Vec<Columns>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Columns {
    name: String,
    columns: Vec<String>,
}

impl Header {
    fn of(schema: i64, shapes: &[Shape]) -> Self {
        let columns = |shape: &Shape| Columns { name: shape.table().name.to_owned(), columns: shape.column_names() };
        Self { version: VERSION, schema, tables: shapes.iter().map(columns).collect() }
    }

    /// What lines there will be.
    ///
    /// # Errors
    /// Bad input for a form, a table or a column that this program does not know.
    fn shapes(&self) -> Result<Vec<Shape>> {
        if self.version != VERSION {
            let detail = format!("Line 1: this is form {}, this program knows {VERSION}.", self.version);
            return Err(Error::new(Kind::BadInput, detail));
        }
        let shape = |table: &Columns| Shape::of(&table.name, &table.columns);
        self.tables.iter().map(shape).collect::<Result<_>>().map_err(|error| {
            let detail = format!("Line 1: {}", error.detail());
            error.saying(detail)
        })
    }
}

/// The last line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Footer {
    /// The one hash of all tables.
    sha256: String,
    tables: Vec<Total>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Total {
    name: String,
    #[serde(flatten)]
    digest: Digest,
}

/// What was moved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows of each table.
    pub tables: Vec<(String, u64)>,
    /// The one hash of all of them.
    pub sha256: String,
}

impl Summary {
    fn of(footer: &Footer) -> Self {
        let tables = footer.tables.iter().map(|total| (total.name.clone(), total.digest.rows)).collect();
        Self { tables, sha256: footer.sha256.clone() }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let full = self.tables.iter().filter(|(_, rows)| *rows > 0);
        full.clone().try_for_each(|(table, rows)| writeln!(f, "{rows:>12} {table}"))?;
        writeln!(f, "rows {}, sha256 {}", full.map(|(_, rows)| rows).sum::<u64>(), self.sha256)
    }
}
