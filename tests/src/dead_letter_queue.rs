//! What stands in for SQS and for Lambda's own interface, which are not ours to start: one queue with the three calls of its JSON
//! protocol that take letters out, and `Invoke`, which says that it has an event and does nothing with it. Answers and refusals are
//! those that moto gives, but where a test says otherwise. It checks no signature. The real clients find it by
//! [`DeadLetterQueue::variables`].

use crate::player::{Answer, Player};
use crate::trap::Trap;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use uuid::Uuid;

const ACCOUNT: &str = "123456789012";
const NAME: &str = "dead-letters";

#[derive(Debug)]
struct Message {
    id: String,
    body: String,
    receipt: Option<String>,
    hidden_until: Instant,
}

#[derive(Debug, Default)]
struct State {
    messages: Vec<Message>,
    invocations: Vec<(String, Value)>,
    /// Whom Lambda takes no event for, and how it says so.
    refused: Option<(String, u16, &'static str)>,
    delay: Duration,
}

/// A queue and the functions behind it, in this process; they answer while the test waits, and are gone with this value.
#[derive(Debug)]
pub struct DeadLetterQueue {
    player: Player,
    state: Arc<Mutex<State>>,
    /// Every request is a step.
    pub trap: Arc<Trap>,
}

impl DeadLetterQueue {
    /// An empty one.
    pub async fn start() -> Self {
        let (state, trap): (Arc<Mutex<State>>, Arc<Trap>) = Default::default();
        let behind = (state.clone(), trap.clone());
        let player = Player::start(move |request| {
            let (state, trap) = behind.clone();
            async move { trap.pass(answer(&state, request)).await }
        });
        Self { player: player.await, state, trap }
    }

    /// Its address, as SQS gives it.
    pub fn url(&self) -> String {
        format!("{}/{ACCOUNT}/{NAME}", self.player.endpoint())
    }

    /// What a process needs in its environment to find it.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("DEAD_LETTER_QUEUE_URL", self.url()),
            ("AWS_ENDPOINT_URL", self.player.endpoint()),
            ("AWS_REGION", "eu-central-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "of-a-test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "of-a-test".to_owned()),
        ]
    }

    /// Puts a message in; its id.
    pub fn send(&self, body: impl Into<String>) -> String {
        let id = Uuid::new_v4().to_string();
        let message = Message { id: id.clone(), body: body.into(), receipt: None, hidden_until: Instant::now() };
        self.state.lock().unwrap().messages.push(message);
        id
    }

    /// The messages that are in it, in anybody's hands or not.
    pub fn messages(&self) -> Vec<String> {
        self.state.lock().unwrap().messages.iter().map(|message| message.id.clone()).collect()
    }

    /// How many of them are in somebody's hands.
    pub fn in_hand(&self) -> usize {
        let now = Instant::now();
        self.state.lock().unwrap().messages.iter().filter(|message| message.hidden_until > now).count()
    }

    /// So much time passes that nobody has one in hand any more.
    pub fn pass_time(&self) {
        self.state.lock().unwrap().messages.iter_mut().for_each(|message| message.hidden_until = Instant::now());
    }

    /// The functions' ARNs and the events that Lambda has taken for them, in their order.
    pub fn invocations(&self) -> Vec<(String, Value)> {
        self.state.lock().unwrap().invocations.clone()
    }

    /// From now on takes no event for functions whose ARN holds this word; a word that none holds refuses nobody.
    pub fn refuse(&self, word: &str, status: u16, kind: &'static str) {
        self.state.lock().unwrap().refused = Some((word.to_owned(), status, kind));
    }

    /// From now on Lambda takes so long to answer.
    pub fn delay(&self, delay: Duration) {
        self.state.lock().unwrap().delay = delay;
    }
}

async fn answer(state: &Mutex<State>, request: Request<Bytes>) -> Answer {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let (target, invocation_type) = (header("x-amz-target"), header("x-amz-invocation-type"));
    let path = request.uri().path();
    let Ok(body) = serde_json::from_slice::<Value>(request.body()) else {
        return refuse(400, "SerializationException");
    };
    if let Some(function) =
        path.strip_prefix("/2015-03-31/functions/").and_then(|rest| rest.strip_suffix("/invocations"))
    {
        assert_eq!(invocation_type.as_deref(), Some("Event"), "whoever waits for a function waits for its work");
        let delay = state.lock().unwrap().delay;
        tokio::time::sleep(delay).await;
        return invoke(&mut state.lock().unwrap(), percent_decode_str(function).decode_utf8().unwrap().into(), body);
    }
    if body["QueueUrl"].as_str().is_none_or(|url| !url.ends_with(&format!("/{ACCOUNT}/{NAME}"))) {
        let mut answer = refuse(400, "com.amazonaws.sqs#QueueDoesNotExist");
        let old_name = "AWS.SimpleQueueService.NonExistentQueue;Sender".parse().unwrap();
        answer.headers_mut().insert("x-amzn-query-error", old_name);
        return answer;
    }
    match target.as_deref() {
        Some("AmazonSQS.ReceiveMessage") => receive(&mut state.lock().unwrap(), &body),
        Some("AmazonSQS.DeleteMessage") => delete(&mut state.lock().unwrap(), &body),
        Some("AmazonSQS.ChangeMessageVisibility") => hide(&mut state.lock().unwrap(), &body),
        _ => refuse(400, "com.amazonaws.sqs#UnsupportedOperation"),
    }
}

fn invoke(state: &mut State, function: String, event: Value) -> Answer {
    match &state.refused {
        Some((word, status, kind)) if function.contains(word) => refuse(*status, kind),
        _ => {
            state.invocations.push((function, event));
            respond(202, "application/json", String::new())
        }
    }
}

/// An empty queue answers at once: nothing arrives while a test waits.
fn receive(state: &mut State, body: &Value) -> Answer {
    let seconds = |name: &str| Duration::from_secs(body[name].as_u64().unwrap());
    let (limit, hidden) = (body["MaxNumberOfMessages"].as_u64().unwrap(), seconds("VisibilityTimeout"));
    assert!((1..=10).contains(&limit) && seconds("WaitTimeSeconds") > Duration::ZERO, "all servers are asked");
    let now = Instant::now();
    let visible = state.messages.iter_mut().filter(|message| message.hidden_until <= now);
    let take = |message: &mut Message| {
        message.hidden_until = now + hidden;
        let receipt = message.receipt.insert(Uuid::new_v4().to_string());
        json!({"MessageId": message.id, "ReceiptHandle": receipt, "Body": message.body})
    };
    let taken: Vec<Value> = visible.take(limit as usize).map(take).collect();
    let answer = if taken.is_empty() { json!({}) } else { json!({"Messages": taken}) };
    respond(200, "application/x-amz-json-1.0", answer.to_string())
}

/// That there is no such message is no error.
fn delete(state: &mut State, body: &Value) -> Answer {
    state.messages.retain(|message| message.receipt.as_deref() != body["ReceiptHandle"].as_str());
    respond(200, "application/x-amz-json-1.0", "{}".to_owned())
}

fn hide(state: &mut State, body: &Value) -> Answer {
    let message =
        state.messages.iter_mut().find(|message| message.receipt.as_deref() == body["ReceiptHandle"].as_str());
    let Some(message) = message else { return refuse(400, "com.amazonaws.sqs#ReceiptHandleIsInvalid") };
    message.hidden_until = Instant::now() + Duration::from_secs(body["VisibilityTimeout"].as_u64().unwrap());
    respond(200, "application/x-amz-json-1.0", "{}".to_owned())
}

fn refuse(status: u16, kind: &str) -> Answer {
    let message = format!("The queue of the test says {kind} to arn:aws:iam::{ACCOUNT}:user/somebody.");
    let body = json!({"__type": kind, "message": message, "Message": message});
    let mut answer = respond(status, "application/x-amz-json-1.0", body.to_string());
    answer.headers_mut().insert("x-amzn-errortype", kind.parse().unwrap());
    answer
}

fn respond(status: u16, content_type: &str, body: String) -> Answer {
    let answer = Response::builder().status(status).header("content-type", content_type);
    answer.header("x-amzn-requestid", Uuid::new_v4().to_string()).body(Full::from(body)).unwrap()
}
