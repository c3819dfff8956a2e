//! Bringing an answer to CloudFormation: it waits for an hour for one that does not arrive.

use super::answer::Sender;
use super::summary::Summary;
use crate::allowance::Allowance;
use aws::{HttpConnector, HttpRequest};
use domain::{Error, Kind, Result};
use std::time::Duration;

const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// Where nobody has set a deadline.
const USUAL_TIME: Duration = Duration::from_secs(60);

/// What became of one try.
enum Attempt {
    Taken,
    /// It will never be taken: the address is too old, or was changed.
    Refused(u16),
    /// Perhaps the next time.
    Missed(String),
}

/// Puts the answer there, again and again until it is taken or the invocation ends.
///
/// # Errors
/// Unavailable where nobody has taken it.
pub(super) async fn deliver(sender: &Sender, summary: &Summary, allowance: &Allowance) -> Result<()> {
    let connector = aws::http_connector(ATTEMPT_TIMEOUT);
    let body = sender.answer(summary);
    let untaken =
        |cause: String| Error::new(Kind::Unavailable, "CloudFormation does not take the answer.").because(cause);
    let time_left = allowance.left_in_all().unwrap_or(USUAL_TIME);
    let started = tokio::time::Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        let cause = match attempt(&connector, sender, &body).await {
            Attempt::Taken => return Ok(()),
            Attempt::Refused(status) => return Err(untaken(format!("status {status}"))),
            Attempt::Missed(cause) => cause,
        };
        tracing::warn!(cause, "CloudFormation does not take the answer yet");
        if started.elapsed() + pause + ATTEMPT_TIMEOUT >= time_left {
            return Err(untaken(cause));
        }
        tokio::time::sleep(pause).await;
        pause = (2 * pause).min(LONGEST_PAUSE);
    }
}

async fn attempt(connector: &impl HttpConnector, sender: &Sender, body: &str) -> Attempt {
    let request = match request(sender, body) {
        Ok(request) => request,
        Err(cause) => return Attempt::Missed(cause),
    };
    match tokio::time::timeout(ATTEMPT_TIMEOUT, connector.call(request)).await {
        Err(_) => Attempt::Missed("no answer in time".to_owned()),
        // Its own text names the host.
        Ok(Err(error)) => Attempt::Missed(if error.is_timeout() { "time-out" } else { "no connection" }.to_owned()),
        Ok(Ok(response)) => match response.status().as_u16() {
            200..=299 => Attempt::Taken,
            status @ (408 | 429 | 500..) => Attempt::Missed(format!("status {status}")),
            status => Attempt::Refused(status),
        },
    }
}

fn request(sender: &Sender, body: &str) -> Result<HttpRequest, String> {
    let mut request = HttpRequest::new(body.to_owned().into());
    request.set_method("PUT").map_err(|_| "the method is none")?;
    request.set_uri(sender.address.as_str()).map_err(|_| "the address is none")?;
    // The address is signed for an object without a type.
    request.headers_mut().insert("content-type", "");
    request.headers_mut().insert("content-length", body.len().to_string());
    Ok(request)
}
