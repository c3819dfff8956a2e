//! A client that costs a cold start little: connections only when the first request needs them.

use super::S3;
use aws::{RetryConfig, SdkConfig, TimeoutConfig};
use aws_sdk_s3::Client;
use aws_types::service_config::ServiceConfigKey;
use domain::{Error, Result};
use std::time::Duration;

/// A photo of 25 MB takes a second or two inside AWS; what takes longer than this is not coming.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const ATTEMPTS: u32 = 3;

pub(super) async fn connect(bucket: &str) -> Result<S3> {
    let sdk = aws::sdk_config(timeouts(), RetryConfig::standard().with_max_attempts(ATTEMPTS)).await;
    from_sdk(bucket, &sdk)
}

/// A client of an endpoint that a test has started.
#[cfg(feature = "contract")]
pub(super) fn connect_to(endpoint: &str, region: &str, key: (&str, &str), bucket: &str) -> Result<S3> {
    use aws_sdk_s3::config::{Credentials, Region, SharedCredentialsProvider};
    let credentials = Credentials::new(key.0, key.1, None, None, "test");
    let sdk = SdkConfig::builder()
        .behavior_version(aws::BehaviorVersion::latest())
        .http_client(aws::http_client(Some(CONNECT_TIMEOUT)))
        .timeout_config(timeouts())
        .region(Region::new(region.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .build();
    from_sdk(bucket, &sdk)
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_attempt_timeout(ATTEMPT_TIMEOUT).build()
}

fn from_sdk(bucket: &str, sdk: &SdkConfig) -> Result<S3> {
    let region = sdk.region().ok_or_else(|| Error::internal("no AWS region is configured"))?.to_string();
    let credentials = sdk.credentials_provider().ok_or_else(|| Error::internal("no AWS credentials are configured"))?;
    let endpoint = custom_endpoint(sdk);
    let upload_url = match &endpoint {
        Some(endpoint) => format!("{}/{bucket}", endpoint.trim_end_matches('/')),
        None => format!("https://{bucket}.s3.{region}.amazonaws.com/"),
    };
    let config = aws_sdk_s3::config::Builder::from(sdk).force_path_style(endpoint.is_some()).build();
    let client = Client::from_conf(config);
    Ok(S3 { client, credentials, bucket: bucket.to_owned(), region, upload_url })
}

/// The endpoint by the SDK's own rules: S3's before the general one, the environment before the profile.
fn custom_endpoint(sdk: &SdkConfig) -> Option<String> {
    let key = ServiceConfigKey::builder().service_id("S3").env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let of_s3 = || sdk.service_config()?.load_config(key.ok()?);
    of_s3().or_else(|| sdk.endpoint_url().map(str::to_owned))
}

#[cfg(test)]
mod tests;
