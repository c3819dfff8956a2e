//! One row of the original, column by column: what is not as it should be is noted and left out.

use super::text::{cut, unescape, without_controls};
use super::{Finding, Outcome};
use db::sharaspot::Columns;
use domain::Timestamp;
use domain::fields::is_visible;
use serde_json::Value;
use std::ops::RangeInclusive;

/// A row that is read.
pub(super) struct Reading<'a> {
    table: &'static str,
    columns: &'a Columns,
    /// The row's id.
    pub(super) id: String,
    /// What was noted.
    pub(super) findings: Vec<Finding>,
}

/// A row that was read: without what came of it where it cannot come.
pub(super) struct Read<T> {
    pub(super) row: Option<T>,
    pub(super) findings: Vec<Finding>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(table: &'static str, columns: &'a Columns) -> Self {
        Self { table, columns, id: columns.get("id").and_then(text_of).unwrap_or_default(), findings: Vec::new() }
    }

    pub(super) fn repaired(&mut self, field: &str, reason: impl Into<String>) {
        self.note(field, Outcome::Repaired, reason);
    }

    pub(super) fn rejected(&mut self, field: &str, reason: impl Into<String>) {
        self.note(field, Outcome::Rejected, reason);
    }

    fn note(&mut self, field: &str, outcome: Outcome, reason: impl Into<String>) {
        let (table, id, reason) = (self.table, self.id.clone(), reason.into());
        self.findings.push(Finding { table, id, field: field.to_owned(), outcome, reason });
    }

    /// A row that came: all notes are about values in it.
    pub(super) fn came<T>(self, row: T) -> Read<T> {
        Read { row: Some(row), findings: self.findings }
    }

    /// A row that cannot come: only the reason for that matters.
    pub(super) fn stays<T>(self) -> Read<T> {
        let findings = self.findings.into_iter().filter(|finding| finding.outcome == Outcome::Rejected).collect();
        Read { row: None, findings }
    }

    fn value(&self, field: &str) -> Option<&'a Value> {
        self.columns.get(field).filter(|value| !value.is_null())
    }

    /// A word or an id, as it stands there.
    pub(super) fn word(&self, field: &str) -> Option<String> {
        self.value(field).and_then(text_of).filter(|text| !text.is_empty())
    }

    pub(super) fn is_true(&self, field: &str) -> bool {
        self.value(field) == Some(&Value::Bool(true))
    }

    /// What somebody wrote: unescaped, without control characters, at most so long; `None` where that shows nothing.
    pub(super) fn text(&mut self, field: &str, max_chars: usize) -> Option<String> {
        let escaped = self.value(field).and_then(text_of)?;
        let text = unescape(&escaped);
        let visible = without_controls(&text);
        if visible != text {
            self.repaired(field, "control characters are left out");
        }
        let kept = cut(&visible, max_chars);
        if kept.len() < visible.len() {
            let length = visible.chars().count();
            self.repaired(field, format!("{length} characters, cut after {max_chars}"));
        }
        kept.chars().any(is_visible).then(|| kept.to_owned())
    }

    /// A finite number; PostgreSQL writes others, and numbers in text columns, as text.
    pub(super) fn number(&self, field: &str) -> Option<f64> {
        let number = match self.value(field)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.filter(|number| number.is_finite())
    }

    /// A whole number of a range; another one is left out.
    pub(super) fn integer(&mut self, field: &str, range: RangeInclusive<i64>) -> Option<i64> {
        self.value(field)?;
        let number = self.number(field).filter(|number| number.fract() == 0.0).map(|number| number as i64);
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            self.repaired(field, format!("no whole number from {} to {}, left out", range.start(), range.end()));
        }
        number
    }

    /// Yes or no; anything else is left out.
    pub(super) fn boolean(&mut self, field: &str) -> Option<bool> {
        let answer = match self.value(field)? {
            Value::Bool(answer) => Some(*answer),
            other => match text_of(other)?.to_lowercase().as_str() {
                "true" | "t" | "yes" | "1" => Some(true),
                "false" | "f" | "no" | "0" => Some(false),
                _ => None,
            },
        };
        if answer.is_none() {
            self.repaired(field, "neither true nor false, left out");
        }
        answer
    }

    /// A word of a vocabulary in any spelling; another one is left out.
    pub(super) fn known<T>(&mut self, field: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let word = unescape(&self.word(field)?);
        let known = read(&word);
        if known.is_none() {
            self.repaired(field, format!("unknown word {}, left out", shown(&word)));
        }
        known
    }

    /// The words of a list that a vocabulary knows, each once, in its order; the others are left out.
    pub(super) fn list<T: Ord>(&mut self, field: &str, read: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let mut known = Vec::new();
        for word in self.value(field).map(words_of).unwrap_or_default() {
            let word = unescape(&word);
            match read(&word) {
                Some(value) => known.push(value),
                None => self.repaired(field, format!("unknown word {}, left out", shown(&word))),
            }
        }
        known.sort_unstable();
        known.dedup();
        known
    }

    /// A time, in UTC where it says nothing else. What lies behind `now` is taken for `now`.
    pub(super) fn time(&mut self, field: &str, now: Timestamp) -> Option<Timestamp> {
        let text = self.value(field).and_then(text_of)?;
        match time_of(&text) {
            Some(time) if time > now => {
                self.repaired(field, "a time to come, the time of the import taken for it");
                Some(now)
            }
            Some(time) => Some(time),
            None => {
                self.repaired(field, "no time, left out");
                None
            }
        }
    }
}

/// A word that may be shown: short, and on one line.
fn shown(word: &str) -> String {
    format!("{:?}", cut(word, 40))
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(answer) => Some(answer.to_string()),
        _ => None,
    }
}

/// The texts of a list: an array, or text that holds JSON, PostgreSQL's `{a,"b c"}`, or words with commas in between.
fn words_of(value: &Value) -> Vec<String> {
    let text = match value {
        Value::Array(items) => return items.iter().filter_map(text_of).collect(),
        Value::String(text) => text.trim(),
        _ => return Vec::new(),
    };
    if let Ok(Value::Array(items)) = serde_json::from_str(text) {
        return items.iter().filter_map(text_of).collect();
    }
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
    let words = inner.split(',').map(|word| word.trim().trim_matches('"').to_owned());
    words.filter(|word| !word.is_empty()).collect()
}

/// A time as JSON has it from PostgreSQL, with or without a zone, or as its text.
fn time_of(text: &str) -> Option<Timestamp> {
    let text = text.trim().replacen(' ', "T", 1);
    Timestamp::parse(&text).or_else(|| Timestamp::parse(&format!("{text}Z")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: Timestamp = Timestamp::from_micros(1_772_366_400_000_000);

    fn columns(value: Value) -> Columns {
        json!({"id": 7, "x": value}).as_object().unwrap().clone()
    }

    #[test]
    fn a_list_has_many_forms() {
        for list in [
            json!(["Type 2", "CCS", "type-2"]),
            json!("[\"ccs\", \"Type2\"]"),
            json!("{CCS,\"Type 2\"}"),
            json!("CCS, Type 2"),
        ] {
            let columns = columns(list);
            let mut reading = Reading::new("chargers", &columns);
            assert_eq!(reading.list("x", super::super::words::port).len(), 2);
            assert!(reading.findings.is_empty());
        }
        let columns = columns(json!(["CCS", null, "Warp &amp; Co"]));
        let mut reading = Reading::new("chargers", &columns);
        assert_eq!(reading.list("x", super::super::words::port).len(), 1);
        assert_eq!(reading.findings[0].reason, "unknown word \"Warp & Co\", left out");
        assert_eq!((reading.findings[0].id.as_str(), reading.findings.len()), ("7", 1));
    }

    #[test]
    fn a_time_without_a_zone_is_utc_and_none_lies_in_the_future() {
        let noon = Timestamp::parse("2024-05-01T12:00:00Z");
        for (text, expected, notes) in [
            ("2024-05-01T12:00:00", noon, 0),
            ("2024-05-01 12:00:00.000000", noon, 0),
            ("2024-05-01T14:00:00+02:00", noon, 0),
            ("2924-05-01T12:00:00", Some(NOW), 1),
            ("infinity", None, 1),
            ("0044-03-15T12:00:00 BC", None, 1),
        ] {
            let columns = columns(json!(text));
            let mut reading = Reading::new("chargers", &columns);
            assert_eq!((reading.time("x", NOW), reading.findings.len()), (expected, notes), "{text}");
        }
    }

    #[test]
    fn a_number_is_finite_and_within_its_range_or_left_out() {
        for (value, expected, notes) in [
            (json!(5), Some(5), 0),
            (json!("5"), Some(5), 0),
            (json!(5.0), Some(5), 0),
            (json!(4.5), None, 1),
            (json!(6), None, 1),
            (json!("NaN"), None, 1),
            (json!(null), None, 0),
        ] {
            let columns = columns(value.clone());
            let mut reading = Reading::new("chargers", &columns);
            assert_eq!((reading.integer("x", 1..=5), reading.findings.len()), (expected, notes), "{value}");
        }
    }
}
