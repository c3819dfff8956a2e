//! What a sweep has done.

use super::Place;
use domain::{Error, Kind};
use serde::Serialize;
use std::fmt;

/// What a sweep has done, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Whether nothing was done.
    #[serde(rename = "dry_run")]
    pub is_dry_run: bool,
    /// Photos whose row was removed.
    pub rows: u64,
    /// Objects that were removed, those of these rows and those that no row names.
    pub objects: u64,
    /// The sum of their sizes.
    pub bytes: u64,
    /// Photos that are uploaded and not dealt with: they stay.
    pub waiting: u64,
    /// Objects under our prefixes whose keys are not ours: they stay.
    pub unknown: u64,
    /// Kept answers of writes that are more than a day old.
    pub answers: u64,
    /// Where to go on; `None` when everything has been looked at.
    pub after: Option<Place>,
    /// Whether Ctrl-C ended it.
    #[serde(skip)]
    pub is_interrupted: bool,
}

impl Summary {
    /// What a command line ends with: a sweep that was broken off.
    pub(crate) fn fault(&self) -> Option<Error> {
        let detail = "Interrupted; what is removed is removed whole.";
        self.is_interrupted.then(|| Error::new(Kind::Unavailable, detail))
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, objects, bytes, waiting, unknown, answers, .. } = self;
        let verb = if self.is_dry_run { "would remove" } else { "removed" };
        writeln!(
            f,
            "{verb} rows {rows} / objects {objects} / bytes {bytes} / answers {answers}; waiting {waiting} / unknown {unknown}"
        )?;
        if *waiting > 0 {
            writeln!(f, "  waiting photos were never dealt with: `ops reprocess --state pending` does that")?;
        }
        self.after.as_ref().map_or(Ok(()), |place| writeln!(f, "stopped: --after {place} goes on there"))
    }
}
