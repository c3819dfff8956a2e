//! From untrusted JSON to values: reads an object field by field and remembers **every** field that is not as it should be.

mod lists;
mod problems;
mod rules;
pub(crate) mod shape;
mod text;

pub use problems::Problems;
pub use text::is_visible;

use crate::describe::Recorder;
use crate::{Error, Result};
use serde_json::{Map, Value, json};
use std::ops::RangeInclusive;

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
/// `null` counts as absent, but for [`Fields::nullable`].
#[derive(Debug)]
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    path: String,
    known: Vec<&'static str>,
    problems: Problems,
    description: Recorder,
}

impl<'a> Fields<'a> {
    /// Starts to read an object.
    pub fn new(object: &'a Map<String, Value>) -> Self {
        Self::at(String::new(), object, Problems::default())
    }

    fn at(path: String, object: &'a Map<String, Value>, problems: Problems) -> Self {
        Self { object, path, known: Vec::new(), problems, description: Recorder::begin() }
    }

    /// Ends the reading: the error names every bad and every unknown field.
    pub fn finish(mut self) -> Result<()> {
        self.description.deliver();
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
        self.description.field(name, || json!({}));
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// [`Fields::value`] of a field whose form is known.
    fn value_like(&mut self, name: &'static str, schema: impl FnOnce() -> Value) -> Option<&'a Value> {
        self.description.field(name, schema);
        self.value(name)
    }

    /// Says in JSON Schema what a refusal that follows says about several fields of this object.
    pub fn rule(&mut self, schema: impl FnOnce() -> Value) {
        self.description.rule(schema);
    }

    /// Passes a value on; notes `required` where the field is absent. For use around an optional getter.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self, &'static str) -> Option<T>,
    ) -> Option<T> {
        self.description.require(name);
        if !self.has(name) && !self.description.is_on() {
            self.known.push(name);
            self.refuse(name, "required", "This field is required.");
            return None;
        }
        read(self, name)
    }

    /// A field that `null` takes away: `None` where it is absent or bad, `Some(None)` where it is `null`. For use around an
    /// optional getter.
    pub fn nullable<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self, &'static str) -> Option<T>,
    ) -> Option<Option<T>> {
        let is_null = self.object.get(name).is_some_and(Value::is_null);
        let read = read(self, name);
        if is_null { Some(None) } else { read.map(Some) }
    }

    /// A field that is there or not and that `null` does not take away, which is noted. For use around an optional getter.
    pub fn lasting<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self, &'static str) -> Option<T>,
    ) -> Option<T> {
        self.refuse_null(name);
        read(self, name)
    }

    /// Notes a field that is `null`, where `null` is not the same as absent.
    pub fn refuse_null(&mut self, name: &str) {
        self.description.never_null(name);
        if self.object.get(name).is_some_and(Value::is_null) {
            self.refuse(name, "not_clearable", "This cannot be taken away. Leave the field out to keep what is there.");
        }
    }

    /// Notes an object without any field.
    pub fn refuse_empty(&mut self) {
        self.rule(|| json!({"minProperties": 1}));
        if self.object.is_empty() {
            self.refuse("body", "empty", "Name at least one field that is to change.");
        }
    }

    /// Text with a length in characters; blank text and control characters (but line breaks and tabs) are refused.
    pub fn text(&mut self, name: &'static str, chars: RangeInclusive<usize>) -> Option<String> {
        let value = self.value_like(name, || text::schema(&chars))?;
        match value.as_str() {
            None => self.refuse(name, "wrong_type", "Must be text."),
            Some(text) => match text::check(text, &chars) {
                Ok(()) => return Some(text.to_owned()),
                Err((code, detail)) => self.refuse(name, code, detail),
            },
        }
        None
    }

    /// Text whose form the caller judges.
    pub fn any_text(&mut self, name: &'static str) -> Option<&'a str> {
        let value = self.value_like(name, || json!({"type": "string"}))?;
        if !value.is_string() {
            self.refuse(name, "wrong_type", "Must be text.");
        }
        value.as_str()
    }

    /// A number within a range.
    pub fn number(&mut self, name: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        let value = self.value_like(name, || shape::number(&range))?;
        match value.as_f64() {
            None => self.refuse(name, "wrong_type", "Must be a number."),
            Some(number) if range.contains(&number) => return Some(number),
            Some(_) => self.refuse(name, "out_of_range", format!("Must be from {} to {}.", range.start(), range.end())),
        }
        None
    }

    /// A whole number within a range.
    pub fn integer(&mut self, name: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let value = self.value_like(name, || shape::integer(&range))?;
        match whole(value) {
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
        let value = self.value_like(name, || json!({"type": "boolean"}))?;
        if value.as_bool().is_none() {
            self.refuse(name, "wrong_type", "Must be true or false.");
        }
        value.as_bool()
    }

    /// A word of a closed vocabulary; `list` names the words.
    pub fn word<T>(&mut self, name: &'static str, parse: fn(&str) -> Option<T>, list: &str) -> Option<T> {
        let value = self.value_like(name, || shape::word(parse, list))?;
        let found = value.as_str().and_then(parse);
        if found.is_none() {
            self.refuse(name, "unknown_value", format!("Must be one of: {list}."));
        }
        found
    }

    /// Text with a form; `expected` says which, as in "Must be …".
    pub fn parsed<T>(&mut self, name: &'static str, parse: impl Fn(&str) -> Option<T>, expected: &str) -> Option<T> {
        let value = self.value_like(name, || shape::form(expected))?;
        let found = value.as_str().and_then(parse);
        if found.is_none() {
            self.refuse(name, "wrong_form", format!("Must be {expected}."));
        }
        found
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

/// A number without a fraction is whole, however it is written, as in JSON Schema: 4.0 is 4.
fn whole(value: &Value) -> Option<i64> {
    /// Up to here every whole number is a different `f64`.
    const EXACT: f64 = 9_007_199_254_740_991.0;
    let without_fraction = |number: &f64| number.fract() == 0.0 && number.abs() <= EXACT;
    value.as_i64().or_else(|| value.as_f64().filter(without_fraction).map(|number| number as i64))
}

#[cfg(test)]
mod tests;
