//! What a command has done: text for a person, JSON for a program.

use crate::import::Summary;
use db::ImportOutcome;
use db::migrations::Step;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use serde_json::json;
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
    /// Steps that were applied.
    Up {
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
    /// An import.
    Import(Summary),
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
}

impl Report {
    pub(crate) fn generated(chargers: u64, outcome: ImportOutcome) -> Self {
        let ImportOutcome { imported, updated, unchanged } = outcome;
        Self::Generate { chargers, imported, updated, unchanged }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status { steps } => steps.iter().try_for_each(|step| {
                let state = if step.is_applied { "applied" } else { "missing" };
                writeln!(f, "{state}  {}", name(step))
            }),
            Self::Up { steps } if steps.is_empty() => writeln!(f, "nothing to do: every migration is applied"),
            Self::Down { steps } if steps.is_empty() => writeln!(f, "nothing to do: no later migration is applied"),
            Self::Up { steps } => steps.iter().try_for_each(|step| writeln!(f, "applied  {}", name(step))),
            Self::Down { steps } => steps.iter().try_for_each(|step| writeln!(f, "taken back  {}", name(step))),
            Self::Import(summary) => summary.fmt(f),
            Self::Generate { chargers, imported, updated, unchanged } => {
                writeln!(f, "generated {chargers} / imported {imported} / updated {updated} / unchanged {unchanged}")
            }
        }
    }
}

fn name(step: &Step) -> String {
    format!("{:04} {}", step.version, step.name)
}

fn write_steps<S: Serializer>(steps: &[Step], serializer: S) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(steps.len()))?;
    for Step { version, name, is_applied } in steps {
        list.serialize_element(&json!({"version": version, "name": name, "is_applied": is_applied}))?;
    }
    list.end()
}
