//! Without the feature `openapi` nothing is described.

use serde_json::Value;

/// Is told everything and keeps nothing.
#[derive(Debug, Default)]
pub(crate) struct Recorder;

impl Recorder {
    pub(crate) const fn begin() -> Self {
        Self
    }

    pub(crate) const fn begin_query() -> Self {
        Self
    }

    pub(crate) const fn is_on(&self) -> bool {
        false
    }

    pub(crate) fn field(&mut self, _: &str, _: impl FnOnce() -> Value) {}

    pub(crate) fn require(&mut self, _: &str) {}

    pub(crate) fn never_null(&mut self, _: &str) {}

    pub(crate) fn rule(&mut self, _: impl FnOnce() -> Value) {}

    pub(crate) fn begin_form(&mut self) {}

    pub(crate) fn end_form(&mut self) {}

    pub(crate) fn schema(&self) -> Value {
        Value::Null
    }

    pub(crate) fn deliver(&mut self) {}
}
