//! What an import has done.

use super::Reject;
use serde::Serialize;
use std::fmt;

/// What an import has done: `read` is the sum of the other numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows of the file.
    pub read: u64,
    /// New chargers.
    pub imported: u64,
    /// Chargers of which the file says something else than the last one did.
    pub updated: u64,
    /// Chargers of which it says the same.
    pub unchanged: u64,
    /// Rows that break a rule.
    pub rejected: u64,
    /// Stations for other fuels.
    pub skipped: u64,
    /// The first 20 rejected rows.
    pub rejects: Vec<Reject>,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read, imported, updated, unchanged, rejected, skipped, rejects } = self;
        write!(
            f,
            "read {read} / imported {imported} / updated {updated} / unchanged {unchanged} / rejected {rejected}"
        )?;
        writeln!(f, " / skipped {skipped} (other fuels)")?;
        for Reject { line, id, reason } in rejects {
            let id = if id.is_empty() { String::new() } else { format!(", id {id}") };
            writeln!(f, "  line {line}{id}: {reason}")?;
        }
        match rejected.saturating_sub(rejects.len() as u64) {
            0 => Ok(()),
            more => writeln!(f, "  and {more} more: --rejects FILE keeps them all"),
        }
    }
}
