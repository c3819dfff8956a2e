//! Examples are payloads of `events/` and snapshots of what was answered; here they are held to the schemas beside them.

use crate::document::{check, document, operations, resolve};
use serde_json::Value;

/// The schema and the examples of every content.
fn contents(content: &Value) -> impl Iterator<Item = (&Value, &Value)> {
    let contents = content["content"].as_object().into_iter().flat_map(|contents| contents.values());
    contents.flat_map(|content| {
        let examples = content["examples"].as_object().into_iter().flat_map(|examples| examples.values());
        examples.map(|example| (&content["schema"], &example["value"]))
    })
}

#[test]
fn every_example_is_as_described() {
    let document = document();
    let mut count = 0;
    let shared = document["components"]["responses"].as_object().unwrap().values();
    let of_operations = operations(&document)
        .flat_map(|(_, _, said)| said["responses"].as_object().unwrap().values().chain([&said["requestBody"]]));
    for (schema, example) in of_operations.chain(shared).flat_map(contents) {
        check(&document, schema, example);
        count += 1;
    }
    assert!(count > 10, "only {count} examples");
}

#[test]
fn every_body_that_is_asked_with_or_answered_has_an_example() {
    let document = document();
    for (method, path, said) in operations(&document) {
        let good = said["responses"].as_object().unwrap().iter().filter(|(status, _)| status.starts_with('2'));
        for content in good.map(|(_, response)| resolve(&document, response)).chain([&said["requestBody"]]) {
            for (content_type, content) in content["content"].as_object().into_iter().flatten() {
                assert!(content["examples"].is_object(), "{method} {path} {content_type}: no example");
            }
        }
    }
}
