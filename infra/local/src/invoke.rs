//! One invocation of a function: event in, response out, with Lambda's limits.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, SET_COOKIE};
use http::{Response, StatusCode};
use http_body_util::Full;
use lambda_http::{Body, Context, Request, RequestExt};
use serde_json::Value;
use time::OffsetDateTime;

use crate::answer::{self, Answer};

/// What a function answers.
pub type HandlerResult = Result<Response<Body>, lambda_http::Error>;
/// The handler of one HTTP function, the same code that its Lambda binary runs.
pub type HttpHandler = Arc<dyn Fn(Request) -> BoxFuture<'static, HandlerResult> + Send + Sync>;

/// API Gateway gives up on an integration after this long, whatever the function's own timeout.
pub const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);
/// Lambda takes an event of at most 6 MiB.
pub const MAX_EVENT_BYTES: usize = 6_291_456;
/// And hands back 100 bytes more.
pub const MAX_RESPONSE_BYTES: usize = 6_291_556;

/// A function that can be invoked.
#[derive(Clone)]
pub struct Function {
    /// The name of its binary.
    pub name: String,
    /// After which it is ended.
    pub timeout: Duration,
    /// Its code.
    pub handler: HttpHandler,
}

impl Function {
    /// Invokes the function and turns what happens into what API Gateway answers.
    pub async fn invoke(&self, event: &Value, request_id: &str, now: OffsetDateTime) -> Answer {
        let text = event.to_string();
        if text.len() > MAX_EVENT_BYTES {
            return answer::message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        }
        let limit = self.timeout.min(INTEGRATION_TIMEOUT);
        let context = self.context(request_id, now + limit);
        let handler = self.handler.clone();
        // A task of its own, so that a panic stays an answer, as it does between two processes.
        let task = tokio::spawn(async move {
            let request = lambda_http::request::from_str(&text)?.with_lambda_context(context);
            handler(request).await
        });
        let abort = task.abort_handle();
        match tokio::time::timeout(limit, task).await {
            Ok(Ok(Ok(response))) => self.hand_back(response),
            Ok(Ok(Err(error))) => self.fail(&error.to_string()),
            Ok(Err(join_error)) => self.fail(&join_error.to_string()),
            Err(_) => {
                abort.abort();
                tracing::error!(invoked = self.name, request_id, "task timed out after {limit:?}");
                answer::message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
            }
        }
    }

    fn context(&self, request_id: &str, deadline: OffsetDateTime) -> Context {
        let mut context = Context::default();
        context.request_id = request_id.to_owned();
        context.deadline = (deadline.unix_timestamp_nanos() / 1_000_000) as u64;
        context.invoked_function_arn = format!("arn:aws:lambda:local:000000000000:function:{}", self.name);
        context
    }

    fn fail(&self, why: &str) -> Answer {
        tracing::error!(invoked = self.name, "invocation failed: {why}");
        answer::message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
    }

    fn hand_back(&self, response: Response<Body>) -> Answer {
        let (parts, body) = response.into_parts();
        let size = payload_size(&parts.headers, &body);
        if size > MAX_RESPONSE_BYTES {
            return self.fail(&format!("response payload of {size} bytes exceeds {MAX_RESPONSE_BYTES}"));
        }
        let mut answer = Response::new(Full::new(bytes_of(body)));
        *answer.status_mut() = parts.status;
        *answer.headers_mut() = surviving_headers(&parts.headers);
        let fallback = HeaderValue::from_static("text/plain; charset=utf-8");
        answer.headers_mut().entry(CONTENT_TYPE).or_insert(fallback);
        answer
    }
}

/// The response payload 2.0 has one value for each header, and `lambda_http` puts the first there; only cookies have
/// a list. Repeated headers that work here and vanish on AWS would be a trap.
fn surviving_headers(headers: &HeaderMap) -> HeaderMap {
    let mut result = HeaderMap::new();
    for name in headers.keys() {
        if name == SET_COOKIE {
            for cookie in headers.get_all(name) {
                result.append(name, cookie.clone());
            }
        } else if let Some(value) = headers.get(name) {
            result.insert(name, value.clone());
        }
    }
    result
}

/// The size of the JSON that would cross the wire, up to the few bytes of its frame.
fn payload_size(headers: &HeaderMap, body: &Body) -> usize {
    let header_bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 6).sum();
    let body_bytes = match body {
        Body::Text(text) => serde_json::to_string(text).map_or(text.len(), |json| json.len()),
        Body::Binary(bytes) => base64::encoded_len(bytes.len(), true).unwrap_or(usize::MAX),
        _ => 0,
    };
    header_bytes + body_bytes
}

fn bytes_of(body: Body) -> Bytes {
    match body {
        Body::Text(text) => text.into(),
        Body::Binary(bytes) => bytes.into(),
        _ => Bytes::new(),
    }
}
