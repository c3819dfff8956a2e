//! CloudFront itself, and its one call.

use crate::invalidation::Invalidation;
use aws::{RetryConfig, TimeoutConfig};
use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::error::ProvideErrorMetadata;
use aws_sdk_cloudfront::types::{InvalidationBatch, Paths};
use domain::{Error, Result};
use std::time::Duration;
use tokio::sync::OnceCell;

/// CloudFront's control plane is in one region of the world, and no quick one.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// All attempts together, well within the function's own time: a CDN that hangs must leave a line in the log.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(20);

/// A distribution, and the client that asks it.
#[derive(Debug)]
pub(crate) struct Distribution {
    id: String,
    /// Made with the first invalidation: no cold start should wait for it.
    client: OnceCell<Client>,
}

impl Distribution {
    pub(crate) fn new(id: String) -> Self {
        Self { id, client: OnceCell::new() }
    }

    /// Asks for an invalidation, which CloudFront then carries out by itself, within a minute or two. Asking twice is asking once.
    ///
    /// # Errors
    /// When CloudFront did not take it.
    pub(crate) async fn invalidate(&self, invalidation: Invalidation) -> Result<()> {
        let Invalidation { paths, caller_reference } = invalidation;
        let paths = Paths::builder().quantity(paths.len() as i32).set_items(Some(paths.into_iter().collect()));
        let paths = paths.build().map_err(Error::internal)?;
        let batch = InvalidationBatch::builder().paths(paths).caller_reference(caller_reference);
        let batch = batch.build().map_err(Error::internal)?;
        let client = self.client.get_or_init(connect).await;
        let asked = client.create_invalidation().distribution_id(&self.id).invalidation_batch(batch).send().await;
        asked.map(drop).map_err(|error| failure(&error))
    }
}

async fn connect() -> Client {
    let timeouts =
        TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).operation_timeout(OPERATION_TIMEOUT);
    Client::new(&aws::sdk_config(timeouts.build(), RetryConfig::standard()).await)
}

/// What an operator can do something about is said in so many words. Of the SDK's own text, which may name account and role, only
/// the error's code is kept.
fn failure(error: &impl ProvideErrorMetadata) -> Error {
    let code = error.code().unwrap_or("no answer");
    let error = Error::unavailable("CDN", code.to_owned());
    match code {
        "NoSuchDistribution" => error.saying("CDN_DISTRIBUTION_ID names a distribution that does not exist."),
        "AccessDenied" => error.saying("The role of this function may not invalidate what CDN_DISTRIBUTION_ID names."),
        "TooManyInvalidationsInProgress" => error.saying("The CDN has as many invalidations in progress as it allows."),
        _ => error,
    }
}
