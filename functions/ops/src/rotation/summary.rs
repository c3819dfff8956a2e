//! What a step has done.

use super::Step;
use serde::Serialize;
use std::fmt;

/// What a step has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Which.
    pub step: Step,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It did what it is for.
    Made,
    /// The same, by the administrator: no password of the secret was accepted.
    ByAdministrator,
    /// There was nothing left to do.
    Done,
    /// The version is the current one already.
    Finished,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = match self.outcome {
            Outcome::Made => "done",
            Outcome::ByAdministrator => "done by the administrator",
            Outcome::Done => "done before",
            Outcome::Finished => "the rotation is finished",
        };
        writeln!(f, "{:?}: {outcome}", self.step)
    }
}
