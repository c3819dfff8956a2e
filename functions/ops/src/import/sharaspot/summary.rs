//! What a run has done.

use super::{Finding, Outcome};
use db::sharaspot::Totals;
use domain::{Error, Kind};
use serde::Serialize;
use std::fmt;

/// What became of the rows of a table: `read` is the sum of the others but `repaired` and `linked`, which came or are unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows that were looked at.
    pub read: u64,
    /// Those that are new here.
    pub came: u64,
    /// Those that came before.
    pub unchanged: u64,
    /// Those of which something was put right or left out.
    pub repaired: u64,
    /// Those that cannot come.
    pub rejected: u64,
    /// Guests that own nothing; pictures of those who did not come.
    pub skipped: u64,
    /// Photos at which a database or the store failed.
    pub failed: u64,
    /// Photos that came as addresses.
    pub linked: u64,
}

/// What a run has done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// `users`
    pub users: Counts,
    /// `chargers`
    pub chargers: Counts,
    /// `verification_actions`
    pub verifications: Counts,
    /// Pictures of users, chargers and verifications.
    pub photos: Counts,
    /// What stays behind, in words.
    pub not_carried: String,
    /// Values that were put right or left out.
    pub repaired: u64,
    /// Rows and photos that cannot come.
    pub rejected: u64,
    /// The first 20 of both.
    pub findings: Vec<Finding>,
    /// Whether Ctrl-C ended it.
    #[serde(skip)]
    pub is_interrupted: bool,
}

impl Summary {
    pub(super) fn new(totals: &Totals) -> Self {
        let Totals { emails, names, coins, other_tables, .. } = totals;
        let tables = if other_tables.is_empty() {
            "no other tables".to_owned()
        } else {
            format!("the tables {}", other_tables.join(", "))
        };
        let not_carried = format!("{emails} e-mail addresses, {names} names, {coins} coins; {tables}");
        let skipped = totals.idle_guests.unsigned_abs();
        let users = Counts { read: skipped, skipped, ..Counts::default() };
        Self { not_carried, users, ..Self::default() }
    }

    /// What a command line ends with: photos that failed, or a run that was broken off.
    pub(crate) fn fault(&self) -> Option<Error> {
        let detail = match (self.photos.failed, self.is_interrupted) {
            (0, false) => return None,
            (0, true) => "Interrupted; what has come is whole, and the same command goes on.".to_owned(),
            (failed, _) => format!("{failed} photos could not be dealt with: the same command tries them again."),
        };
        Some(Error::new(Kind::Unavailable, detail))
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read, came, unchanged, repaired, rejected, .. } = self;
        write!(f, "read {read} / came {came} / unchanged {unchanged} / repaired {repaired} / rejected {rejected}")?;
        let others = [("skipped", self.skipped), ("linked", self.linked), ("failed", self.failed)];
        others.into_iter().filter(|(_, count)| *count > 0).try_for_each(|(word, count)| write!(f, " / {word} {count}"))
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { users, chargers, verifications, photos, not_carried, findings, .. } = self;
        writeln!(f, "users          {users}")?;
        writeln!(f, "chargers       {chargers}")?;
        writeln!(f, "verifications  {verifications}")?;
        writeln!(f, "photos         {photos}")?;
        writeln!(f, "not carried    {not_carried}")?;
        for Finding { table, id, field, outcome, reason } in findings {
            let word = outcome.as_str();
            writeln!(f, "  {word} {table} {id}, {field}: {reason}")?;
        }
        match (self.repaired + self.rejected).saturating_sub(findings.len() as u64) {
            0 => Ok(()),
            more => writeln!(f, "  and {more} more: --rejects FILE keeps them all"),
        }
    }
}

impl Counts {
    /// Counts a row by its findings.
    pub(super) fn note(&mut self, fate: Fate, findings: &[Finding]) {
        self.read += 1;
        match fate {
            Fate::Came => self.came += 1,
            Fate::Unchanged => self.unchanged += 1,
            Fate::Rejected => self.rejected += 1,
            Fate::Skipped => self.skipped += 1,
            Fate::Failed => self.failed += 1,
        }
        self.repaired += u64::from(findings.iter().any(|finding| finding.outcome == Outcome::Repaired));
    }
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Came,
    Unchanged,
    Rejected,
    Skipped,
    Failed,
}
