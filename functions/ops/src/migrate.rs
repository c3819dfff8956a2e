//! The steps of the schema, and the indexes that they make.

use crate::Report;
use db::Db;
use db::migrations::{Index, IndexState, Indexes, Run};
use domain::{Error, Kind, Result};
use std::time::Duration;

/// Every step, and whether the database has it.
///
/// # Errors
/// As every query.
pub async fn status(db: &Db) -> Result<Report> {
    Ok(Report::Status { steps: db.migration_steps().await? })
}

/// The steps that the database has: since when, how long they took, whether their files have changed since.
///
/// # Errors
/// As every query.
pub async fn history(db: &Db) -> Result<Report> {
    Ok(Report::History { steps: db.migration_history().await? })
}

/// Whether every index is there and valid; [`Report::fault`] where one is not.
///
/// # Errors
/// As every query.
pub async fn verify_indexes(db: &Db) -> Result<Report> {
    let Indexes { indexes, damage } = db.verify_indexes().await?;
    Ok(Report::Indexes { indexes, damage })
}

/// What SQLite's own check has found out.
pub(crate) const DAMAGED: &str = "The database file is damaged";

/// Every index that is of no use, with what is wrong with it.
pub(crate) fn bad_indexes(indexes: &[Index]) -> Vec<String> {
    let bad = indexes.iter().filter(|index| index.state != IndexState::Valid);
    bad.map(|index| format!("{} is {}", index.name, index.state.as_str())).collect()
}

/// Repairs indexes that are broken or gone and applies every missing step; the report names both. Where there is a limit, what is
/// not done then is left to the next run.
///
/// # Errors
/// Those of the step that failed; unavailable when the time is over.
pub async fn up(db: &Db, limit: Option<Duration>) -> Result<Report> {
    let Run { repairs, steps } = match limit {
        Some(limit) => db.migrate_up_for(limit).await?,
        None => db.migrate_up().await?,
    };
    Ok(Report::Up { repairs, steps })
}

/// How far to go down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// So many steps.
    Steps(u32),
    /// Until this version is the last; 0 keeps none.
    To(i64),
}

/// Takes steps back; the report names them.
///
/// # Errors
/// Bad input for a version that no step has and for more steps than are applied; those of the step that failed.
pub async fn down(db: &Db, depth: Depth) -> Result<Report> {
    let steps = db.migration_steps().await?;
    let version = match depth {
        Depth::To(version) => version,
        Depth::Steps(count) => {
            let applied: Vec<i64> =
                steps.iter().rev().filter(|step| step.is_applied).map(|step| step.version).collect();
            if count as usize > applied.len() {
                let detail = format!("Only {} migrations are applied, not {count}.", applied.len());
                return Err(Error::new(Kind::BadInput, detail));
            }
            applied.get(count as usize).copied().unwrap_or(0)
        }
    };
    if version != 0 && steps.iter().all(|step| step.version != version) {
        let last = steps.last().map_or(0, |step| step.version);
        let detail = format!("There is no migration {version}: give 0 to {last}, the last step to keep.");
        return Err(Error::new(Kind::BadInput, detail));
    }
    Ok(Report::Down { steps: db.migrate_down_to(version).await?.steps })
}

/// Refuses to go on where the schema is not whole.
pub(crate) async fn require_schema(db: &Db) -> Result<()> {
    match db.migration_steps().await?.iter().filter(|step| !step.is_applied).count() {
        0 => Ok(()),
        missing => {
            let detail = format!("The database lacks {missing} of its migrations; run `ops migrate up` first.");
            Err(Error::new(Kind::Conflict, detail))
        }
    }
}
