//! What a run has done.

use domain::{Error, Kind};
use serde::Serialize;
use std::fmt;
use uuid::Uuid;

/// What a run has done, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Whether nothing was done.
    #[serde(rename = "dry_run")]
    pub is_dry_run: bool,
    /// Chargers whose evidence was looked at.
    pub looked_at: u64,
    /// Those of them that show another level or another uptime now.
    pub rescored: u64,
    /// The charger to go on after; `None` when every one has been looked at.
    pub after: Option<Uuid>,
    /// Whether Ctrl-C ended it.
    #[serde(skip)]
    pub is_interrupted: bool,
}

impl Summary {
    /// What a command line ends with: a run that was broken off.
    pub(crate) fn fault(&self) -> Option<Error> {
        let detail = "Interrupted; the chargers that are scored are scored whole.";
        self.is_interrupted.then(|| Error::new(Kind::Unavailable, detail))
    }

    pub(super) fn stopped(&self, error: Error) -> Error {
        let Self { looked_at, rescored, after, .. } = self;
        let place = after.map_or_else(String::new, |id| format!(", from --after {id}"));
        let detail = format!(
            "The run stopped: {looked_at} looked at, {rescored} of them changed; the same command goes on{place}."
        );
        Error::new(error.kind(), detail).because(error)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { is_dry_run, looked_at, rescored, after, .. } = self;
        let verb = if *is_dry_run { "would change" } else { "changed" };
        writeln!(f, "looked at {looked_at} / {verb} {rescored}")?;
        after.map_or(Ok(()), |id| writeln!(f, "stopped: --after {id} goes on there"))
    }
}
