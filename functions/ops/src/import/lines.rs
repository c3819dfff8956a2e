//! Line numbers that an editor would show.

use std::collections::VecDeque;
use std::io::{self, Read};

/// Passes bytes on and remembers where lines begin: the csv crate counts a record from the end of the one before, which is a line
/// too early after CRLF and after blank lines. Only lines that are not yet asked for are remembered.
pub(super) struct LineCounter<R> {
    inner: R,
    offset: u64,
    line: u64,
    previous: u8,
    /// The offset and the number of each line that is not blank.
    starts: VecDeque<(u64, u64)>,
}

impl<R> LineCounter<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, offset: 0, line: 1, previous: b'\n', starts: VecDeque::new() }
    }

    /// The number, from 1, of the first line that is not blank at or after `offset`. Offsets must be asked for in their order.
    pub(super) fn line_at(&mut self, offset: u64) -> u64 {
        while self.starts.front().is_some_and(|(start, _)| *start < offset) {
            self.starts.pop_front();
        }
        self.starts.front().map_or(self.line, |(_, line)| *line)
    }

    fn count(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let is_new = matches!(self.previous, b'\n' | b'\r');
            match byte {
                b'\n' if self.previous == b'\r' => {}
                b'\n' | b'\r' => self.line += 1,
                _ if is_new => self.starts.push_back((self.offset, self.line)),
                _ => {}
            }
            self.previous = *byte;
            self.offset += 1;
        }
    }
}

impl<R: Read> Read for LineCounter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.count(&buffer[..length]);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines on which the records of a CSV begin.
    fn lines(csv: &str) -> Vec<u64> {
        let counter = LineCounter::new(csv.as_bytes());
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(counter);
        let mut record = csv::ByteRecord::new();
        let mut lines = Vec::new();
        loop {
            let start = reader.position().byte();
            if !reader.read_byte_record(&mut record).unwrap() {
                return lines;
            }
            lines.push(reader.get_mut().line_at(start));
        }
    }

    #[test]
    fn a_record_has_the_number_of_its_first_line_whatever_ends_lines() {
        for end in ["\n", "\r\n", "\r"] {
            let csv = ["a,b", "1,\"two", "", "lines\"", "", "", "2,x", "3,y"].join(end);
            assert_eq!(lines(&csv), [1, 2, 7, 8], "{end:?}");
            assert_eq!(lines(&format!("\u{feff}{csv}{end}")), [1, 2, 7, 8], "{end:?}");
        }
    }

    #[test]
    fn numbers_hold_beyond_the_readers_buffer() {
        let csv = "x,\"y\nz\"\r\n".repeat(20_000);
        assert!(lines(&csv).into_iter().eq((0..20_000).map(|index| 1 + 2 * index)));
    }
}
