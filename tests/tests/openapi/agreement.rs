//! The committed document is what the code says now, and the template has the same routes.

use crate::document::{document, operations};
use local::template::{TEMPLATE, parse};
use serde_json::json;
use std::collections::BTreeSet;
use tests::repository::{read, root};

#[test]
fn the_committed_document_is_what_the_code_says() {
    let said = openapi::text(&root()).unwrap();
    // Not `assert_eq`: thousands of lines would hide the one that matters.
    let differs =
        said.lines().zip(read("infra/openapi.json").lines().map(str::to_owned)).find(|(said, read)| said != read);
    assert!(said == read("infra/openapi.json"), "`make openapi` writes it anew; the first difference: {differs:?}");
}

#[test]
fn paths_methods_and_tokens_are_those_of_the_template() {
    let template = parse(TEMPLATE).unwrap();
    let served = template.routes.into_iter().map(|route| (route.path, route.method.to_lowercase(), route.needs_token));
    let document = document();
    let described = operations(&document)
        .map(|(method, path, said)| (path.to_owned(), method.to_owned(), said["security"] == json!([{"jwt": []}])));
    assert_eq!(described.collect::<BTreeSet<_>>(), served.collect::<BTreeSet<_>>());
}

#[test]
fn every_operation_has_an_id_of_its_own() {
    let document = document();
    let ids: Vec<_> = operations(&document).map(|(_, _, said)| said["operationId"].as_str().unwrap()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
}

#[test]
fn whoever_needs_a_token_is_told_what_happens_without() {
    let document = document();
    for (method, path, said) in operations(&document) {
        let needs_token = said["security"] == json!([{"jwt": []}]);
        assert_eq!(said["responses"]["401"].is_object(), needs_token, "{method} {path}");
    }
}
