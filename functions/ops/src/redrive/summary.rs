//! What became of letters.

use dead_letters::Taken;
use domain::{Error, Kind};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// Letters that stay and are shown; the log has all of them.
const MAX_SHOWN: usize = 20;

/// What became of letters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Whether nothing was done.
    #[serde(rename = "dry_run")]
    pub is_dry_run: bool,
    /// Where they were.
    pub of: String,
    /// Events that were accepted, by the function that has them now.
    pub redriven: BTreeMap<String, u64>,
    /// Letters that stay.
    pub kept: u64,
    /// The first 20 of those.
    pub reasons: Vec<Kept>,
    /// Of a dry run, the letters.
    pub letters: Vec<Found>,
    /// Whether it ended because as many were looked at as were asked for.
    #[serde(rename = "reached_max")]
    pub has_reached_max: bool,
    /// As many as were asked for.
    #[serde(skip)]
    pub max: u32,
    /// Whether Ctrl-C ended it.
    #[serde(skip)]
    pub is_interrupted: bool,
}

/// A letter that stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// What it is called where it is.
    pub id: String,
    /// Why.
    pub reason: String,
}

/// A letter that was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// What it is called where it is.
    pub id: String,
    /// Whom its event was meant for.
    pub function: Option<String>,
    /// When that gave up.
    pub failed_at: String,
    /// Why it was not tried again.
    pub condition: String,
    /// What the function said at last.
    pub error: String,
    /// What had happened to which object.
    pub objects: Vec<String>,
    /// Why it is no letter.
    pub mistake: Option<String>,
}

impl Found {
    pub(super) fn of(taken: &Taken) -> Self {
        let id = taken.id.clone();
        match &taken.letter {
            Ok(letter) => Self {
                id,
                function: Some(letter.function.to_string()),
                failed_at: letter.failed_at.clone(),
                condition: letter.condition.clone(),
                error: letter.error.clone(),
                objects: letter.objects.clone(),
                mistake: None,
            },
            Err(mistake) => Self { id, mistake: Some(mistake.clone()), ..Self::default() },
        }
    }
}

impl Summary {
    /// Events that were accepted, by whomever.
    pub(super) fn redriven(&self) -> u64 {
        self.redriven.values().sum()
    }

    pub(super) fn looked_at(&self) -> u64 {
        self.redriven() + self.kept + self.letters.len() as u64
    }

    pub(super) fn push_kept(&mut self, kept: Kept) {
        self.kept += 1;
        if self.reasons.len() < MAX_SHOWN {
            self.reasons.push(kept);
        }
    }

    /// What a command line ends with: letters that stay, or a run that was broken off.
    pub(crate) fn fault(&self) -> Option<Error> {
        let (kind, detail) = match (self.kept, self.is_interrupted) {
            (0, false) => return None,
            (0, true) => (Kind::Unavailable, "Interrupted; the same command goes on.".to_owned()),
            (kept, _) => (Kind::Conflict, format!("{kept} letters stay where they are.")),
        };
        Some(Error::new(kind, detail))
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { of, kept, reasons, letters, .. } = self;
        if self.is_dry_run {
            writeln!(f, "{} letters in {of}", letters.len())?;
            letters.iter().try_for_each(|letter| letter.fmt(f))?;
        } else {
            writeln!(f, "redriven {} / kept {kept} of {of}", self.redriven())?;
            self.redriven.iter().try_for_each(|(function, count)| writeln!(f, "  {count} to {function}"))?;
            reasons.iter().try_for_each(|Kept { id, reason }| writeln!(f, "  {id} stays: {reason}"))?;
            match kept.saturating_sub(reasons.len() as u64) {
                0 => {}
                more => writeln!(f, "  and {more} more: the log has all of them")?,
            }
        }
        let more = "there may be more: the same command, or a larger --max";
        if self.has_reached_max { writeln!(f, "--max {} is reached; {more}", self.max) } else { Ok(()) }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, function, failed_at, condition, error, objects, mistake } = self;
        if let Some(mistake) = mistake {
            return writeln!(f, "  {id}  no letter: {mistake}");
        }
        writeln!(f, "  {id}  {failed_at}  {}  {condition}", function.as_deref().unwrap_or_default())?;
        objects.iter().chain((!error.is_empty()).then_some(error)).try_for_each(|line| writeln!(f, "    {line}"))
    }
}
