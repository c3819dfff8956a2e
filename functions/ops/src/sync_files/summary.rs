//! What was copied.

use domain::{Error, Kind};
use serde::Serialize;
use std::fmt;

/// Failures that a report shows; the log has all of them.
const MAX_SHOWN: usize = 20;

/// What was copied, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Whether nothing was done.
    #[serde(rename = "dry_run")]
    pub is_dry_run: bool,
    /// Files that were missing, or different.
    pub copied: u64,
    /// The sum of their sizes.
    pub bytes: u64,
    /// Files that were there.
    pub unchanged: u64,
    /// Files that went before they could be read.
    pub gone: u64,
    /// Files that could not be read or written.
    pub failed: u64,
    /// The first 20 of those, and why.
    pub failures: Vec<(String, String)>,
    /// Whether Ctrl-C ended it.
    #[serde(skip)]
    pub is_interrupted: bool,
}

impl Summary {
    pub(super) fn push_failure(&mut self, key: &str, reason: String) {
        self.failed += 1;
        if self.failures.len() < MAX_SHOWN {
            self.failures.push((key.to_owned(), reason));
        }
    }

    /// What a command line ends with: files that failed, or a run that was broken off.
    pub(crate) fn fault(&self) -> Option<Error> {
        let detail = match (self.failed, self.is_interrupted) {
            (0, false) => return None,
            (0, true) => "Interrupted; what is copied is copied whole, and the same command goes on.".to_owned(),
            (failed, _) => format!("{failed} files could not be copied: the same command tries them again."),
        };
        Some(Error::new(Kind::Unavailable, detail))
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { copied, bytes, unchanged, gone, failed, failures, .. } = self;
        let verb = if self.is_dry_run { "would copy" } else { "copied" };
        writeln!(f, "{verb} {copied} / bytes {bytes} / unchanged {unchanged} / gone {gone} / failed {failed}")?;
        failures.iter().try_for_each(|(key, reason)| writeln!(f, "  {key}: {reason}"))
    }
}
