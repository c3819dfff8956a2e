//! The query string: read by name, every bad and every unknown parameter noted.
//!
//! It works on the *raw* query string: API Gateway's parsed map splits values at commas, which breaks `bbox`.

use crate::Result;
use crate::describe::Recorder;
use crate::fields::{Problems, shape};
use serde_json::{Value, json};
use std::ops::RangeInclusive;

/// A query string that is being read.
#[derive(Debug)]
pub struct Query {
    pairs: Vec<(String, String)>,
    known: Vec<&'static str>,
    problems: Problems,
    description: Recorder,
}

impl Query {
    /// Splits and decodes a raw query string (`+` and `%20` are spaces).
    pub fn parse(raw: &str) -> Self {
        let pairs = form_urlencoded::parse(raw.as_bytes()).into_owned().collect();
        Self { pairs, known: Vec::new(), problems: Problems::default(), description: Recorder::begin_query() }
    }

    /// Ends the reading: the error names every bad and every unknown parameter.
    pub fn finish(mut self) -> Result<()> {
        self.description.deliver();
        let mut unknown: Vec<_> = self.pairs.iter().map(|(name, _)| name.as_str()).collect();
        unknown.retain(|name| !self.known.contains(name));
        unknown.sort_unstable();
        unknown.dedup();
        for name in unknown {
            self.problems.add(name, "unknown", "There is no such parameter here.");
        }
        self.problems.into_result()
    }

    /// Notes a bad parameter.
    pub fn refuse(&mut self, name: &str, code: &'static str, detail: impl Into<String>) {
        self.problems.add(name, code, detail);
    }

    /// Every pair but those of the given names, sorted: what makes two queries the same search.
    pub fn normalized_without(&self, names: &[&str]) -> String {
        let mut pairs: Vec<_> = self.pairs.iter().filter(|(name, _)| !names.contains(&name.as_str())).collect();
        pairs.sort();
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }

    /// A parameter that may be given once.
    pub fn one(&mut self, name: &'static str) -> Option<String> {
        self.one_like(name, || json!({"type": "string"}))
    }

    /// [`Query::one`] of a parameter whose form is known.
    pub fn one_like(&mut self, name: &'static str, schema: impl FnOnce() -> Value) -> Option<String> {
        self.description.field(name, schema);
        let mut values = self.many(name);
        if values.len() > 1 {
            self.refuse(name, "repeated", "May be given only once.");
        }
        values.pop()
    }

    /// Every value of a repeatable parameter.
    pub fn many(&mut self, name: &'static str) -> Vec<String> {
        self.description.field(name, || json!({"type": "array", "items": {"type": "string"}}));
        self.known.push(name);
        self.pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }

    /// A number within a range.
    pub fn number(&mut self, name: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        let text = self.one_like(name, || shape::number(&range))?;
        match text.parse::<f64>() {
            Ok(number) if range.contains(&number) => return Some(number),
            Ok(number) if number.is_finite() => {
                self.refuse(name, "out_of_range", format!("Must be from {} to {}.", range.start(), range.end()));
            }
            _ => self.refuse(name, "wrong_type", "Must be a number."),
        }
        None
    }

    /// A whole number within a range.
    pub fn integer(&mut self, name: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let text = self.one_like(name, || shape::integer(&range))?;
        match text.parse::<i64>() {
            Ok(number) if range.contains(&number) => return Some(number),
            _ => {
                let detail = format!("Must be a whole number from {} to {}.", range.start(), range.end());
                self.refuse(name, "out_of_range", detail);
            }
        }
        None
    }

    /// A word of a closed vocabulary; `list` names the words.
    pub fn word<T>(&mut self, name: &'static str, parse: fn(&str) -> Option<T>, list: &str) -> Option<T> {
        let text = self.one_like(name, || shape::word(parse, list))?;
        let found = parse(&text);
        if found.is_none() {
            self.refuse(name, "unknown_value", format!("Must be one of: {list}."));
        }
        found
    }

    /// The words of a closed vocabulary in a repeatable parameter.
    pub fn words<T>(&mut self, name: &'static str, parse: fn(&str) -> Option<T>, list: &str) -> Vec<T> {
        self.description.field(name, || json!({"type": "array", "items": shape::word(parse, list)}));
        let values = self.many(name);
        let mut words = Vec::with_capacity(values.len());
        for value in values {
            match parse(&value) {
                Some(word) => words.push(word),
                None => {
                    let detail = format!("Must be one of: {list}. Repeat the parameter to give several.");
                    self.refuse(name, "unknown_value", detail);
                }
            }
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_commas_and_spaces() {
        let mut query = Query::parse("bbox=-74,40,-73,41&port_type=Type+2&port_type=Type%201");
        assert_eq!(query.one("bbox").as_deref(), Some("-74,40,-73,41"));
        assert_eq!(query.many("port_type"), ["Type 2", "Type 1"]);
        assert!(query.finish().is_ok());
    }

    #[test]
    fn bad_repeated_and_unknown_parameters_are_all_named() {
        let mut query = Query::parse("page=0&page_size=x&lat=NaN&a=1&a=2&zzz=1&yyy");
        query.integer("page", 1..=9);
        query.integer("page_size", 1..=9);
        query.number("lat", -90.0..=90.0);
        query.one("a");
        let error = query.finish().unwrap_err();
        let named: Vec<_> = error.fields().iter().map(|e| (e.field.as_str(), e.code)).collect();
        assert_eq!(
            named,
            [
                ("page", "out_of_range"),
                ("page_size", "out_of_range"),
                ("lat", "wrong_type"),
                ("a", "repeated"),
                ("yyy", "unknown"),
                ("zzz", "unknown"),
            ]
        );
    }
}
