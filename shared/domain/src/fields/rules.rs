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
        if !self.has(one) && !self.has(other) {
            self.refuse(one, "required", format!("Give {one} or {other}."));
        }
        self.refuse_both(one, other);
    }

    /// Refuses where both fields are there.
    pub fn not_both(&mut self, one: &'static str, other: &'static str) {
        self.rule(|| {
            let absent = |name: &str| json!({"properties": {name: {"type": "null"}}});
            json!({"anyOf": [absent(one), absent(other)]})
        });
        self.refuse_both(one, other);
    }

    fn refuse_both(&mut self, one: &'static str, other: &'static str) {
        if self.has(one) && self.has(other) {
            self.refuse(other, "excludes", format!("Give either {one} or {other}."));
        }
    }

    /// Refuses where one of two fields is there that `null` does not take away, and the other is not.
    pub fn together(&mut self, one: &'static str, other: &'static str) {
        self.rule(|| json!({"dependentRequired": {one: [other], other: [one]}}));
        for (there, absent) in [(one, other), (other, one)] {
            if self.has(there) && !self.has(absent) {
                self.refuse(absent, "required", format!("Give {one} and {other} together."));
            }
        }
    }

    /// Refuses where the field is not even `null`. For use before [`Fields::nullable`].
    pub fn present(&mut self, name: &'static str) {
        self.rule(|| json!({"required": [name]}));
        if !self.object.contains_key(name) {
            self.refuse(name, "required", "This field is required.");
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
