//! Rows that could not come, and what was changed on the way in those that did.

use domain::{Error, Kind, Result};
use serde::Serialize;
use std::fs::File;
use std::path::Path;

/// How many are shown; all go to the file.
const SHOWN: usize = 20;

/// What became of a row, or of a value in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The row came, and this value is not as it was.
    Repaired,
    /// The row, or the photo, did not come.
    Rejected,
}

impl Outcome {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Repaired => "repaired",
            Self::Rejected => "rejected",
        }
    }
}

/// A row, one of its columns, and why it is not here as it was there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The table of the original.
    pub table: &'static str,
    /// The row's id there.
    pub id: String,
    /// The column.
    pub field: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, in words; what people wrote is never repeated.
    pub reason: String,
}

/// Counts findings, keeps the first of them and writes all to a file where one is wanted.
pub(super) struct Findings {
    repaired: u64,
    rejected: u64,
    first: Vec<Finding>,
    file: Option<csv::Writer<File>>,
}

impl Findings {
    /// # Errors
    /// Bad input when the file cannot be made.
    pub(super) fn open(path: Option<&Path>) -> Result<Self> {
        let file = path.map(File::create).transpose();
        let file =
            file.map_err(|error| Error::new(Kind::BadInput, "The rejects file cannot be made.").because(error))?;
        let mut findings =
            Self { repaired: 0, rejected: 0, first: Vec::new(), file: file.map(csv::Writer::from_writer) };
        // The header stands there even when no row follows.
        if let Some(file) = &mut findings.file {
            file.write_record(["table", "id", "field", "outcome", "reason"]).map_err(not_written)?;
        }
        Ok(findings)
    }

    pub(super) fn add(&mut self, found: impl IntoIterator<Item = Finding>) -> Result<()> {
        for finding in found {
            match finding.outcome {
                Outcome::Repaired => self.repaired += 1,
                Outcome::Rejected => self.rejected += 1,
            }
            if let Some(file) = &mut self.file {
                let Finding { table, id, field, outcome, reason } = &finding;
                file.write_record([table, id.as_str(), field, outcome.as_str(), reason]).map_err(not_written)?;
            }
            if self.first.len() < SHOWN {
                self.first.push(finding);
            }
        }
        Ok(())
    }

    /// How many values were put right, how many rows did not come, and the first of both.
    pub(super) fn finish(mut self) -> Result<(u64, u64, Vec<Finding>)> {
        self.file.as_mut().map_or(Ok(()), |file| file.flush().map_err(not_written))?;
        Ok((self.repaired, self.rejected, self.first))
    }
}

fn not_written(error: impl Into<csv::Error>) -> Error {
    Error::new(Kind::Internal, "The rejects file cannot be written.").because(error.into())
}
