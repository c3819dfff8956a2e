//! Sentences about fields, put where the readers have described them.

use serde_json::Value;

/// Describes the field at a path such as `connectors.count`; every form that has it.
///
/// # Panics
/// Where there is no such field: a sentence about it has outlived it.
pub(crate) fn describe(schema: &mut Value, path: &str, sentence: &str) {
    let names: Vec<&str> = path.split('.').collect();
    assert!(put(schema, &names, sentence), "there is no field {path} to describe in {schema}");
}

fn put(schema: &mut Value, names: &[&str], sentence: &str) -> bool {
    let Some((name, rest)) = names.split_first() else {
        schema["description"] = sentence.into();
        return true;
    };
    let mut found = false;
    if let Some(property) = schema.pointer_mut(&format!("/properties/{name}")) {
        found = put(property, rest, sentence);
    } else if let Some(items) = schema.get_mut("items").filter(|items| items.is_object()) {
        found = put(items, names, sentence);
    }
    for form in schema.get_mut("anyOf").and_then(Value::as_array_mut).into_iter().flatten() {
        found |= put(form, names, sentence);
    }
    found
}
