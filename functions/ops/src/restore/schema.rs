//! Rows of an older schema: they go into tables as those were then, and the steps since make of them what they would have made.

use db::Db;
use domain::{Error, Kind, Result};

/// How rows of a schema come into a database.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fill {
    /// Of the rows.
    schema: i64,
    /// Of the database, as it was found.
    found: i64,
    /// Of this program.
    latest: i64,
}

impl Fill {
    /// Looks at the database.
    ///
    /// # Errors
    /// Bad input for a schema that this program does not know; as every query.
    pub(crate) async fn plan(db: &Db, schema: i64) -> Result<Self> {
        let steps = db.migration_steps().await?;
        let latest = steps.last().map_or(0, |step| step.version);
        if steps.iter().all(|step| step.version != schema) {
            let detail =
                format!("These rows are of schema {schema}; this program knows 1 to {latest}: take a newer one.");
            return Err(Error::new(Kind::BadInput, detail));
        }
        let applied = steps.iter().filter(|step| step.is_applied).map(|step| step.version);
        Ok(Self { schema, found: applied.max().unwrap_or(0), latest })
    }

    /// Refuses to change tables that hold something. (Whether rows may be replaced, a load decides itself.)
    ///
    /// # Errors
    /// Conflict.
    pub(crate) fn refuse_to_mix(&self, in_database: &[(&'static str, u64)], may_replace: bool) -> Result<()> {
        let full: Vec<String> = in_database.iter().map(|(table, rows)| format!("{rows} in {table}")).collect();
        let detail = match (full.is_empty(), may_replace) {
            (true, _) => return Ok(()),
            (false, false) => {
                format!("The database is not empty: it has rows, {}. --force replaces them.", full.join(", "))
            }
            (false, true) if self.schema == self.found => return Ok(()),
            (false, true) => format!(
                "These rows are of schema {}, the database is not empty and of {}: take an empty one.",
                self.schema, self.found
            ),
        };
        Err(Error::new(Kind::Conflict, detail))
    }

    /// Makes the tables as the rows want them, lets `load` bring those in, and makes the tables as this program wants them: also
    /// where nothing came.
    ///
    /// # Errors
    /// Those of `load`; as every migration.
    pub(crate) async fn around<T>(&self, db: &Db, load: impl Future<Output = Result<T>>) -> Result<T> {
        if self.found != self.schema {
            db.migrate_to(self.schema).await?;
        }
        let loaded = load.await;
        if self.schema < self.latest {
            db.migrate_up().await?;
        }
        loaded
    }

    /// Whether the rows are of this program's own schema.
    pub(crate) fn is_current(&self) -> bool {
        self.schema == self.latest
    }
}
