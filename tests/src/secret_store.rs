//! What stands in for Secrets Manager, which is not ours to start: the calls of its JSON protocol that read a secret and rotate it. It
//! checks no signature. The real client finds it by [`SecretStore::variables`].

mod vault;

use crate::player::{Answer, Player};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, Response};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use uuid::Uuid;
use vault::Vault;

const OPERATIONS: &str = "secretsmanager.";
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
    vault: Vault,
    mood: Mood,
    /// The calls that came, in their order.
    calls: Vec<String>,
}

/// A store in this process, with one secret at first; it answers while the test waits, and is gone with this value.
#[derive(Debug)]
pub struct SecretStore {
    player: Player,
    state: Arc<Mutex<State>>,
}

impl SecretStore {
    /// Its first secret; it also goes by its name, `sharaspot/database`.
    pub const ARN: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:sharaspot/database-Ab12Cd";

    /// Starts a store whose secret has no value yet: a request for it gets `ResourceNotFoundException`.
    pub async fn start() -> Self {
        let mut state = State::default();
        state.vault.add(Self::ARN, NAME);
        let state = Arc::new(Mutex::new(state));
        let asked = state.clone();
        let player = Player::start(move |request| answer(asked.clone(), request)).await;
        Self { player, state }
    }

    /// `http://127.0.0.1:…`.
    pub fn endpoint(&self) -> String {
        self.player.endpoint()
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

    /// Gives the first secret a new value, and a new version with it.
    pub fn set(&self, value: &Value) {
        set(&self.state, value);
    }

    /// One more secret with this value; its ARN.
    pub fn add(&self, name: &str, value: &Value) -> String {
        let arn = format!("arn:aws:secretsmanager:eu-central-1:123456789012:secret:{name}-Ab12Cd");
        let mut state = self.state.lock().unwrap();
        state.vault.add(&arn, name);
        state.vault.set(&arn, &value.to_string());
        arn
    }

    /// Begins to rotate a secret, as `RotateSecret` does; the version that the rotation is to make.
    pub fn begin_rotation(&self, arn: &str) -> String {
        self.state.lock().unwrap().vault.begin_rotation(arn)
    }

    /// What Secrets Manager does before it asks for the one step that tries a schedule out: a pending version of the same value.
    pub fn try_schedule(&self, arn: &str) -> String {
        self.state.lock().unwrap().vault.try_schedule(arn)
    }

    /// What a secret holds at a stage, such as `AWSCURRENT`.
    pub fn value(&self, arn: &str, stage: &str) -> Option<Value> {
        let text = self.state.lock().unwrap().vault.secret_of(arn, stage)?;
        Some(serde_json::from_str(&text).unwrap())
    }

    /// The stages of a version.
    pub fn stages(&self, arn: &str, version: &str) -> Vec<&'static str> {
        self.state.lock().unwrap().vault.stages_of(arn, version)
    }

    /// The calls that came so far, whatever the answer was.
    pub fn calls(&self) -> Vec<String> {
        self.state.lock().unwrap().calls.clone()
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
        self.state.lock().unwrap().calls.len()
    }
}

fn set(state: &Mutex<State>, value: &Value) {
    state.lock().unwrap().vault.set(SecretStore::ARN, &value.to_string());
}

async fn answer(state: Arc<Mutex<State>>, request: Request<Bytes>) -> Answer {
    let target = request.headers().get("x-amz-target");
    let operation = target.and_then(|target| target.to_str().ok()).unwrap_or_default();
    let operation = operation.strip_prefix(OPERATIONS).unwrap_or_default();
    let (mood, answer) = {
        let mut state = state.lock().unwrap();
        state.calls.push(operation.to_owned());
        let answer = match (&state.mood, serde_json::from_slice(request.body())) {
            (Mood::Serving, Ok(request)) => state.vault.answer(operation, &request),
            (_, _) => Err("SerializationException"),
        };
        (state.mood.clone(), answer)
    };
    match (mood, answer) {
        (Mood::Hanging, _) => std::future::pending().await,
        (Mood::Failing(status, kind), _) => refuse(status, kind),
        (Mood::Serving, Ok(answer)) => respond(200, &answer),
        (Mood::Serving, Err(kind)) => refuse(400, kind),
    }
}

fn refuse(status: u16, kind: &str) -> Answer {
    respond(status, &json!({ "__type": kind, "Message": format!("The store of the test says {kind}.") }))
}

fn respond(status: u16, body: &Value) -> Answer {
    let answer = Response::builder().status(status).header("content-type", "application/x-amz-json-1.1");
    answer.header("x-amzn-requestid", Uuid::new_v4().to_string()).body(Full::from(body.to_string())).unwrap()
}
