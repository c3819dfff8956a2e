//! What fields of one object have to do with each other.

use super::Fields;
use serde_json::json;

impl Fields<'_> {
    /// Refuses where both fields are there, or neither is.
    pub fn either(&mut self, one: &'static str, other: &'static str) {
        self.rule(|| {
            let only = |there: &str, absent: &str| {
                json!({"required": [there], "properties": {there: {"not": {"type": "null"}}, absent: {"type": "null"}}})
            };
            json!({"anyOf": [only(one, other), only(other, one)]})
        });
        match (self.has(one), self.has(other)) {
            (false, false) => self.refuse(one, "required", format!("Give {one} or {other}.")),
            (true, true) => self.refuse(other, "excludes", format!("Give either {one} or {other}.")),
            _ => {}
        }
    }

    /// Refuses where the field is not even `null`. For use before [`Fields::nullable`].
    pub fn present(&mut self, name: &'static str) {
        self.rule(|| json!({"required": [name]}));
        if !self.object.contains_key(name) {
            self.refuse(name, "required", "This field is required.");
        }
    }

    /// Refuses where both fields are there.
    pub fn not_both(&mut self, one: &'static str, other: &'static str) {
        self.rule(|| {
            let without = |name: &str| json!({"properties": {name: {"type": "null"}}});
            json!({"anyOf": [without(one), without(other)]})
        });
        if self.has(one) && self.has(other) {
            self.refuse(other, "excludes", format!("Give either {one} or {other}."));
        }
    }

    /// [`Fields::required`] where `other` is absent.
    pub fn required_unless<T>(
        &mut self,
        other: &'static str,
        name: &'static str,
        read: impl FnOnce(&mut Self, &'static str) -> Option<T>,
    ) -> Option<T> {
        self.rule(|| {
            let there = |name: &str| json!({"required": [name], "properties": {name: {"not": {"type": "null"}}}});
            json!({"anyOf": [there(name), there(other)]})
        });
        if self.has(other) || self.description.is_on() { read(self, name) } else { self.required(name, read) }
    }
}
