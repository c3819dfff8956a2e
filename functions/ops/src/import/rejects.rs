//! Rows that were not taken.

use domain::{Error, Kind, Result};
use serde::Serialize;
use std::fs::File;
use std::path::Path;

/// How many are shown; all go to the file.
const SHOWN: usize = 20;

/// A row that was not taken, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// The line in the file on which the row begins, from 1.
    pub line: u64,
    /// The row's id in the data set, as far as it could be read.
    pub id: String,
    /// Why, in words.
    pub reason: String,
}

/// Counts rejected rows, keeps the first of them and writes all to a file where one is wanted.
pub(super) struct Rejects {
    count: u64,
    first: Vec<Reject>,
    file: Option<csv::Writer<File>>,
}

impl Rejects {
    /// # Errors
    /// Bad input when the file cannot be made.
    pub(super) fn open(path: Option<&Path>) -> Result<Self> {
        let file = path.map(File::create).transpose();
        let file =
            file.map_err(|error| Error::new(Kind::BadInput, "The rejects file cannot be made.").because(error))?;
        let mut rejects = Self { count: 0, first: Vec::new(), file: file.map(csv::Writer::from_writer) };
        // The header stands there even when no row follows.
        if let Some(file) = &mut rejects.file {
            file.write_record(["line", "id", "reason"]).map_err(not_written)?;
        }
        Ok(rejects)
    }

    pub(super) fn add(&mut self, reject: Reject) -> Result<()> {
        self.count += 1;
        if let Some(file) = &mut self.file {
            let line = reject.line.to_string();
            file.write_record([&line, &reject.id, &reject.reason]).map_err(not_written)?;
        }
        if self.first.len() < SHOWN {
            self.first.push(reject);
        }
        Ok(())
    }

    /// How many there were, and the first of them.
    pub(super) fn finish(mut self) -> Result<(u64, Vec<Reject>)> {
        self.file.as_mut().map_or(Ok(()), |file| file.flush().map_err(not_written))?;
        Ok((self.count, self.first))
    }
}

fn not_written(error: impl Into<csv::Error>) -> Error {
    Error::new(Kind::Internal, "The rejects file cannot be written.").because(error.into())
}
