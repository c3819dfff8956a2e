//! What a walk has done.

use domain::{Error, Kind};
use serde::Serialize;
use std::fmt;
use uuid::Uuid;

/// Failures that a report shows; the log has all of them.
const MAX_SHOWN: usize = 20;

/// What a walk has done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Whether nothing was done.
    #[serde(rename = "dry_run")]
    pub is_dry_run: bool,
    /// Photos whose renditions are published.
    pub ready: u64,
    /// Photos that are refused.
    pub rejected: u64,
    /// Photos whose object is gone, or that are gone themselves.
    pub skipped: u64,
    /// Photos at which the store or the database failed.
    pub failed: u64,
    /// The first 20 of those.
    pub failures: Vec<Failure>,
    /// Photos behind `after`; of a dry run, all that would be dealt with.
    pub remaining: u64,
    /// The photo to go on after, where some remain.
    pub after: Option<Uuid>,
    /// Whether Ctrl-C ended it.
    #[serde(skip)]
    pub is_interrupted: bool,
}

/// A photo at which the store or the database failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Which.
    pub id: Uuid,
    /// How.
    pub reason: String,
}

impl Summary {
    pub(super) fn push_failure(&mut self, id: Uuid, reason: String) {
        self.failed += 1;
        if self.failures.len() < MAX_SHOWN {
            self.failures.push(Failure { id, reason });
        }
    }

    /// What a command line ends with: photos that failed, or a walk that was broken off.
    pub(crate) fn fault(&self) -> Option<Error> {
        let detail = match (self.failed, self.is_interrupted) {
            (0, false) => return None,
            (0, true) => "Interrupted; the photos that are dealt with are whole.".to_owned(),
            (failed, _) => format!("{failed} photos could not be dealt with: the same command tries them again."),
        };
        Some(Error::new(Kind::Unavailable, detail))
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ready, rejected, skipped, failed, failures, remaining, .. } = self;
        if self.is_dry_run {
            return writeln!(f, "{remaining} photos would be dealt with");
        }
        writeln!(f, "ready {ready} / rejected {rejected} / skipped {skipped} / failed {failed}")?;
        for Failure { id, reason } in failures {
            writeln!(f, "  {id}: {reason}")?;
        }
        match failed.saturating_sub(failures.len() as u64) {
            0 => {}
            more => writeln!(f, "  and {more} more: the log has all of them")?,
        }
        self.after.map_or(Ok(()), |id| writeln!(f, "{remaining} remain: --after {id} goes on there"))
    }
}
