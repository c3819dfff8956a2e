//! What was done about a request of CloudFormation.

use crate::logins;
use db::migrations::{Repair, Step};
use serde::{Serialize, Serializer};
use std::fmt;

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Why it failed; `None` where it did not.
    pub reason: Option<String>,
    /// Whether a newer release has made the schema, which was left as it is.
    pub is_ahead: bool,
    /// Indexes that were repaired.
    #[serde(serialize_with = "write_repairs")]
    pub repairs: Vec<Repair>,
    /// Steps that were applied.
    #[serde(serialize_with = "write_steps")]
    pub steps: Vec<Step>,
    /// Logins that were made.
    pub logins: logins::Summary,
}

impl Summary {
    /// One of a failure.
    pub(super) fn failed(reason: String) -> Self {
        Self { reason: Some(reason), ..Self::default() }
    }

    /// The steps in one line.
    pub(super) fn applied(&self) -> String {
        match (self.is_ahead, self.steps.is_empty()) {
            (true, _) => "none: the schema is of a newer release".to_owned(),
            (false, true) => "none".to_owned(),
            (false, false) => self.steps.iter().map(name).collect::<Vec<_>>().join(", "),
        }
    }

    /// The logins in one line.
    pub(super) fn provided(&self) -> String {
        let logins = self.logins.logins.iter().map(|(login, _)| login.as_str());
        let logins: Vec<&str> = logins.collect();
        if logins.is_empty() { "none".to_owned() } else { logins.join(", ") }
    }
}

fn name(step: &Step) -> String {
    format!("{:04} {}", step.version, step.name)
}

fn write_steps<S: Serializer>(steps: &[Step], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(steps.iter().map(name))
}

fn write_repairs<S: Serializer>(repairs: &[Repair], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(repairs.iter().map(|repair| format!("{} {}", repair.remedy.as_str(), repair.index)))
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Some(reason) => writeln!(f, "failed: {reason}"),
            None => {
                writeln!(f, "applied: {}", self.applied())?;
                self.logins.fmt(f)
            }
        }
    }
}
