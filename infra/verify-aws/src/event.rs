//! Payloads: those of `events/`, with ids and bodies of this run.

use crate::Trouble;
use crate::stage::Stage;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tests::repository::event;

/// A request of API Gateway, to be varied.
#[derive(Clone, Debug)]
pub(crate) struct Ask(Value);

/// What a function answers to one.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u64,
    pub(crate) body: Value,
}

impl Ask {
    /// The payload of that case.
    pub(crate) fn of(case: &str) -> Self {
        Self(event(case))
    }

    /// With another id in its path.
    pub(crate) fn id(mut self, id: &str) -> Self {
        let old = self.0["pathParameters"]["id"].as_str().unwrap_or_default().to_owned();
        let path = self.0["rawPath"].as_str().unwrap_or_default().replace(&old, id);
        self.0["pathParameters"]["id"] = id.into();
        self.0["requestContext"]["http"]["path"] = path.as_str().into();
        self.0["rawPath"] = path.into();
        self
    }

    /// With another query.
    pub(crate) fn query(mut self, query: &str) -> Self {
        self.0["rawQueryString"] = query.into();
        self
    }

    /// With another body.
    pub(crate) fn body(mut self, body: &Value) -> Self {
        let body = body.to_string();
        self.0["headers"]["content-length"] = body.len().to_string().into();
        self.0["body"] = body.into();
        self
    }

    /// From another person, who is no admin.
    pub(crate) fn from(mut self, sub: &str) -> Self {
        let claims = &mut self.0["requestContext"]["authorizer"]["jwt"]["claims"];
        claims["sub"] = sub.into();
        claims["username"] = sub.into();
        if let Some(claims) = claims.as_object_mut() {
            claims.remove("cognito:groups");
        }
        self
    }

    /// The payload.
    pub(crate) fn payload(&self) -> &Value {
        &self.0
    }

    /// Sends it to a function.
    ///
    /// # Errors
    /// When the function fails instead of answering.
    pub(crate) async fn send(&self, stage: &Stage, function: &str) -> Result<Answer, Trouble> {
        Answer::read(&stage.invoke(function, &self.0).await?)
    }

    /// The body of an answer with this status.
    ///
    /// # Errors
    /// When it is answered otherwise.
    pub(crate) async fn expect(&self, stage: &Stage, function: &str, status: u64) -> Result<Value, Trouble> {
        let answer = self.send(stage, function).await?;
        let route = self.0["routeKey"].as_str().unwrap_or_default();
        if answer.status == status {
            Ok(answer.body)
        } else {
            Err(format!("{route} is answered {} and not {status}: {}", answer.status, answer.body).into())
        }
    }
}

impl Answer {
    /// # Errors
    /// When it is none that API Gateway takes.
    pub(crate) fn read(answer: &Value) -> Result<Self, Trouble> {
        let status = answer["statusCode"].as_u64().ok_or_else(|| format!("{answer} is no answer"))?;
        let body = serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or_default();
        Ok(Self { status, body })
    }
}

/// What S3 tells of an object: `s3-put`, or `s3-removed.rendition` with no bytes, with this bucket and key. Each event is a later one.
pub(crate) fn object_event(case: &str, bucket: &str, key: &str, bytes: &[u8]) -> Value {
    static EVENTS: AtomicU64 = AtomicU64::new(1);
    let mut event = event(case);
    let about = &mut event["Records"][0]["s3"];
    about["bucket"]["name"] = bucket.into();
    about["bucket"]["arn"] = format!("arn:aws:s3:::{bucket}").into();
    about["object"]["key"] = key.into();
    about["object"]["size"] = bytes.len().into();
    about["object"]["eTag"] = hex::encode(Md5::digest(bytes)).into();
    about["object"]["sequencer"] = format!("{:018X}", EVENTS.fetch_add(1, Relaxed)).into();
    event
}

/// An event of Ops.
pub(crate) fn command(name: &str) -> Value {
    json!({ "command": name })
}
