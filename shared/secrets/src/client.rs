//! Secrets Manager itself.

use crate::{Stage, secret};
use aws::{RetryConfig, TimeoutConfig};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use domain::connection::Login;
use domain::{Error, Result};
use std::time::Duration;
use tokio::sync::OnceCell;

/// The interface endpoint answers within milliseconds; a function that waits longer has no way to it.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(1);
/// Whoever waits for a login has this long in all, and tries again by itself.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(2);
const PART: &str = "secret store";
const NOT_FOUND: &str = "ResourceNotFoundException";

/// Made with the first question: not every process has a secret to read, and no cold start should wait for it.
static CLIENT: OnceCell<Client> = OnceCell::const_new();

async fn client() -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(ATTEMPT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT);
    Client::new(&aws::sdk_config(timeouts.build(), RetryConfig::standard()).await)
}

/// The login that the secret holds now; where that is the rejected one, the login that a rotation is about to make it. Between its
/// second and its last step the database knows only that.
pub(crate) async fn fetch(arn: &str, rejected: Option<&Login>) -> Result<Login> {
    let current = get(arn, Stage::Current).await?.ok_or_else(|| Error::unavailable(PART, NOT_FOUND))?;
    let current = secret::login(&current)?;
    if rejected != Some(&current) {
        return Ok(current);
    }
    match get(arn, Stage::Pending).await {
        Ok(Some(pending)) => secret::login(&pending),
        // Whoever may not see it, or at this moment cannot, has what there is.
        Ok(None) | Err(_) => Ok(current),
    }
}

/// The text of a secret's version; `None` where there is no such secret, no such version, or nothing in it yet.
pub(crate) async fn get(arn: &str, stage: Stage) -> Result<Option<String>> {
    let request = open().await.get_secret_value().secret_id(arn).version_stage(stage.as_str());
    let answer = match request.send().await.map_err(unanswered) {
        Ok(answer) => answer,
        Err(error) if is_not_found(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(answer.secret_string().map(str::to_owned))
}

pub(crate) async fn open() -> &'static Client {
    CLIENT.get_or_init(client).await
}

/// The SDK's own text may name the secret and the account: only the error's code is kept.
pub(crate) fn unanswered<E: ProvideErrorMetadata, R>(error: SdkError<E, R>) -> Error {
    let code = error.as_service_error().and_then(|service| service.meta().code());
    Error::unavailable(PART, code.unwrap_or("no answer").to_owned())
}

fn is_not_found(error: &Error) -> bool {
    std::error::Error::source(error).is_some_and(|cause| cause.to_string() == NOT_FOUND)
}
