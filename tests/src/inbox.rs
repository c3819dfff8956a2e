//! What stands in for the bucket that CloudFormation waits at: it takes what is put there.

use crate::player::{Answer, Player};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, Response};
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

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
    _player: Player,
}

impl Inbox {
    /// An empty one.
    pub async fn open() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let taken = state.clone();
        let player = Player::start(move |request| std::future::ready(take(&taken, &request))).await;
        // Escapes and a signature, as in the addresses of CloudFormation.
        let url = format!("{}/arn%3Aaws%3Acloudformation?X-Amz-Signature=a%2Fb%3D", player.endpoint());
        Self { url, state, _player: player }
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

fn take(state: &Mutex<State>, request: &Request<Bytes>) -> Answer {
    let (method, target) = (request.method().to_string(), request.uri().to_string());
    let content_type = request.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
    let body = serde_json::from_slice(request.body()).unwrap();
    let mut state = state.lock().unwrap();
    state.letters.push(Letter { method, target, content_type, body });
    let status = state.refusals.pop_front().unwrap_or(200);
    Response::builder().status(status).body(Full::default()).unwrap()
}
