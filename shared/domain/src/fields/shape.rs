//! What the getters take, in JSON Schema.

use serde_json::{Value, json};
use std::ops::RangeInclusive;

/// A number within a range.
pub(crate) fn number(range: &RangeInclusive<f64>) -> Value {
    json!({"type": "number", "minimum": range.start(), "maximum": range.end()})
}

/// A whole number within a range.
pub(crate) fn integer(range: &RangeInclusive<i64>) -> Value {
    json!({"type": "integer", "minimum": range.start(), "maximum": range.end()})
}

/// A word of a closed vocabulary: those of the list that messages show, and every one of them is known to the parser.
///
/// # Panics
/// Where the list names a word that the parser refuses.
pub(crate) fn word<T>(parse: fn(&str) -> Option<T>, list: &str) -> Value {
    let words: Vec<&str> = list.split(", ").collect();
    let unknown: Vec<_> = words.iter().filter(|word| parse(word).is_none()).collect();
    assert!(unknown.is_empty(), "{unknown:?} of {list:?} cannot be read");
    json!({"type": "string", "enum": words})
}

/// A list with a number of items.
pub(crate) fn array(count: &RangeInclusive<usize>, item: Value) -> Value {
    let mut schema = json!({"type": "array", "maxItems": count.end(), "items": item});
    if *count.start() > 0 {
        schema["minItems"] = json!(count.start());
    }
    schema
}

/// Text with a form: what follows "Must be …" in a refusal, for people, and the same for programs where that can be said.
pub(crate) fn form(expected: &str) -> Value {
    let mut schema = match expected {
        "64 lower-case hex digits" => json!({"pattern": "^[0-9a-f]{64}$"}),
        time if time.contains("RFC 3339") => json!({"format": "date-time"}),
        id if id.starts_with("the id of ") => json!({"format": "uuid"}),
        _ => json!({}),
    };
    schema["type"] = json!("string");
    schema["description"] = json!(format!("Must be {expected}."));
    schema
}
