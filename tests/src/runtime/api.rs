//! A Lambda Runtime API: hands invocations out and takes their outcomes in, for one process.

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

const VERSION: &str = "/2018-06-01/runtime/";
/// The year 2100.
const FAR_FUTURE_MS: u128 = 4_102_444_800_000;

/// What a process said to an invocation, or instead of asking for one.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The answer to the invocation of this id.
    Response(String, Value),
    /// The handler, or the reading of its event, failed.
    Error(String, Value),
    /// The process gave up before its first invocation.
    InitError(Value),
}

/// One invocation.
#[derive(Debug)]
pub(super) struct Invocation {
    pub(super) request_id: String,
    pub(super) payload: String,
    /// From when the process takes it; `None` is far in the future.
    pub(super) time_limit: Option<Duration>,
}

#[derive(Debug)]
struct State {
    /// A process asks for one invocation after the other.
    invocations: Mutex<UnboundedReceiver<Invocation>>,
    outcomes: UnboundedSender<Outcome>,
}

/// The API of one process.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    pub(super) address: SocketAddr,
    pub(super) invocations: UnboundedSender<Invocation>,
    pub(super) outcomes: UnboundedReceiver<Outcome>,
}

impl RuntimeApi {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (invocations, waiting) = unbounded_channel();
        let (said, outcomes) = unbounded_channel();
        let state = Arc::new(State { invocations: Mutex::new(waiting), outcomes: said });
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = state.clone();
                let service = service_fn(move |request| {
                    let state = state.clone();
                    async move { Ok::<_, Infallible>(answer(&state, request).await) }
                });
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
                );
            }
        });
        Self { address, invocations, outcomes }
    }
}

async fn answer(state: &State, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let path: Vec<&str> = path.strip_prefix(VERSION).unwrap_or_else(|| panic!("{path}")).split('/').collect();
    match (method, path.as_slice()) {
        (Method::GET, ["invocation", "next"]) => next(state).await,
        (Method::POST, ["invocation", id, "response"]) => {
            let id = (*id).to_owned();
            note(state, Outcome::Response(id, json(request).await))
        }
        (Method::POST, ["invocation", id, "error"]) => {
            let id = (*id).to_owned();
            note(state, Outcome::Error(id, json(request).await))
        }
        (Method::POST, ["init", "error"]) => note(state, Outcome::InitError(json(request).await)),
        (method, path) => panic!("the Runtime API has no {method} {path:?}"),
    }
}

/// Waits as the real API does: a process without work is frozen in this request.
async fn next(state: &State) -> Response<Full<Bytes>> {
    let Some(invocation) = state.invocations.lock().await.recv().await else { return std::future::pending().await };
    let deadline = |limit: Duration| (SystemTime::now() + limit).duration_since(UNIX_EPOCH).unwrap().as_millis();
    let deadline_ms = invocation.time_limit.map_or(FAR_FUTURE_MS, deadline);
    Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", invocation.request_id)
        .header("lambda-runtime-deadline-ms", deadline_ms.to_string())
        .header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:123456789012:function:test")
        .header("lambda-runtime-trace-id", "Root=1-69a42f80-000000000000000000000001;Sampled=0")
        .body(Full::from(invocation.payload))
        .unwrap()
}

fn note(state: &State, outcome: Outcome) -> Response<Full<Bytes>> {
    // Nobody listens any more when the test is over.
    let _ = state.outcomes.send(outcome);
    Response::builder().status(202).body(Full::from(r#"{"status":"OK"}"#)).unwrap()
}

async fn json(request: Request<Incoming>) -> Value {
    let body = request.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&body).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> (UnboundedSender<Invocation>, State) {
        let (invocations, waiting) = unbounded_channel();
        (invocations, State { invocations: Mutex::new(waiting), outcomes: unbounded_channel().0 })
    }

    async fn time_left(time_limit: Option<Duration>) -> Duration {
        let (invocations, state) = state();
        invocations.send(Invocation { request_id: "1".to_owned(), payload: "{}".to_owned(), time_limit }).unwrap();
        let deadline_ms = next(&state).await.headers()["lambda-runtime-deadline-ms"].to_str().unwrap().parse().unwrap();
        (UNIX_EPOCH + Duration::from_millis(deadline_ms)).duration_since(SystemTime::now()).unwrap()
    }

    #[tokio::test]
    async fn an_invocation_has_the_time_that_it_is_given_or_years() {
        let left = time_left(Some(Duration::from_secs(100))).await;
        assert!((Duration::from_secs(40)..=Duration::from_secs(100)).contains(&left), "{left:?}");
        assert!(time_left(None).await > Duration::from_secs(365 * 24 * 3600));
    }
}
