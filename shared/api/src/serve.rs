//! Around every handler: the time it took, one log line, and the way from an error to a problem.

use crate::respond::problem;
use crate::{Answer, Call};
use domain::{Error, Kind};
use lambda_http::http::HeaderValue;
use lambda_http::{Body, Request, Response};
use std::error::Error as _;
use std::time::Instant;

/// Runs a handler and makes the response of its answer or error.
pub async fn serve<'r, F>(request: &'r Request, handler: impl FnOnce(Call<'r>) -> F) -> Response<Body>
where
    F: Future<Output = domain::Result<Answer>>,
{
    let started = Instant::now();
    let call = Call::new(request);
    let mut response = match handler(Call::new(request)).await {
        Ok(answer) => answer.into_response(call.header("if-none-match")),
        Err(error) => {
            log(&error, &call);
            problem(&error, call.request_id())
        }
    };
    let duration_ms = started.elapsed().as_secs_f64() * 1000.0;
    for (name, value) in
        [("x-request-time", format!("{duration_ms:.1}ms")), ("server-timing", format!("total;dur={duration_ms:.1}"))]
    {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    let (method, path, status) = (call.method().as_str(), call.segments().join("/"), response.status().as_u16());
    tracing::info!(request_id = call.request_id(), method, path, status, duration_ms, "request");
    response
}

/// Once, here, with the cause that the client does not see.
fn log(error: &Error, call: &Call<'_>) {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    let request_id = call.request_id();
    match error.kind() {
        Kind::Internal | Kind::Unavailable => tracing::error!(request_id, kind = ?error.kind(), cause, "{error}"),
        _ => tracing::debug!(request_id, kind = ?error.kind(), "{error}"),
    }
}
