//! What stands in for the bucket that CloudFormation waits at: it takes what is put there.

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Something that was put there.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// The method.
    pub method: String,
    /// Path and query, as they came.
    pub target: String,
    /// The type of the content, where a header names one.
    pub content_type: Option<String>,
    /// The content.
    pub body: Value,
}

#[derive(Debug, Default)]
struct State {
    letters: Vec<Letter>,
    refusals: VecDeque<u16>,
}

/// An address on this machine that takes answers; it is gone with this value.
#[derive(Debug)]
pub struct Inbox {
    url: String,
    state: Arc<Mutex<State>>,
    server: JoinHandle<()>,
}

impl Inbox {
    /// An empty one.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        // Escapes and a signature, as in the addresses of CloudFormation.
        let url =
            format!("http://{}/arn%3Aaws%3Acloudformation?X-Amz-Signature=a%2Fb%3D", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let server = tokio::spawn(serve(listener, state.clone()));
        Self { url, state, server }
    }

    /// The address, as it stands in `ResponseURL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Answers the next requests with these statuses, and takes what comes after them.
    pub fn refuse(&self, statuses: &[u16]) {
        self.state.lock().unwrap().refusals.extend(statuses);
    }

    /// What was taken or refused so far.
    pub fn letters(&self) -> Vec<Letter> {
        self.state.lock().unwrap().letters.clone()
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let state = state.clone();
        let service = service_fn(move |request| {
            let state = state.clone();
            async move { Ok::<_, Infallible>(take(&state, request).await) }
        });
        connections.spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn take(state: &Mutex<State>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (method, target) = (request.method().to_string(), request.uri().to_string());
    let content_type = request.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&body).unwrap();
    let mut state = state.lock().unwrap();
    state.letters.push(Letter { method, target, content_type, body });
    let status = state.refusals.pop_front().unwrap_or(200);
    Response::builder().status(status).body(Full::default()).unwrap()
}
