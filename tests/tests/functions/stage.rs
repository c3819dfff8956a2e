//! The way of an event through a handler, and of its answer into a snapshot.

use domain::World;
use domain::connection::PhotoStore;
use lambda_http::{Body, Request, Response};
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::collections::BTreeMap;
use storage::Storage;
use tempfile::TempDir;
use tests::repository::event;
use tests::seed::{NOON, id};

/// The public address of photos in every snapshot.
pub(crate) const PHOTOS: &str = "https://photos.example";

/// The clock stands still, and each test counts its ids from 1.
pub(crate) const WORLD: World = World { now: || NOON, new_id };

fn new_id() -> uuid::Uuid {
    thread_local!(static COUNT: Cell<u128> = const { Cell::new(0) });
    COUNT.set(COUNT.get() + 1);
    id(0xf00d_0000 + COUNT.get())
}

/// A photo store in a folder of its own.
pub(crate) struct Store {
    pub(crate) storage: Storage,
    _dir: TempDir,
}

impl Store {
    pub(crate) async fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let place = PhotoStore::Folder { dir: dir.path().join("photos"), endpoint: "http://localhost:3000".to_owned() };
        Self { storage: Storage::open(&place, || NOON).await.unwrap(), _dir: dir }
    }
}

/// The request that lambda_http makes of a payload.
pub(crate) fn request(payload: &Value) -> Request {
    lambda_http::request::from_str(&payload.to_string()).unwrap()
}

/// A payload of `events/` with another query string.
pub(crate) fn with_query(case: &str, query: &str) -> Value {
    let mut payload = event(case);
    payload["rawQueryString"] = json!(query);
    payload.as_object_mut().unwrap().remove("queryStringParameters");
    payload
}

/// The person of all payloads of `events/`.
pub(crate) fn sub() -> String {
    event("get-me")["requestContext"]["authorizer"]["jwt"]["claims"]["sub"].as_str().unwrap().to_owned()
}

/// A payload as of somebody with another claim.
pub(crate) fn as_somebody(mut payload: Value, claim: &str, value: &str) -> Value {
    payload["requestContext"]["authorizer"]["jwt"]["claims"][claim] = json!(value);
    payload
}

/// A payload of `events/` with another body.
pub(crate) fn with_body(case: &str, body: &Value) -> Value {
    let mut payload = event(case);
    payload["body"] = body.as_str().map_or_else(|| json!(body.to_string()), |text| json!(text));
    payload
}

/// An answer as it reaches a client.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, Vec<String>>,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn of(response: Response<Body>) -> Self {
        let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in response.headers() {
            headers.entry(name.to_string()).or_default().push(value.to_str().unwrap().to_owned());
        }
        let body = match response.body() {
            Body::Text(text) => serde_json::from_str(text).unwrap(),
            Body::Empty => Value::Null,
            other => panic!("every answer is text: {other:?}"),
        };
        Self { status: response.status().as_u16(), headers, body }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|values| values.first()).map(String::as_str)
    }

    /// Everything that does not depend on the time that an answer took.
    pub(crate) fn snapshot(&self) -> Value {
        let mut headers: Map<String, Value> = Map::new();
        for (name, values) in &self.headers {
            match name.as_str() {
                "x-request-time" | "server-timing" => {}
                "x-consistency-token" => {
                    assert!(domain::ConsistencyToken::parse(&values[0]).is_ok());
                    headers.insert(name.clone(), json!("[where the primary is]"));
                }
                "etag" => drop(headers.insert(name.clone(), json!("[of the body]"))),
                _ => drop(headers.insert(name.clone(), json!(values))),
            }
        }
        json!({"status": self.status, "headers": headers, "body": self.body})
    }
}

/// The bad fields of a problem, each with its code; fails where the answer is no problem of the right kind or tells too much.
pub(crate) fn bad_fields(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 400, "{}", reply.body);
    assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    assert_eq!((&reply.body["title"], &reply.body["status"]), (&json!("Bad input"), &json!(400)));
    assert!(reply.body["request_id"].as_str().is_some_and(|id| !id.is_empty()));
    assert_tells_nothing(reply);
    let errors = reply.body["errors"].as_array().unwrap();
    let word = |error: &Value, name: &str| error[name].as_str().unwrap().to_owned();
    let mut named: Vec<_> =
        errors.iter().map(|error| format!("{} {}", word(error, "field"), word(error, "code"))).collect();
    assert!(errors.iter().all(|error| !word(error, "detail").is_empty()));
    named.sort();
    named
}

/// No driver, SQL, path or AWS text reaches a client.
pub(crate) fn assert_tells_nothing(reply: &Reply) {
    let text = reply.body.to_string().to_lowercase();
    for word in ["sqlx", "sqlite", "postgres", "select ", "/tmp", "arn:", "panicked", ".rs:"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}
