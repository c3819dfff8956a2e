//! Answers that the server gives itself.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};

/// What goes back over HTTP.
pub type Answer = Response<Full<Bytes>>;

/// API Gateway's own answers: `{"message": …}`.
pub fn message(status: StatusCode, text: &str) -> Answer {
    json_answer(status, &json!({ "message": text }))
}

/// A JSON document.
pub fn json_answer(status: StatusCode, document: &Value) -> Answer {
    let mut answer = Response::new(Full::from(document.to_string()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// A status and nothing else.
pub fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}
