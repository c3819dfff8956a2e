//! One line: a JSON object, whatever the texts in it hold.

use domain::Timestamp;
use tracing::Level;

/// CloudWatch takes 256 KB in one event; nothing that is worth reading is longer than this.
const MAX_TEXT_BYTES: usize = 4096;

/// A line that is being written.
#[derive(Debug)]
pub(crate) struct Line(Vec<u8>);

impl Line {
    pub(crate) fn new(now: Timestamp, level: Level) -> Self {
        let mut line = Self(Vec::with_capacity(1024));
        line.0.push(b'{');
        line.text("timestamp", &now.to_string());
        line.text("level", level.as_str());
        line
    }

    /// A member that is text.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        let end = if text.len() > MAX_TEXT_BYTES { text.floor_char_boundary(MAX_TEXT_BYTES) } else { text.len() };
        self.json(name, &text[..end]);
    }

    /// A member that is a number: none where it is infinite, since JSON has no word for that.
    pub(crate) fn number(&mut self, name: &str, number: f64) {
        // Nobody measures a time more exactly than to the microsecond.
        let number = if name.ends_with("_ms") { (number * 1000.0).round() / 1000.0 } else { number };
        if number.fract() == 0.0 && number.abs() < 1e15 {
            self.json(name, &(number as i64));
        } else if number.is_finite() {
            self.json(name, &number);
        }
    }

    /// A member that is anything.
    pub(crate) fn json(&mut self, name: &str, value: &(impl serde::Serialize + ?Sized)) {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        // Into memory, with keys that are text: neither can fail.
        let _ = serde_json::to_writer(&mut self.0, name);
        self.0.push(b':');
        let _ = serde_json::to_writer(&mut self.0, value);
    }

    /// The line with its end.
    pub(crate) fn end(mut self) -> Vec<u8> {
        self.0.extend_from_slice(b"}\n");
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn no_text_breaks_a_line() {
        let hostile = ["a\nb\r\n{\"level\":\"INFO\"}", "\"},{\"", "\\", "\0\u{1b}[31m", "\u{2028}é😀", ""];
        for text in hostile {
            let mut line = Line::new(Timestamp::from_micros(0), Level::WARN);
            line.text(text, text);
            let line = String::from_utf8(line.end()).unwrap();
            assert_eq!(line.matches('\n').count(), 1, "{line}");
            let read: Value = serde_json::from_str(&line).unwrap();
            assert_eq!((&read[text], &read["level"]), (&Value::from(text), &Value::from("WARN")));
        }
    }

    #[test]
    fn a_text_is_cut_between_two_characters() {
        let mut line = Line::new(Timestamp::from_micros(0), Level::INFO);
        line.text("long", &"é".repeat(MAX_TEXT_BYTES));
        let read: Value = serde_json::from_slice(&line.end()).unwrap();
        assert_eq!(read["long"].as_str().unwrap().len(), MAX_TEXT_BYTES);
    }

    #[test]
    fn a_number_is_written_as_short_as_it_is_or_left_out() {
        let mut line = Line::new(Timestamp::from_micros(0), Level::INFO);
        for (name, number) in [("a", 7.0), ("b_ms", 0.123_456), ("c", f64::NAN), ("d", f64::INFINITY), ("e", -2.5)] {
            line.number(name, number);
        }
        let line = String::from_utf8(line.end()).unwrap();
        assert!(line.ends_with("\"level\":\"INFO\",\"a\":7,\"b_ms\":0.123,\"e\":-2.5}\n"), "{line}");
    }
}
