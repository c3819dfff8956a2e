//! Writes down what the getters of one object would take.

use super::session;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The description of an object that grows while a reader asks for its fields.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    is_on: bool,
    /// In a query nothing is `null`.
    is_query: bool,
    fields: Fields,
    /// What was asked for before the forms, while one of them is described.
    common: Option<Fields>,
    forms: Vec<Value>,
}

#[derive(Clone, Debug, Default)]
struct Fields {
    properties: Map<String, Value>,
    required: BTreeSet<String>,
    never_null: BTreeSet<String>,
    rules: Vec<Value>,
}

impl Recorder {
    /// Writes down what follows, if readers describe now.
    pub(crate) fn begin() -> Self {
        Self { is_on: session::is_on(), ..Self::default() }
    }

    /// As [`Recorder::begin`], for a query.
    pub(crate) fn begin_query() -> Self {
        Self { is_query: true, ..Self::begin() }
    }

    pub(crate) const fn is_on(&self) -> bool {
        self.is_on
    }

    /// A field that is asked for. The first getter knows most of it; what asks again is a rule about it.
    pub(crate) fn field(&mut self, name: &str, schema: impl FnOnce() -> Value) {
        if self.is_on && !self.fields.properties.contains_key(name) {
            self.fields.properties.insert(name.to_owned(), schema());
        }
    }

    /// The field that will be asked for next must be there.
    pub(crate) fn require(&mut self, name: &str) {
        if self.is_on {
            self.fields.required.insert(name.to_owned());
        }
    }

    /// The field may be absent and is not `null`.
    pub(crate) fn never_null(&mut self, name: &str) {
        if self.is_on {
            self.fields.never_null.insert(name.to_owned());
        }
    }

    /// What fields have to do with each other.
    pub(crate) fn rule(&mut self, schema: impl FnOnce() -> Value) {
        if self.is_on {
            self.fields.rules.push(schema());
        }
    }

    /// What is asked for until [`Recorder::end_form`] belongs to one of several forms.
    pub(crate) fn begin_form(&mut self) {
        self.common = Some(self.fields.clone());
    }

    pub(crate) fn end_form(&mut self) {
        let Some(common) = self.common.take() else { return };
        let form = std::mem::replace(&mut self.fields, common);
        let form = form.schema(self.is_query);
        if form["properties"] != json!({}) && !self.forms.contains(&form) {
            self.forms.push(form);
        }
    }

    /// All of it.
    pub(crate) fn schema(&self) -> Value {
        match self.forms.as_slice() {
            [] => self.fields.schema(self.is_query),
            [form] => form.clone(),
            forms => json!({"anyOf": forms}),
        }
    }

    /// Hands the description to whoever asked for it.
    pub(crate) fn deliver(&mut self) {
        if self.is_on {
            session::deliver(self.schema());
        }
    }
}

impl Fields {
    fn schema(&self, is_query: bool) -> Value {
        let property = |(name, schema): (&String, &Value)| {
            let is_never_null = is_query || self.required.contains(name) || self.never_null.contains(name);
            (name.clone(), if is_never_null { schema.clone() } else { or_null(schema) })
        };
        let properties: Map<_, _> = self.properties.iter().map(property).collect();
        let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
        if !self.required.is_empty() {
            schema["required"] = json!(self.required);
        }
        match self.rules.as_slice() {
            [] => {}
            rules => schema["allOf"] = json!(rules),
        }
        schema
    }
}

/// `null` counts as absent.
fn or_null(schema: &Value) -> Value {
    let mut schema = schema.clone();
    match schema["type"].take() {
        Value::String(kind) => schema["type"] = json!([kind, "null"]),
        _ => schema = json!({"anyOf": [without_type(schema), {"type": "null"}]}),
    }
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.push(Value::Null);
    }
    schema
}

fn without_type(mut schema: Value) -> Value {
    schema.as_object_mut().map(|object| object.remove("type"));
    schema
}
