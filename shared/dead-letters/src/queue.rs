//! A queue of SQS, and Lambda, which the events go back to.

use crate::Taken;
use crate::arn::{FunctionArn, is_account};
use crate::letter::Letter;
use aws::{Region, RetryConfig, SdkConfig, TimeoutConfig};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::Message;
use domain::{Error, Kind, Result};
use std::fmt;
use std::time::Duration;

/// Nobody else gets what we have taken for so long: ten letters are handed over within it, though each of their twenty requests should
/// be tried three times for as long as it may take.
const IN_HAND_S: i32 = 900;
/// With a wait, SQS asks all of its servers; without one, a few, and an answer without letters says nothing.
const WAIT_S: i32 = 1;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

const QUEUE: &str = "queue of dead letters";

/// A queue of SQS.
#[derive(Debug)]
pub struct Queue {
    sqs: aws_sdk_sqs::Client,
    lambda: aws_sdk_lambda::Client,
    url: String,
}

impl Queue {
    pub(crate) async fn connect(url: &str) -> Self {
        let sdk = sdk(region_of(url)).await;
        let (sqs, lambda) = (aws_sdk_sqs::Client::new(&sdk), aws_sdk_lambda::Client::new(&sdk));
        Self { sqs, lambda, url: url.to_owned() }
    }

    pub(crate) async fn take(&self, limit: usize) -> Result<Vec<Taken>> {
        let request = self.sqs.receive_message().queue_url(&self.url).max_number_of_messages(limit as i32);
        let answer = request.visibility_timeout(IN_HAND_S).wait_time_seconds(WAIT_S).send().await;
        let answer = answer.map_err(|error| Error::unavailable(QUEUE, cause(&error)))?;
        Ok(answer.messages.unwrap_or_default().into_iter().map(|message| self.taken(message)).collect())
    }

    fn taken(&self, message: Message) -> Taken {
        let text = message.body.unwrap_or_default();
        let letter = Letter::parse(text.as_bytes()).and_then(|letter| self.check(letter));
        let (id, receipt) = (message.message_id.unwrap_or_default(), message.receipt_handle.unwrap_or_default());
        Taken { id, letter, receipt }
    }

    /// Whoever may write into a queue could else call functions with our rights that are none of this system's, or with other words than
    /// S3's: `ops` does what it is told.
    fn check(&self, letter: Letter) -> Result<Letter, String> {
        if account_of(&self.url).is_some_and(|account| account != letter.function.account()) {
            return Err("its function belongs to another account than the queue".to_owned());
        }
        if letter.event["Records"][0]["eventSource"] != "aws:s3" {
            return Err("its event is none of S3".to_owned());
        }
        Ok(letter)
    }

    pub(crate) async fn hand_over(&self, taken: &Taken, letter: &Letter, function: &FunctionArn) -> Result<()> {
        let invoke = self.lambda.invoke().function_name(function.as_text()).invocation_type(InvocationType::Event);
        let accepted = invoke.payload(Blob::new(letter.event.to_string())).send().await;
        accepted.map_err(|error| {
            let detail = format!("Lambda does not take an event for {function}.");
            Error::new(Kind::Unavailable, detail).because(cause(&error))
        })?;
        let forget = self.sqs.delete_message().queue_url(&self.url).receipt_handle(&taken.receipt).send().await;
        forget.map_err(|error| {
            let detail = format!("{function} has its event; the letter is still there, so it comes once more.");
            Error::new(Kind::Unavailable, detail).because(cause(&error))
        })?;
        Ok(())
    }

    pub(crate) async fn let_go(&self, taken: &Taken) -> Result<()> {
        let request = self.sqs.change_message_visibility().queue_url(&self.url).receipt_handle(&taken.receipt);
        let done = request.visibility_timeout(0).send().await;
        done.map(drop).map_err(|error| Error::unavailable(QUEUE, cause(&error)))
    }
}

impl fmt::Display for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the queue {}", self.url.trim_end_matches('/').rsplit('/').next().unwrap_or_default())
    }
}

/// The clients' common ground.
async fn sdk(region: Option<Region>) -> SdkConfig {
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_attempt_timeout(ATTEMPT_TIMEOUT);
    let sdk = aws::sdk_config(timeouts.build(), RetryConfig::standard()).await;
    match region {
        Some(region) => sdk.into_builder().region(region).build(),
        None => sdk,
    }
}

/// The region in an address such as `https://sqs.eu-central-1.amazonaws.com/123456789012/name`: the queue's, whatever region the
/// person at the terminal works in otherwise.
fn region_of(url: &str) -> Option<Region> {
    let host = url.split_once("://")?.1.split('/').next()?;
    let (region, domain) = host.strip_prefix("sqs.")?.split_once('.')?;
    domain.starts_with("amazonaws.com").then(|| Region::new(region.to_owned()))
}

fn account_of(url: &str) -> Option<&str> {
    url.split('/').nth(3).filter(|part| is_account(part))
}

/// The code of a refusal, or in our words what happened: the SDK's own text may name more than anybody should read.
fn cause<E: ProvideErrorMetadata>(error: &SdkError<E>) -> String {
    let words = match error {
        SdkError::TimeoutError(_) => "no answer in time",
        SdkError::DispatchFailure(failure) if failure.is_timeout() => "no connection in time",
        SdkError::DispatchFailure(failure) if failure.is_io() => "no connection",
        SdkError::ConstructionFailure(_) | SdkError::DispatchFailure(_) => "no region or no credentials of AWS",
        _ => "an answer that is none",
    };
    error.code().unwrap_or(words).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_region_and_account_where_it_is_one_of_amazons() {
        let of = |url: &str| (region_of(url).map(|region| region.to_string()), account_of(url).map(str::to_owned));
        let found = |region: &str| (Some(region.to_owned()), Some("123456789012".to_owned()));
        assert_eq!(of("https://sqs.eu-central-1.amazonaws.com/123456789012/dead"), found("eu-central-1"));
        assert_eq!(of("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/dead"), found("cn-north-1"));
        assert_eq!(of("http://127.0.0.1:5000/123456789012/dead"), (None, Some("123456789012".to_owned())));
        assert_eq!(of("http://127.0.0.1:5000/queue/dead"), (None, None));
        assert_eq!(of("dead"), (None, None));
    }
}
