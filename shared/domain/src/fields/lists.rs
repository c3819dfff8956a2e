//! What stands inside of an object: lists, objects, and forms that exclude each other.

use super::{Fields, Problems, shape};
use serde_json::{Map, Value, json};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// What is read when a list or an object is only described.
static NOTHING: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

impl<'a> Fields<'a> {
    /// A list of words of a closed vocabulary.
    pub fn words<T>(
        &mut self,
        name: &'static str,
        count: RangeInclusive<usize>,
        parse: fn(&str) -> Option<T>,
        list: &str,
    ) -> Option<Vec<T>> {
        let items = self.array_of(name, count, || shape::word(parse, list))?;
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
        self.array_of(name, count, || json!({}))
    }

    /// [`Fields::array`] of items whose form is known.
    pub fn array_of(
        &mut self,
        name: &'static str,
        count: RangeInclusive<usize>,
        item: impl FnOnce() -> Value,
    ) -> Option<&'a [Value]> {
        let value = self.value_like(name, || shape::array(&count, item()))?;
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
        let mut inner = Fields::at(path, object, std::mem::take(&mut self.problems));
        let result = read(&mut inner);
        inner.refuse_unknown();
        self.problems = inner.problems;
        result
    }

    /// Reads an object in a field.
    pub fn nested<T>(&mut self, name: &'static str, read: impl Fn(&mut Fields<'a>) -> Option<T>) -> Option<T> {
        let value = self.value_like(name, || Self::schema_of(&read))?;
        self.object(name, value, read)
    }

    /// Reads one of several forms of this object: `read` is told the first of `marks` that is there, or `None`.
    pub fn form<T>(
        &mut self,
        marks: &[&'static str],
        read: impl Fn(&mut Self, Option<&'static str>) -> Option<T>,
    ) -> Option<T> {
        if self.description.is_on() {
            for mark in marks.iter().copied().map(Some).chain([None]) {
                self.description.begin_form();
                mark.iter().for_each(|mark| self.description.require(mark));
                read(self, mark);
                self.description.end_form();
            }
            return None;
        }
        let mark = marks.iter().copied().find(|mark| self.has(mark));
        read(self, mark)
    }

    /// What such an object must be.
    fn schema_of<T>(read: impl Fn(&mut Fields<'a>) -> Option<T>) -> Value {
        let mut inner = Fields::at(String::new(), &NOTHING, Problems::default());
        read(&mut inner);
        inner.description.schema()
    }

    /// Reads a list of objects.
    pub fn objects<T>(
        &mut self,
        name: &'static str,
        count: RangeInclusive<usize>,
        read: impl Fn(&mut Fields<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = self.array_of(name, count, || Self::schema_of(&read))?;
        let read = items.iter().enumerate().map(|(index, item)| self.object(&format!("{name}[{index}]"), item, &read));
        let found: Vec<Option<T>> = read.collect();
        found.into_iter().collect()
    }
}
