//! Headers of requests and answers.

use domain::idempotency;
use serde_json::{Map, Value, json};

/// A time in a header.
const MS: &str = "[0-9]+\\.[0-9]{3}";

/// Headers of answers, by name: description and schema.
pub(crate) fn components() -> Value {
    json!({
        "Apigw-Requestid": header("API Gateway's id of the request; a problem's `request_id`.", json!({"type": "string"})),
        "Cache-Control": header("How long the answer may be kept.", json!({"type": "string"})),
        "ETag": header("Of this body: send it as `If-None-Match`.", json!({"type": "string", "pattern": "^\"[0-9a-f]{24}\"$"})),
        "Idempotency-Replayed": header("This was answered before, under the same key.", json!({"const": "true"})),
        "Link": header("RFC 8288: the pages `first`, `prev` and `next`, where they are.", json!({"type": "string"})),
        "Location": header("Where it is from now on.", json!({"type": "string", "format": "uri-reference"})),
        "Retry-After": header("Seconds to wait before the next try.", json!({"type": "integer", "minimum": 1})),
        "Server-Timing": header(
            "Milliseconds: to see who calls, for the database (waiting for a connection too), and in all.",
            json!({"type": "string", "pattern": format!("^auth;dur={MS}, db;dur={MS}, total;dur={MS}$")}),
        ),
        "Vary": header("What else a cache must look at.", json!({"type": "string"})),
        "X-Cache": header(
            "Whether the answer was kept (by this process, or by the cache that all share) or made; `bypass` where it is not kept either.",
            json!({"enum": ["hit", "shared-hit", "miss", "bypass"]}),
        ),
        "X-Consistency-Token": header("Hand it in with later reads (same header) to see what was just written.", token()),
        "X-Request-Time": header("How long the function took.", json!({"type": "string", "pattern": "^[0-9]+\\.[0-9]ms$"})),
        "X-Total-Count": header("How many there are on all pages.", json!({"type": "integer", "minimum": 0})),
    })
}

/// Headers and path parameters of requests.
pub(crate) fn parameters() -> Value {
    json!({
        "Id": {"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}},
        "X-Consistency-Token": {
            "name": "X-Consistency-Token", "in": "header", "schema": token(),
            "description": "What a write has answered: the answer holds at least what that write saw, although reads go to a copy \
                that may lag behind.",
        },
        "Idempotency-Key": {
            "name": "Idempotency-Key", "in": "header",
            "schema": {
                "type": "string", "pattern": "^[!-~]+$",
                "minLength": idempotency::KEY_CHARS.start(), "maxLength": idempotency::KEY_CHARS.end(),
            },
            "description": "What the client calls this write, best a UUID: the same request under the same key has one effect and \
                the same answer for a day.",
        },
        "If-None-Match": {
            "name": "If-None-Match", "in": "header", "schema": {"type": "string"},
            "description": "An `ETag` that the client has: 304 if it is still that.",
        },
    })
}

/// A 63-bit number in hex.
fn token() -> Value {
    json!({"type": "string", "pattern": "^([0-9a-fA-F]{1,15}|[0-7][0-9a-fA-F]{15})$"})
}

fn header(description: &str, schema: Value) -> Value {
    json!({"description": description, "schema": schema})
}

/// References to headers of answers.
pub(crate) fn references(names: &[&str]) -> Value {
    let reference = |name: &&str| ((*name).to_owned(), json!({"$ref": format!("#/components/headers/{name}")}));
    Value::Object(names.iter().map(reference).collect::<Map<_, _>>())
}

/// What every answer of a function has.
pub(crate) const OF_FUNCTION: [&str; 3] = ["Apigw-Requestid", "Server-Timing", "X-Request-Time"];

/// What every answer of API Gateway has.
pub(crate) fn of_gateway() -> Value {
    references(&["Apigw-Requestid"])
}

/// What problems have.
pub(crate) fn of_problem() -> Value {
    references(&["Apigw-Requestid", "Cache-Control", "Retry-After", "Server-Timing", "X-Request-Time"])
}
