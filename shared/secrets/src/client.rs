//! Secrets Manager itself.

use crate::secret;
use aws::{RetryConfig, TimeoutConfig};
use aws_sdk_secretsmanager::Client;
use domain::connection::Login;
use domain::{Error, Result};
use std::time::Duration;
use tokio::sync::OnceCell;

/// The interface endpoint answers within milliseconds; a function that waits longer has no way to it.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(1);
/// Whoever waits for a login has this long in all, and tries again by itself.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(2);
const PART: &str = "secret store";

/// Made with the first question: not every process has a secret to read, and no cold start should wait for it.
static CLIENT: OnceCell<Client> = OnceCell::const_new();

async fn client() -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(ATTEMPT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT);
    Client::new(&aws::sdk_config(timeouts.build(), RetryConfig::standard()).await)
}

/// The login that the secret holds now.
pub(crate) async fn fetch(arn: &str) -> Result<Login> {
    let client = CLIENT.get_or_init(client).await;
    let answer = client.get_secret_value().secret_id(arn).send().await;
    // The SDK's own text may name the secret and the account: only the error's code is kept.
    let answer = answer.map_err(|error| {
        let code = error.as_service_error().and_then(|service| service.meta().code());
        Error::unavailable(PART, code.unwrap_or("no answer").to_owned())
    })?;
    secret::login(answer.secret_string().unwrap_or_default())
}
