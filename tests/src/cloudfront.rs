//! What stands in for CloudFront, which is not ours to start: the one call `CreateInvalidation` of its XML protocol, for one
//! distribution. It checks no signature. The real client finds it by [`CloudFront::variables`].

use crate::player::{Answer, Player};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Method, Request, Response};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

const VERSION: &str = "2020-05-31";

/// How CloudFront answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// As it should.
    #[default]
    Serving,
    /// With this status and error code: 400 `TooManyInvalidationsInProgress`, 503 `ServiceUnavailable`.
    Failing(u16, &'static str),
    /// Takes the request and never answers.
    Hanging,
}

/// An invalidation that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Invalidation {
    caller_reference: String,
    paths: Vec<String>,
}

#[derive(Debug, Default)]
struct State {
    invalidations: Vec<Invalidation>,
    mood: Mood,
    requests: usize,
}

/// A CloudFront with one distribution, in this process; it answers while the test waits, and is gone with this value.
#[derive(Debug)]
pub struct CloudFront {
    player: Player,
    state: Arc<Mutex<State>>,
}

impl CloudFront {
    /// The only distribution it knows.
    pub const DISTRIBUTION: &str = "E2QWRUHAPOMQZL";
    /// A sentence of its errors, which nobody should repeat.
    pub const MESSAGE: &str = "The CloudFront of the test says more than anybody should repeat.";

    /// Starts one that has made no invalidation yet.
    pub async fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let known = state.clone();
        let player = Player::start(move |request| answer(known.clone(), request)).await;
        Self { player, state }
    }

    /// `http://127.0.0.1:…`.
    pub fn endpoint(&self) -> String {
        self.player.endpoint()
    }

    /// What a process needs in its environment to ask it about its distribution.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL_CLOUDFRONT", self.endpoint()),
            ("AWS_REGION", "eu-central-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "of-a-test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "of-a-test".to_owned()),
            ("CDN_DISTRIBUTION_ID", Self::DISTRIBUTION.to_owned()),
        ]
    }

    /// Changes how it answers, from the next request on.
    pub fn turn(&self, mood: Mood) {
        self.state.lock().unwrap().mood = mood;
    }

    /// How many requests have come so far, whatever the answer was.
    pub fn requests(&self) -> usize {
        self.state.lock().unwrap().requests
    }

    /// The invalidations that were made, in order: `{"caller_reference", "paths"}`.
    pub fn invalidations(&self) -> Vec<Value> {
        let made = &self.state.lock().unwrap().invalidations;
        made.iter().map(|one| json!({"caller_reference": one.caller_reference, "paths": one.paths})).collect()
    }
}

async fn answer(state: Arc<Mutex<State>>, request: Request<Bytes>) -> Answer {
    let (method, path) = (request.method(), request.uri().path());
    let mood = {
        let mut state = state.lock().unwrap();
        state.requests += 1;
        state.mood.clone()
    };
    let call = format!("/{VERSION}/distribution/{}/invalidation", CloudFront::DISTRIBUTION);
    match mood {
        Mood::Hanging => std::future::pending().await,
        Mood::Failing(status, code) => refuse(status, code),
        Mood::Serving if *method != Method::POST || !path.ends_with("/invalidation") => refuse(400, "InvalidAction"),
        Mood::Serving if path != call => refuse(404, "NoSuchDistribution"),
        Mood::Serving => create(&state, &String::from_utf8_lossy(request.body())),
    }
}

/// Makes an invalidation, unless the very same was asked for before.
fn create(state: &Mutex<State>, batch: &str) -> Answer {
    let (paths, references, quantities) =
        (texts(batch, "Path"), texts(batch, "CallerReference"), texts(batch, "Quantity"));
    let ([reference], [quantity]) = (&*references, &*quantities) else { return refuse(400, "MalformedXML") };
    if *quantity != paths.len().to_string() {
        return refuse(400, "InconsistentQuantities");
    }
    let is_path = |path: &String| path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic());
    if paths.is_empty() || !paths.iter().all(is_path) {
        return refuse(400, "InvalidArgument");
    }
    let made = &mut state.lock().unwrap().invalidations;
    let known = made.iter().position(|one| one.caller_reference == *reference);
    if known.is_some_and(|known| made[known].paths != paths) {
        return refuse(400, "InvalidationBatchAlreadyExists");
    }
    let number = known.unwrap_or_else(|| {
        made.push(Invalidation { caller_reference: reference.clone(), paths });
        made.len() - 1
    });
    created(number, &batch[batch.find("<InvalidationBatch").unwrap_or_default()..])
}

/// What stands in the elements of a name. Nothing that a path may hold is escaped in XML but `&` and `'`.
fn texts(xml: &str, name: &str) -> Vec<String> {
    let (start, end) = (format!("<{name}>"), format!("</{name}>"));
    let texts = xml.split(&start).skip(1).filter_map(|rest| rest.split_once(&end)).map(|(text, _)| text);
    texts.map(|text| text.replace("&apos;", "'").replace("&amp;", "&")).collect()
}

fn created(number: usize, batch: &str) -> Answer {
    let id = format!("I{number}");
    let body = format!(
        "<Invalidation xmlns=\"http://cloudfront.amazonaws.com/doc/{VERSION}/\"><Id>{id}</Id><Status>InProgress</Status>\
         <CreateTime>2026-03-01T12:24:34Z</CreateTime>{batch}</Invalidation>"
    );
    let call = format!("/{VERSION}/distribution/{}/invalidation/{id}", CloudFront::DISTRIBUTION);
    let answer = Response::builder().status(201).header("content-type", "text/xml").header("location", call);
    answer.body(Full::from(body)).unwrap()
}

fn refuse(status: u16, code: &str) -> Answer {
    let body = format!(
        "<ErrorResponse xmlns=\"http://cloudfront.amazonaws.com/doc/{VERSION}/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{}</Message></Error><RequestId>r</RequestId></ErrorResponse>",
        CloudFront::MESSAGE
    );
    Response::builder().status(status).header("content-type", "text/xml").body(Full::from(body)).unwrap()
}
