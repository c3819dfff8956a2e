//! What Lambda says in the environment.

use crate::{BehaviorVersion, RetryConfig, SdkConfig, TimeoutConfig};
use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::meta::region::ProvideRegion as _;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::env_config::EnvConfigValue;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::os_shim_internal::Env;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

/// Credentials, region and endpoints, by the names that every SDK of AWS knows.
pub(crate) async fn sdk_config(
    http_client: SharedHttpClient,
    timeouts: TimeoutConfig,
    retries: RetryConfig,
) -> SdkConfig {
    let credentials = EnvironmentVariableCredentialsProvider::new();
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(EnvironmentVariableRegionProvider::new().region().await)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .service_config(Endpoints(Env::real()))
        .http_client(http_client)
        .timeout_config(timeouts)
        .retry_config(retries)
        .build()
}

/// `AWS_ENDPOINT_URL_S3` and the like before `AWS_ENDPOINT_URL`.
#[derive(Debug)]
struct Endpoints(Env);

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let variable = EnvConfigValue::new().env(key.env()).service_id(key.service_id());
        Some(variable.load(&self.0, None)?.0.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(variables: &[(&str, &str)], service: &str) -> Option<String> {
        let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL").profile("endpoint_url");
        Endpoints(Env::from_slice(variables)).load_config(key.build().unwrap())
    }

    #[test]
    fn a_service_has_its_own_endpoint_or_that_of_all_or_none() {
        let (all, own) = (("AWS_ENDPOINT_URL", "http://all"), ("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://own"));
        assert_eq!(endpoint(&[all, own], "Secrets Manager").as_deref(), Some("http://own"));
        assert_eq!(endpoint(&[all, own], "S3").as_deref(), Some("http://all"));
        assert_eq!(endpoint(&[own], "S3"), None);
    }
}
