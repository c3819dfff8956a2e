//! The database login from Secrets Manager.
//!
//! The only crate that names Secrets Manager: a client that costs a cold start little, and the secret's JSON. It hands out a
//! plain connection URL; what is done with it is the business of `db`. A password never reaches a log or a `Debug` text.
//!
//! Start with [`database_url`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

use aws_config::BehaviorVersion;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::Client;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use domain::connection::postgres_url;
use domain::{Error, Result};
use serde::Deserialize;
use std::time::Duration;

/// The interface endpoint answers within milliseconds; a function that waits longer has no way to it.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
const PART: &str = "secret store";

/// What RDS keeps in a secret; members that are not named here are passed over.
#[derive(Deserialize)]
struct DbSecret {
    username: String,
    password: String,
    host: Option<String>,
    port: Option<u16>,
    dbname: Option<String>,
}

/// The URL of the database whose login is in the secret. `host`, `port` and `name` hold where the secret says nothing.
///
/// # Errors
/// Unavailable when Secrets Manager does not answer or refuses; internal when the secret is no database login.
pub async fn database_url(secret_arn: &str, host: Option<&str>, port: u16, name: &str) -> Result<String> {
    let http_client = aws_smithy_http_client::Builder::new().tls_provider(tls::Provider::Rustls(CryptoMode::Ring));
    let timeouts = TimeoutConfig::builder().connect_timeout(ATTEMPT_TIMEOUT).operation_attempt_timeout(ATTEMPT_TIMEOUT);
    let sdk = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client.build_https())
        .timeout_config(timeouts.build())
        .load()
        .await;
    let answer = Client::new(&sdk).get_secret_value().secret_id(secret_arn).send().await;
    // The SDK's own text may name the secret and the account: only the error's code is kept.
    let answer = answer.map_err(|error| {
        let code = error.as_service_error().and_then(|service| service.meta().code());
        Error::unavailable(PART, code.unwrap_or("no answer").to_owned())
    })?;
    url_of(answer.secret_string().unwrap_or_default(), host, port, name)
}

fn url_of(secret: &str, host: Option<&str>, port: u16, name: &str) -> Result<String> {
    // The parser's error may quote the secret.
    let secret: DbSecret =
        serde_json::from_str(secret).map_err(|_| Error::internal("the secret is not a database login in JSON"))?;
    let host = secret
        .host
        .as_deref()
        .or(host)
        .ok_or_else(|| Error::internal("neither the secret nor DB_HOST names a host"))?;
    let (port, name) = (secret.port.unwrap_or(port), secret.dbname.as_deref().unwrap_or(name));
    Ok(postgres_url(&secret.username, &secret.password, host, port, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    #[test]
    fn a_secret_with_an_address_needs_nothing_else() {
        let secret = r#"{"username": "ann", "password": "p@ss", "host": "db", "port": 6543, "dbname": "spots", "engine": "postgres"}"#;
        assert_eq!(url_of(secret, None, 5432, "x").unwrap(), "postgres://ann:p%40ss@db:6543/spots");
    }

    #[test]
    fn a_secret_without_an_address_takes_it_from_the_environment() {
        let secret = r#"{"username": "ann", "password": "p"}"#;
        assert_eq!(url_of(secret, Some("h"), 5432, "spots").unwrap(), "postgres://ann:p@h:5432/spots");
        assert!(url_of(secret, None, 5432, "spots").is_err());
    }

    #[test]
    fn a_secret_that_does_not_parse_is_not_quoted() {
        let error = url_of(r#"{"username": 1, "password": "s3cret"}"#, None, 5432, "x").unwrap_err();
        assert!(!format!("{error:?} {}", error.source().unwrap()).contains("s3cret"));
    }
}
