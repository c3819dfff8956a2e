//! What a backup has come to.

use domain::{Error, Kind};
use serde::Serialize;
use std::fmt;

/// What a backup has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Whether everything is there.
    #[serde(rename = "complete")]
    pub is_complete: bool,
    /// The folder.
    pub name: String,
    /// Where it is.
    pub to: String,
    /// Rows that are stored.
    pub rows: u64,
    /// Parts that are stored.
    pub parts: u64,
    /// Those of them that were there already.
    pub reused: u64,
    /// Of the parts.
    pub bytes: u64,
    /// Of their lines.
    pub raw_bytes: u64,
    /// How long it took.
    pub took_ms: u64,
    /// The one hash of all that is in it.
    pub sha256: Option<String>,
    /// Old backups that went.
    pub removed: Vec<String>,
    /// Whether Ctrl-C ended it.
    #[serde(skip)]
    pub is_interrupted: bool,
}

impl Summary {
    /// What a command line ends with: a backup that was broken off.
    pub(crate) fn fault(&self) -> Option<Error> {
        let detail = "Interrupted; the same command goes on with the parts that are stored.";
        self.is_interrupted.then(|| Error::new(Kind::Unavailable, detail))
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, to, rows, parts, reused, bytes, raw_bytes, took_ms, removed, .. } = self;
        writeln!(f, "{name} in {to}")?;
        writeln!(
            f,
            "rows {rows} / parts {parts}, {reused} of them were there / bytes {bytes} of {raw_bytes} / {took_ms} ms"
        )?;
        match &self.sha256 {
            Some(sha256) => writeln!(f, "complete, sha256 {sha256}")?,
            None => writeln!(f, "unfinished: the same command goes on")?,
        }
        removed.iter().try_for_each(|name| writeln!(f, "removed {name}"))
    }
}
