//! What a command has done: text for a person, JSON for a program.

mod schema;

use crate::import::{Summary, sharaspot};
use crate::{
    backup, custom_resource, db_report, doctor, logins, ndjson, reprocess, rescore, restore, restore_drill, rotation,
    sweep, sync_files,
};
use db::ImportOutcome;
use db::migrations::{Applied, Index, Repair, Step};
use domain::Error;
use schema::{write_history, write_indexes, write_repairs, write_steps};
use serde::Serialize;
use std::fmt;

/// What a command has done.
#[derive(Debug, Serialize)]
#[serde(tag = "report", rename_all = "kebab-case")]
pub enum Report {
    /// Every step of the schema.
    Status {
        /// In their order.
        #[serde(serialize_with = "write_steps")]
        steps: Vec<Step>,
    },
    /// The steps that the database has.
    History {
        /// In their order.
        #[serde(serialize_with = "write_history")]
        steps: Vec<Applied>,
    },
    /// Whether the indexes are of use.
    Indexes {
        /// By name.
        #[serde(serialize_with = "write_indexes")]
        indexes: Vec<Index>,
        /// What SQLite says about a damaged file.
        damage: Vec<String>,
    },
    /// Indexes that were repaired and steps that were applied.
    Up {
        /// In the order of their repair.
        #[serde(serialize_with = "write_repairs")]
        repairs: Vec<Repair>,
        /// In the order of their application.
        #[serde(serialize_with = "write_steps")]
        steps: Vec<Step>,
    },
    /// Steps that were taken back.
    Down {
        /// In the order of their end.
        #[serde(serialize_with = "write_steps")]
        steps: Vec<Step>,
    },
    /// Logins that were made.
    Logins(logins::Summary),
    /// What was done for CloudFormation.
    CustomResource(custom_resource::Summary),
    /// A step of a rotation.
    Rotation(rotation::Summary),
    /// An import.
    Import(Summary),
    /// What came from the original system.
    FromSharaspot(Box<sharaspot::Summary>),
    /// Chargers that were made up.
    Generate {
        /// How many the plan holds.
        chargers: u64,
        /// New ones.
        imported: u64,
        /// Those that are different from before.
        updated: u64,
        /// Those that were there already.
        unchanged: u64,
    },
    /// Photos that were made again.
    Reprocess(reprocess::Summary),
    /// What was removed.
    Sweep(sweep::Summary),
    /// Chargers whose evidence has faded.
    Rescore(rescore::Summary),
    /// What is well and what is not.
    Doctor(doctor::Examination),
    /// What the database says of itself.
    DbReport(db_report::Tables),
    /// Dead letters.
    #[cfg(feature = "redrive")]
    Redrive(crate::redrive::Summary),
    /// A backup.
    Backup(backup::Summary),
    /// What was restored.
    Restore(restore::Summary),
    /// What was restored on trial.
    RestoreDrill(restore_drill::Summary),
    /// An export or import of everything.
    Moved(ndjson::Summary),
    /// Photos that were copied.
    SyncFiles(sync_files::Summary),
}

impl Report {
    pub(crate) fn generated(chargers: u64, outcome: ImportOutcome) -> Self {
        let ImportOutcome { imported, updated, unchanged } = outcome;
        Self::Generate { chargers, imported, updated, unchanged }
    }

    /// What was found and must not stay, or was left undone: the command has failed then, for all that it has a report.
    pub fn fault(&self) -> Option<Error> {
        match self {
            Self::Indexes { indexes, damage } => schema::fault(indexes, damage),
            Self::Reprocess(summary) => summary.fault(),
            Self::Sweep(summary) => summary.fault(),
            Self::Rescore(summary) => summary.fault(),
            Self::Doctor(examination) => examination.fault(),
            Self::Backup(summary) => summary.fault(),
            #[cfg(feature = "redrive")]
            Self::Redrive(summary) => summary.fault(),
            Self::SyncFiles(summary) => summary.fault(),
            Self::FromSharaspot(summary) => summary.fault(),
            _ => None,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status { steps } => schema::show_status(f, steps),
            Self::History { steps } => schema::show_history(f, steps),
            Self::Indexes { indexes, damage } => schema::show_indexes(f, indexes, damage),
            Self::Up { repairs, steps } => schema::show_up(f, repairs, steps),
            Self::Down { steps } => schema::show_down(f, steps),
            Self::Logins(summary) => summary.fmt(f),
            Self::CustomResource(summary) => summary.fmt(f),
            Self::Rotation(summary) => summary.fmt(f),
            Self::Import(summary) => summary.fmt(f),
            Self::Reprocess(summary) => summary.fmt(f),
            Self::Sweep(summary) => summary.fmt(f),
            Self::Rescore(summary) => summary.fmt(f),
            Self::Doctor(examination) => examination.fmt(f),
            Self::DbReport(tables) => tables.fmt(f),
            Self::Backup(summary) => summary.fmt(f),
            #[cfg(feature = "redrive")]
            Self::Redrive(summary) => summary.fmt(f),
            Self::Restore(summary) => summary.fmt(f),
            Self::RestoreDrill(summary) => summary.fmt(f),
            Self::Moved(summary) => summary.fmt(f),
            Self::SyncFiles(summary) => summary.fmt(f),
            Self::FromSharaspot(summary) => summary.fmt(f),
            Self::Generate { chargers, imported, updated, unchanged } => {
                writeln!(f, "generated {chargers} / imported {imported} / updated {updated} / unchanged {unchanged}")
            }
        }
    }
}
