//! Whether the indexes of the schema are there and of use.

use super::plan;
use super::plan::planned;
use super::session::Steps;
use crate::Db;
use crate::engine::on_engine;
use crate::failure::failed;
use domain::Result;
use sqlx::PgConnection;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indexes {
    /// Those of the applied steps, those of constraints and any other in the schema, by name.
    pub indexes: Vec<Index>,
    /// What SQLite says about a damaged file, line by line.
    pub damage: Vec<String>,
}

impl Indexes {
    /// Whether every index is valid and the file, where it is one, whole.
    pub fn are_sound(&self) -> bool {
        self.damage.is_empty() && self.indexes.iter().all(|index| index.state == IndexState::Valid)
    }
}

/// An index that there is, or ought to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Of which table.
    pub table: String,
    /// Whether it is of use.
    pub state: IndexState,
    /// How large; `None` where it is missing, and for SQLite.
    pub size_bytes: Option<u64>,
}

/// Whether an index is of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexState {
    /// It is.
    Valid,
    /// It costs every write and serves no read: its build ended half way.
    Invalid,
    /// A step has made it, and it is gone.
    Missing,
}

impl IndexState {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Missing => "missing",
        }
    }
}

impl Db {
    /// Every index that the applied steps have made, and every other in the schema. Nothing is changed.
    ///
    /// # Errors
    /// As every query.
    pub async fn verify_indexes(&self) -> Result<Indexes> {
        on_engine!(self, |engine| {
            let mut connection = engine.connection().await?;
            let versions = connection.versions().await?;
            let planned = planned(self.migrator(), &versions);
            let mut indexes = connection.indexes().await?;
            let is_gone = |plan: &plan::Planned| indexes.iter().all(|index| index.name != plan.name);
            let missing: Vec<Index> = planned.into_iter().filter(is_gone).map(missing).collect();
            indexes.extend(missing);
            indexes.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(Indexes { indexes, damage: connection.damage().await? })
        })
    }
}

fn missing(plan: plan::Planned) -> Index {
    Index { name: plan.name, table: plan.table, state: IndexState::Missing, size_bytes: None }
}

/// A connection that knows its indexes.
pub(super) trait Indexed {
    async fn indexes(&mut self) -> Result<Vec<Index>>;
    async fn damage(&mut self) -> Result<Vec<String>>;
}

impl Indexed for PgConnection {
    async fn indexes(&mut self) -> Result<Vec<Index>> {
        const INDEXES: &str = "/* migrations.indexes */ SELECT c.relname::text, t.relname::text,
             i.indisvalid AND i.indisready AND i.indislive, pg_relation_size(c.oid)
             FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
             JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = current_schema() AND t.relname <> '_sqlx_migrations' ORDER BY 1";
        // An index that is dropped meanwhile has no size any more.
        let rows: Vec<(String, String, bool, Option<i64>)> =
            sqlx::query_as(INDEXES).fetch_all(self).await.map_err(failed)?;
        let index = |(name, table, is_valid, size): (String, String, bool, Option<i64>)| Index {
            name,
            table,
            state: if is_valid { IndexState::Valid } else { IndexState::Invalid },
            size_bytes: size.and_then(|size| u64::try_from(size).ok()),
        };
        Ok(rows.into_iter().map(index).collect())
    }

    async fn damage(&mut self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}

#[cfg(feature = "embedded")]
impl Indexed for sqlx::SqliteConnection {
    async fn indexes(&mut self) -> Result<Vec<Index>> {
        const INDEXES: &str = "/* migrations.indexes */ SELECT name, tbl_name FROM sqlite_master
             WHERE type = 'index' AND tbl_name <> '_sqlx_migrations' ORDER BY 1";
        let rows: Vec<(String, String)> = sqlx::query_as(INDEXES).fetch_all(self).await.map_err(failed)?;
        let index = |(name, table)| Index { name, table, state: IndexState::Valid, size_bytes: None };
        Ok(rows.into_iter().map(index).collect())
    }

    async fn damage(&mut self) -> Result<Vec<String>> {
        const CHECK: &str = "/* migrations.check */ PRAGMA quick_check";
        let mut said: Vec<String> = sqlx::query_scalar(CHECK).fetch_all(self).await.map_err(failed)?;
        said.retain(|line| line != "ok");
        Ok(said)
    }
}
