//! The way to AWS, the same for every client of a service: who asks (credentials), where (region, endpoint), and over what (HTTP).
//!
//! On Lambda all of it is in the environment, and nothing more is linked. What a person's machine has (profiles, SSO, roles) is the
//! cargo feature `workstation`, which `ops` has at a terminal. No service is named here: its client belongs to the crate that uses it.
//!
//! Start with [`sdk_config`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod environment;
mod http;

pub use aws_config::BehaviorVersion;
pub use aws_config::retry::RetryConfig;
pub use aws_config::timeout::TimeoutConfig;
pub use aws_smithy_runtime_api::client::http::HttpConnector;
pub use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
pub use aws_types::SdkConfig;
pub use aws_types::region::Region;
pub use http::{http_client, http_connector};

use std::pin::Pin;

/// What the clients of this process share. Opens no connection and fetches no credentials.
pub async fn sdk_config(timeouts: TimeoutConfig, retries: RetryConfig) -> SdkConfig {
    let http_client = http_client(timeouts.connect_timeout());
    // Boxed, for a future in place would bring along how to drop either: 0.3 MB of a function that never goes that way.
    let found: Pin<Box<dyn Future<Output = SdkConfig> + Send>> = if cfg!(feature = "workstation") {
        let chain = aws_config::defaults(BehaviorVersion::latest()).http_client(http_client);
        Box::pin(chain.timeout_config(timeouts).retry_config(retries).load())
    } else {
        Box::pin(environment::sdk_config(http_client, timeouts, retries))
    };
    found.await
}
