//! Around every handler: its line in the log, the time it took, and the way from an error to a problem.

use crate::respond::problem;
use crate::{Answer, Call};
use domain::{Error, Kind};
use lambda_http::http::{HeaderMap, HeaderValue};
use lambda_http::{Body, Request, Response};
use std::error::Error as _;
use std::pin::Pin;
use telemetry::End;

/// Runs a handler of a function and makes the response of its answer or error.
pub async fn serve<'r, F>(
    function: &'static str,
    request: &'r Request,
    handler: impl FnOnce(Call<'r>) -> F,
) -> Response<Body>
where
    F: Future<Output = domain::Result<Answer>> + Send,
{
    let mut call = Call::new(request);
    let measured = telemetry::Request::start(function, call.request_id(), call.trace());
    call.is_cold = measured.is_cold();
    let mut response = measured.run(respond(call, handler)).await;
    write_times(response.headers_mut(), &measured);
    measured.end(&End {
        method: Some(call.method().as_str()),
        route: call.route(),
        path: call.shown_path().as_deref(),
        status: Some(response.status().as_u16()),
        ..End::default()
    });
    response
}

async fn respond<'r, F>(call: Call<'r>, handler: impl FnOnce(Call<'r>) -> F) -> Response<Body>
where
    F: Future<Output = domain::Result<Answer>> + Send,
{
    // Futures of futures nest deeper here than the compiler looks: it need not look behind this.
    let answer: Pin<Box<dyn Future<Output = domain::Result<Answer>> + Send + '_>> = Box::pin(handler(call));
    match answer.await {
        Ok(answer) => answer.into_response(call.header("if-none-match")),
        Err(error) => {
            log(&error);
            problem(&error, call.request_id())
        }
    }
}

/// What browsers show of an answer. The token itself was looked at by API Gateway, before us.
fn write_times(headers: &mut HeaderMap, measured: &telemetry::Request) {
    let (auth_ms, total_ms) = (measured.sum("auth_ms"), measured.elapsed_ms());
    let db_ms = measured.sum("db_ms") + measured.sum("pool_wait_ms");
    let timing = format!("auth;dur={auth_ms:.3}, db;dur={db_ms:.3}, total;dur={total_ms:.3}");
    for (name, value) in [("x-request-time", format!("{total_ms:.1}ms")), ("server-timing", timing)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}

/// Once, here, with the cause that the client does not see.
fn log(error: &Error) {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    match error.kind() {
        Kind::Internal | Kind::Unavailable => tracing::error!(kind = ?error.kind(), cause, "{error}"),
        // Without its detail, which may say again what a client has said.
        _ => tracing::debug!(kind = ?error.kind(), bad_fields = error.fields().len(), "refused"),
    }
}
