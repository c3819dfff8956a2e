//! The steps of the schema.

use crate::Report;
use db::Db;
use db::migrations::Step;
use domain::{Error, Kind, Result};

/// Every step, and whether the database has it.
///
/// # Errors
/// As every query.
pub async fn status(db: &Db) -> Result<Report> {
    Ok(Report::Status { steps: db.migration_steps().await? })
}

/// Applies every missing step; the report names those that it applied.
///
/// # Errors
/// Those of the step that failed, which leaves nothing of itself behind.
pub async fn up(db: &Db) -> Result<Report> {
    let missing = with_state(db, false).await?;
    db.migrate_up().await?;
    Ok(Report::Up { steps: missing })
}

/// Takes back every step after `version`; the report names them. 0 takes every step back.
///
/// # Errors
/// Bad input for a version that no step has; those of the step that failed.
pub async fn down(db: &Db, version: i64) -> Result<Report> {
    let steps = db.migration_steps().await?;
    if version != 0 && steps.iter().all(|step| step.version != version) {
        let last = steps.last().map_or(0, |step| step.version);
        let detail = format!("There is no migration {version}: give 0 to {last}, the last step to keep.");
        return Err(Error::new(Kind::BadInput, detail));
    }
    let taken_back = steps.into_iter().rev().filter(|step| step.is_applied && step.version > version).collect();
    db.migrate_down_to(version).await?;
    Ok(Report::Down { steps: taken_back })
}

/// Refuses to go on where the schema is not whole.
pub(crate) async fn require_schema(db: &Db) -> Result<()> {
    match with_state(db, false).await?.len() {
        0 => Ok(()),
        missing => {
            let detail = format!("The database lacks {missing} of its migrations; run `ops migrate up` first.");
            Err(Error::new(Kind::Conflict, detail))
        }
    }
}

async fn with_state(db: &Db, is_applied: bool) -> Result<Vec<Step>> {
    let steps = db.migration_steps().await?;
    Ok(steps.into_iter().filter(|step| step.is_applied == is_applied).collect())
}
