//! What a check has found.

use domain::{Error, Kind};
use serde::Serialize;
use std::fmt;

/// Whether something is as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is.
    Fine,
    /// It is, but not for long.
    Warning,
    /// It is not.
    Failed,
    /// There is no such thing here, or it could not be looked at.
    Absent,
}

impl State {
    fn sign(self) -> char {
        match self {
            Self::Fine => '✓',
            Self::Warning => '!',
            Self::Failed => '✗',
            Self::Absent => '–',
        }
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub check: &'static str,
    /// How it is.
    pub state: State,
    /// What there was.
    pub found: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

impl Finding {
    pub(super) fn fine(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, state: State::Fine, found: found.into(), remedy: None }
    }

    pub(super) fn absent(check: &'static str, found: impl Into<String>) -> Self {
        Self { state: State::Absent, ..Self::fine(check, found) }
    }

    pub(super) fn warning(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { state: State::Warning, remedy: Some(remedy.into()), ..Self::fine(check, found) }
    }

    pub(super) fn failed(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { state: State::Failed, remedy: Some(remedy.into()), ..Self::fine(check, found) }
    }
}

/// All of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Examination {
    /// In the order in which trouble spreads: what comes first may be the reason for what comes later.
    pub findings: Vec<Finding>,
}

impl Examination {
    /// Names everything that failed.
    pub(crate) fn fault(&self) -> Option<Error> {
        let failed = self.findings.iter().filter(|finding| finding.state == State::Failed);
        let failed: Vec<&str> = failed.map(|finding| finding.check).collect();
        let detail = format!("{} of {} checks failed: {}.", failed.len(), self.findings.len(), failed.join(", "));
        (!failed.is_empty()).then(|| Error::new(Kind::Conflict, detail))
    }
}

impl fmt::Display for Examination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.findings.iter().map(|finding| finding.check.len()).max().unwrap_or_default();
        for Finding { check, state, found, remedy } in &self.findings {
            writeln!(f, "{} {check:width$}  {found}", state.sign())?;
            if let Some(remedy) = remedy {
                writeln!(f, "  {:width$}  → {remedy}", "")?;
            }
        }
        Ok(())
    }
}
