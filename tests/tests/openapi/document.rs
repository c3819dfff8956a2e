//! The committed document, and how values are held to its schemas.

use crate::http::{Reply, Request};
use crate::server::Server;
use jsonschema::{Draft, Validator};
use serde_json::{Value, json};
use tests::repository::read;

/// The methods that a path may have.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
/// What HTTP itself adds.
const OF_TRANSPORT: [&str; 4] = ["connection", "content-length", "content-type", "date"];

/// The document as it is committed.
pub(crate) fn document() -> Value {
    serde_json::from_str(&read("infra/openapi.json")).unwrap()
}

/// Every operation: its method in lower case, its path, and what is said about it.
pub(crate) fn operations(document: &Value) -> impl Iterator<Item = (&'static str, &str, &Value)> {
    document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        METHODS.into_iter().filter_map(move |method| Some((method, path.as_str(), item.get(method)?)))
    })
}

/// What a reference leads to; itself where it is none.
pub(crate) fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

/// A validator for a schema of the document, whose references lead to `#/components/…`.
fn validator(document: &Value, schema: &Value) -> Validator {
    let whole = json!({"allOf": [schema], "components": document["components"]});
    let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
    options.build(&whole).unwrap()
}

/// Fails with every difference between a value and a schema.
pub(crate) fn check(document: &Value, schema: &Value, value: &Value) {
    assert!(schema.is_object(), "there is no schema for {value}");
    let validator = validator(document, schema);
    let differences: Vec<_> = validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(differences.is_empty(), "{schema}: {differences:#?} in {value}");
}

/// Sends a request; the answer has this status, and body and headers are as described.
pub(crate) fn check_answer(server: &Server, document: &Value, path: &str, request: &Request, status: u16) -> Value {
    let reply = server.send(request);
    let answer = reply.expect(status);
    let method = request.line().split(' ').next().unwrap().to_lowercase();
    let response = resolve(document, &document["paths"][path][&method]["responses"][status.to_string()]);
    let content_type = reply.header("content-type").unwrap();
    check(document, &response["content"][content_type]["schema"], &answer);
    check_headers(document, response, &reply);
    answer
}

/// Every header that is sent is described, and is as described.
fn check_headers(document: &Value, response: &Value, reply: &Reply) {
    let described = response["headers"].as_object().unwrap();
    for (name, value) in reply.headers().filter(|(name, _)| !OF_TRANSPORT.contains(name)) {
        let found = described.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let (_, header) = found.unwrap_or_else(|| panic!("the header {name} is not described"));
        let schema = &resolve(document, header)["schema"];
        let number = || Some(json!(value.parse::<i64>().ok()?));
        let value = if schema["type"] == "integer" { number().unwrap() } else { json!(value) };
        check(document, schema, &value);
    }
}
