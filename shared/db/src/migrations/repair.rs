//! Making indexes whole again that a build left half way, or that are gone.

use super::POSTGRES;
use super::indexes::{Index, IndexState, Indexed};
use super::plan::{Planned, planned};
use crate::failure::failed;
use crate::quote::identifier;
use domain::Result;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// An index that was broken or gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// Its name.
    pub index: String,
    /// Of which table.
    pub table: String,
    /// What was done about it.
    pub remedy: Remedy,
}

/// What was done about an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Dropped: the copy of a rebuild that ended half way, or one that its step is about to build again.
    Dropped,
    /// Built anew in its place.
    Rebuilt,
    /// Made as its step made it, since it was gone.
    Made,
}

impl Remedy {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::Rebuilt => "rebuilt",
            Self::Made => "made",
        }
    }
}

impl Repair {
    fn new(index: &Index, remedy: Remedy) -> Self {
        Self { index: index.name.clone(), table: index.table.clone(), remedy }
    }
}

/// Broken indexes first, then those of the applied steps that are gone; reads and writes go on meanwhile.
pub(super) async fn postgres(connection: &mut PgConnection, versions: &[i64]) -> Result<Vec<Repair>> {
    let planned = planned(&POSTGRES, versions);
    let every_version: Vec<i64> = POSTGRES.iter().map(|step| step.version).collect();
    let known = super::plan::planned(&POSTGRES, &every_version);
    let is = |plans: &[Planned], index: &Index| plans.iter().any(|plan| plan.name == index.name);
    let mut repairs = Vec::new();
    for index in broken(connection).await? {
        let is_to_come = is(&known, &index) && !is(&planned, &index);
        let remedy = if is_leftover(&index.name) || is_to_come { Remedy::Dropped } else { Remedy::Rebuilt };
        let command = match remedy {
            Remedy::Dropped => "/* migrations.drop_index */ DROP INDEX CONCURRENTLY IF EXISTS",
            _ => "/* migrations.rebuild_index */ REINDEX INDEX CONCURRENTLY",
        };
        execute(connection, format!("{command} {}", identifier(&index.name))).await?;
        repairs.push(Repair::new(&index, remedy));
    }
    for plan in gone(planned, &connection.indexes().await?) {
        // `CREATE INDEX name` or `CREATE UNIQUE INDEX name`.
        let sql = plan.sql.replacen(" INDEX ", " INDEX CONCURRENTLY ", 1);
        execute(connection, format!("/* migrations.make_index */ {sql}")).await?;
        repairs.push(Repair { index: plan.name, table: plan.table, remedy: Remedy::Made });
    }
    Ok(repairs)
}

/// Indexes that nobody is about to finish.
async fn broken(connection: &mut PgConnection) -> Result<Vec<Index>> {
    let mut indexes = connection.indexes().await?;
    indexes.retain(|index| index.state == IndexState::Invalid);
    if indexes.is_empty() {
        return Ok(indexes);
    }
    // An index under construction is not valid either. Its builder holds this lock of the table, so once it is ours the builder
    // is done or dead. Waiting for it takes no snapshot, so the builder never waits for us.
    for index in &indexes {
        let mut transaction = connection.begin().await.map_err(failed)?;
        let sql = format!("LOCK TABLE {} IN SHARE UPDATE EXCLUSIVE MODE", identifier(&index.table));
        execute(&mut transaction, format!("/* migrations.await_builders */ {sql}")).await?;
        transaction.commit().await.map_err(failed)?;
    }
    let mut indexes = connection.indexes().await?;
    indexes.retain(|index| index.state == IndexState::Invalid);
    Ok(indexes)
}

/// Whether it is what REINDEX CONCURRENTLY names its new or its old copy, with a number where the name was taken.
fn is_leftover(name: &str) -> bool {
    let name = name.trim_end_matches(|last: char| last.is_ascii_digit());
    name.ends_with("_ccnew") || name.ends_with("_ccold")
}

fn gone(planned: Vec<Planned>, indexes: &[Index]) -> Vec<Planned> {
    planned.into_iter().filter(|plan| indexes.iter().all(|index| index.name != plan.name)).collect()
}

async fn execute(connection: &mut PgConnection, sql: String) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map_err(failed)?;
    Ok(())
}

/// Those of the applied steps that are gone.
#[cfg(feature = "embedded")]
pub(super) async fn sqlite(connection: &mut sqlx::SqliteConnection, versions: &[i64]) -> Result<Vec<Repair>> {
    let mut repairs = Vec::new();
    for plan in gone(planned(&super::SQLITE, versions), &connection.indexes().await?) {
        let sql = format!("/* migrations.make_index */ {}", plan.sql);
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *connection).await.map_err(failed)?;
        repairs.push(Repair { index: plan.name, table: plan.table, remedy: Remedy::Made });
    }
    Ok(repairs)
}
