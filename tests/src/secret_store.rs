//! What stands in for Secrets Manager, which is not ours to start: the one call `GetSecretValue` of its JSON protocol, for one
//! secret. It checks no signature. The real client finds it by [`SecretStore::variables`].

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use uuid::Uuid;

const OPERATION: &str = "secretsmanager.GetSecretValue";
const NAME: &str = "sharaspot/database";

/// How the store answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// As it should.
    #[default]
    Serving,
    /// With this status and error type: 500 `InternalServiceError`, 400 `ThrottlingException`.
    Failing(u16, &'static str),
    /// Takes the request and never answers.
    Hanging,
}

#[derive(Debug, Default)]
struct State {
    /// The version and the text.
    secret: Option<(Uuid, String)>,
    mood: Mood,
    requests: usize,
}

/// A store with one secret, in this process; it answers while the test waits, and is gone with this value.
#[derive(Debug)]
pub struct SecretStore {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    server: JoinHandle<()>,
}

impl SecretStore {
    /// The only secret it knows; it also goes by its name, `sharaspot/database`.
    pub const ARN: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:sharaspot/database-Ab12Cd";

    /// Starts a store whose secret has no value yet: a request for it gets `ResourceNotFoundException`.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let server = tokio::spawn(serve(listener, state.clone()));
        Self { address, state, server }
    }

    /// `http://127.0.0.1:…`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What a process needs in its environment to ask this store.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", self.endpoint()),
            ("AWS_REGION", "eu-central-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "of-a-test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "of-a-test".to_owned()),
        ]
    }

    /// Gives the secret a new value, and a new version with it.
    pub fn set(&self, value: &Value) {
        set(&self.state, value);
    }

    /// Does so after a while, as a rotation that changes the database first.
    pub fn set_after(&self, delay: Duration, value: &Value) {
        let (state, value) = (self.state.clone(), value.clone());
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            set(&state, &value);
        });
    }

    /// Changes how it answers, from the next request on.
    pub fn turn(&self, mood: Mood) {
        self.state.lock().unwrap().mood = mood;
    }

    /// How many requests have come so far, whatever the answer was.
    pub fn requests(&self) -> usize {
        self.state.lock().unwrap().requests
    }
}

impl Drop for SecretStore {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn set(state: &Mutex<State>, value: &Value) {
    state.lock().unwrap().secret = Some((Uuid::new_v4(), value.to_string()));
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let state = state.clone();
        let service = service_fn(move |request| {
            let state = state.clone();
            async move { Ok::<_, Infallible>(answer(&state, request).await) }
        });
        connections.spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn answer(state: &Mutex<State>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let target = request.headers().get("x-amz-target").cloned();
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let (mood, secret) = {
        let mut state = state.lock().unwrap();
        state.requests += 1;
        (state.mood.clone(), state.secret.clone())
    };
    match mood {
        Mood::Hanging => std::future::pending().await,
        Mood::Failing(status, kind) => refuse(status, kind),
        Mood::Serving if target.is_none_or(|target| target != OPERATION) => refuse(400, "UnknownOperationException"),
        Mood::Serving => value(&body, secret),
    }
}

fn value(body: &[u8], secret: Option<(Uuid, String)>) -> Response<Full<Bytes>> {
    let Ok(request) = serde_json::from_slice::<Value>(body) else { return refuse(400, "SerializationException") };
    let is_known = request["SecretId"].as_str().is_some_and(|id| [SecretStore::ARN, NAME].contains(&id));
    let is_current = request["VersionStage"].as_str().is_none_or(|stage| stage == "AWSCURRENT");
    match secret {
        Some((version, text)) if is_known && is_current => respond(
            200,
            &json!({
                "ARN": SecretStore::ARN,
                "CreatedDate": 1.772_366_4e9,
                "Name": NAME,
                "SecretString": text,
                "VersionId": version,
                "VersionStages": ["AWSCURRENT"],
            }),
        ),
        _ => refuse(400, "ResourceNotFoundException"),
    }
}

fn refuse(status: u16, kind: &str) -> Response<Full<Bytes>> {
    respond(status, &json!({ "__type": kind, "Message": format!("The store of the test says {kind}.") }))
}

fn respond(status: u16, body: &Value) -> Response<Full<Bytes>> {
    let answer = Response::builder().status(status).header("content-type", "application/x-amz-json-1.1");
    answer.header("x-amzn-requestid", Uuid::new_v4().to_string()).body(Full::from(body.to_string())).unwrap()
}
