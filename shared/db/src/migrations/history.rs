//! What the database remembers of its steps.

use super::ups;
use crate::Db;
use crate::column::Time;
use crate::engine::on_engine;
use crate::failure::failed;
use crate::migrations::session::Steps;
use domain::{Result, Timestamp};

/// A step that the database has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its number.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// Since when.
    pub applied_at: Timestamp,
    /// How long it took; `None` where the runner ended before it wrote that down.
    pub took_ms: Option<u64>,
    /// Whether it is the step that this program has.
    pub wording: Wording,
}

/// How the text of an applied step compares with this program's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    /// The same.
    Same,
    /// Another one: the file has been edited since it ran.
    Changed,
    /// This program has no such step: a newer one ran it.
    Unknown,
}

#[derive(sqlx::FromRow)]
struct Row {
    version: i64,
    description: String,
    applied_at: Time,
    execution_time: i64,
    checksum: Vec<u8>,
}

impl Db {
    /// The steps that the database has, in their order.
    ///
    /// # Errors
    /// As every query.
    pub async fn migration_history(&self) -> Result<Vec<Applied>> {
        let sql = self.engine().pick(
            "/* migrations.history */ SELECT version, description, installed_on AS applied_at, execution_time, checksum
             FROM _sqlx_migrations ORDER BY version",
            "/* migrations.history */ SELECT version, description, execution_time, checksum,
             CAST(strftime('%s', installed_on) AS INTEGER) * 1000000 AS applied_at FROM _sqlx_migrations ORDER BY version",
        );
        let rows: Vec<Row> = on_engine!(self, |engine| {
            let mut connection = engine.connection().await?;
            if connection.versions().await?.is_empty() {
                return Ok(Vec::new());
            }
            sqlx::query_as(sql).fetch_all(&mut *connection).await.map_err(failed)?
        });
        Ok(rows.into_iter().map(|row| self.applied(row)).collect())
    }

    fn applied(&self, row: Row) -> Applied {
        let wording = match ups(self.migrator()).find(|step| step.version == row.version) {
            None => Wording::Unknown,
            Some(step) if *step.checksum == *row.checksum => Wording::Same,
            Some(_) => Wording::Changed,
        };
        Applied {
            version: row.version,
            name: row.description,
            applied_at: row.applied_at.0,
            // The driver writes nanoseconds, and -1 at first.
            took_ms: u64::try_from(row.execution_time).ok().map(|nanos| nanos / 1_000_000),
            wording,
        }
    }
}
