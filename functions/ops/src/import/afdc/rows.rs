//! The rows of a file, one at a time.

use super::columns::Columns;
use super::row::{Row, read_row};
use crate::import::lines::LineCounter;
use csv::ByteRecord;
use domain::{Error, Kind, Result};
use std::io::Read;

/// A file that is being read; a row is in memory only until the next one.
pub(super) struct Rows<R> {
    reader: csv::Reader<LineCounter<R>>,
    columns: Columns,
    record: ByteRecord,
}

impl<R: Read> Rows<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// Bad input when it cannot be read or lacks a column.
    pub(super) fn open(input: R) -> Result<Self> {
        // Bytes, and rows of any width: what is wrong with a row is for `read_row` to say.
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(LineCounter::new(input));
        let columns = Columns::find(reader.byte_headers().map_err(unreadable)?)?;
        Ok(Self { reader, columns, record: ByteRecord::new() })
    }

    /// The next row and the line on which it begins.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Row)>> {
        let start = self.reader.position().byte();
        if !self.reader.read_byte_record(&mut self.record).map_err(unreadable)? {
            return Ok(None);
        }
        let line = self.reader.get_mut().line_at(start);
        Ok(Some((line, read_row(&self.columns, &self.record))))
    }

    /// Bytes read so far.
    pub(super) fn offset(&self) -> u64 {
        self.reader.position().byte()
    }
}

fn unreadable(error: csv::Error) -> Error {
    Error::new(Kind::BadInput, "The file cannot be read to its end; what was imported is kept.").because(error)
}
