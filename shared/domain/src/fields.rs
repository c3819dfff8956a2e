//! From untrusted JSON to values: reads an object field by field and remembers **every** field that is not as it should be.

mod text;

pub use text::is_visible;

use crate::{Error, FieldError, Result};
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// The bad fields found so far.
#[derive(Debug, Default)]
pub struct Problems(Vec<FieldError>);

impl Problems {
    /// Notes one bad field.
    pub fn add(&mut self, field: impl Into<String>, code: &'static str, detail: impl Into<String>) {
        self.0.push(FieldError { field: field.into(), code, detail: detail.into() });
    }

    /// Ok when nothing was noted, else one error that names everything.
    pub fn into_result(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::bad_input(self.0)) }
    }
}

/// Reads the body of a request as one JSON object.
///
/// # Errors
/// [`crate::Kind::BadInput`] for the field `body` when the bytes are not JSON or not an object.
pub fn parse_body(body: &[u8]) -> Result<Map<String, Value>> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Error::bad_field("body", "not_an_object", "The body must be one JSON object.")),
        Err(error) => {
            let place = format!("line {}, column {}", error.line(), error.column());
            Err(Error::bad_field("body", "not_json", format!("The body is not valid JSON ({place}).")))
        }
    }
}

/// A JSON object that is being read. A getter answers `None` for an absent field and for a bad one, which it also notes;
/// `null` counts as absent.
#[derive(Debug)]
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    path: String,
    known: Vec<&'static str>,
    problems: Problems,
}

impl<'a> Fields<'a> {
    /// Starts to read an object.
    pub fn new(object: &'a Map<String, Value>) -> Self {
        Self { object, path: String::new(), known: Vec::new(), problems: Problems::default() }
    }

    /// Ends the reading: the error names every bad and every unknown field.
    pub fn finish(mut self) -> Result<()> {
        self.refuse_unknown();
        self.problems.into_result()
    }

    /// Notes a bad field of this object.
    pub fn refuse(&mut self, name: &str, code: &'static str, detail: impl Into<String>) {
        let field = self.full_name(name);
        self.problems.add(field, code, detail);
    }

    /// Whether the field is there and not `null`.
    pub fn has(&self, name: &str) -> bool {
        self.object.get(name).is_some_and(|value| !value.is_null())
    }

    /// The raw value of an optional field.
    pub fn value(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// Passes a value on; notes `required` where the field is absent. For use around an optional getter.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self, &'static str) -> Option<T>,
    ) -> Option<T> {
        if !self.has(name) {
            self.known.push(name);
            self.refuse(name, "required", "This field is required.");
            return None;
        }
        read(self, name)
    }

    /// Text with a length in characters; blank text and control characters (but line breaks and tabs) are refused.
    pub fn text(&mut self, name: &'static str, chars: RangeInclusive<usize>) -> Option<String> {
        let value = self.value(name)?;
        match value.as_str() {
            None => self.refuse(name, "wrong_type", "Must be text."),
            Some(text) => match text::check(text, &chars) {
                Ok(()) => return Some(text.to_owned()),
                Err((code, detail)) => self.refuse(name, code, detail),
            },
        }
        None
    }

    /// A number within a range.
    pub fn number(&mut self, name: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        let value = self.value(name)?;
        match value.as_f64() {
            None => self.refuse(name, "wrong_type", "Must be a number."),
            Some(number) if range.contains(&number) => return Some(number),
            Some(_) => self.refuse(name, "out_of_range", format!("Must be from {} to {}.", range.start(), range.end())),
        }
        None
    }

    /// A whole number within a range.
    pub fn integer(&mut self, name: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let value = self.value(name)?;
        match value.as_i64() {
            Some(number) if range.contains(&number) => return Some(number),
            None if !value.is_number() => self.refuse(name, "wrong_type", "Must be a whole number."),
            _ => {
                let detail = format!("Must be a whole number from {} to {}.", range.start(), range.end());
                self.refuse(name, "out_of_range", detail);
            }
        }
        None
    }

    /// True or false.
    pub fn boolean(&mut self, name: &'static str) -> Option<bool> {
        let value = self.value(name)?;
        if value.as_bool().is_none() {
            self.refuse(name, "wrong_type", "Must be true or false.");
        }
        value.as_bool()
    }

    /// A word of a closed vocabulary; `list` names the words.
    pub fn word<T>(&mut self, name: &'static str, parse: fn(&str) -> Option<T>, list: &str) -> Option<T> {
        let value = self.value(name)?;
        let found = value.as_str().and_then(parse);
        if found.is_none() {
            self.refuse(name, "unknown_value", format!("Must be one of: {list}."));
        }
        found
    }

    /// Text with a form; `expected` says which, as in "Must be …".
    pub fn parsed<T>(&mut self, name: &'static str, parse: impl Fn(&str) -> Option<T>, expected: &str) -> Option<T> {
        let value = self.value(name)?;
        let found = value.as_str().and_then(parse);
        if found.is_none() {
            self.refuse(name, "wrong_form", format!("Must be {expected}."));
        }
        found
    }

    /// A list of words of a closed vocabulary.
    pub fn words<T>(
        &mut self,
        name: &'static str,
        count: RangeInclusive<usize>,
        parse: fn(&str) -> Option<T>,
        list: &str,
    ) -> Option<Vec<T>> {
        let items = self.array(name, count)?;
        let mut words = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match item.as_str().and_then(parse) {
                Some(word) => words.push(word),
                None => self.refuse(&format!("{name}[{index}]"), "unknown_value", format!("Must be one of: {list}.")),
            }
        }
        (words.len() == items.len()).then_some(words)
    }

    /// A list with a number of items.
    pub fn array(&mut self, name: &'static str, count: RangeInclusive<usize>) -> Option<&'a [Value]> {
        let value = self.value(name)?;
        match value.as_array() {
            None => self.refuse(name, "wrong_type", "Must be a list."),
            Some(items) if count.contains(&items.len()) => return Some(items),
            Some(_) => {
                let detail = format!("Must hold {} to {} items.", count.start(), count.end());
                self.refuse(name, "wrong_count", detail);
            }
        }
        None
    }

    /// Reads an object inside this one; its bad and unknown fields are noted under its path.
    pub fn object<T>(
        &mut self,
        name: &str,
        value: &'a Value,
        read: impl FnOnce(&mut Fields<'a>) -> Option<T>,
    ) -> Option<T> {
        let Some(object) = value.as_object() else {
            self.refuse(name, "wrong_type", "Must be an object.");
            return None;
        };
        let path = format!("{}.", self.full_name(name));
        let problems = std::mem::take(&mut self.problems);
        let mut inner = Fields { object, path, known: Vec::new(), problems };
        let result = read(&mut inner);
        inner.refuse_unknown();
        self.problems = inner.problems;
        result
    }

    /// Reads a list of objects.
    pub fn objects<T>(
        &mut self,
        name: &'static str,
        count: RangeInclusive<usize>,
        read: impl Fn(&mut Fields<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = self.array(name, count)?;
        let read = items.iter().enumerate().map(|(index, item)| self.object(&format!("{name}[{index}]"), item, &read));
        let found: Vec<Option<T>> = read.collect();
        found.into_iter().collect()
    }

    fn full_name(&self, name: &str) -> String {
        format!("{}{name}", self.path)
    }

    fn refuse_unknown(&mut self) {
        let object = self.object;
        for name in object.keys().filter(|name| !self.known.contains(&name.as_str())).collect::<Vec<_>>() {
            self.refuse(name, "unknown", "There is no such field here.");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(result: Result<()>) -> Vec<String> {
        result.unwrap_err().fields().iter().map(|e| format!("{} {}", e.field, e.code)).collect()
    }

    #[test]
    fn every_bad_field_is_named_at_once() {
        let body = parse_body(br#"{"name": " ", "age": 1.5, "list": [{"x": 1, "y": 2}, 3], "extra": 1, "flag": "no"}"#)
            .unwrap();
        let mut fields = Fields::new(&body);
        fields.text("name", 1..=5);
        fields.integer("age", 0..=9);
        fields.boolean("flag");
        fields.required("gone", |f, name| f.number(name, 0.0..=1.0));
        fields.objects("list", 1..=5, |item| item.number("x", 5.0..=6.0));
        assert_eq!(
            errors(fields.finish()),
            [
                "name blank",
                "age out_of_range",
                "flag wrong_type",
                "gone required",
                "list[0].x out_of_range",
                "list[0].y unknown",
                "list[1] wrong_type",
                "extra unknown",
            ]
        );
    }

    #[test]
    fn text_is_kept_as_sent_and_only_control_characters_are_refused() {
        let body = r#"{"a": "Joe's & Co\n", "b": "x\u0000", "c": "\u200b \ufeff"}"#;
        let body = parse_body(body.as_bytes()).unwrap();
        let mut fields = Fields::new(&body);
        assert_eq!(fields.text("a", 1..=20).as_deref(), Some("Joe's & Co\n"));
        assert_eq!(fields.text("b", 1..=20), None);
        assert_eq!(fields.text("c", 1..=20), None);
        assert_eq!(errors(fields.finish()), ["b control_character", "c blank"]);
    }

    #[test]
    fn a_body_that_is_no_object_is_refused_by_name() {
        assert_eq!(errors(parse_body(b"[1]").map(|_| ())), ["body not_an_object"]);
        assert_eq!(errors(parse_body(b"{").map(|_| ())), ["body not_json"]);
        assert_eq!(errors(parse_body(b"").map(|_| ())), ["body not_json"]);
    }
}
