//! What the function that invalidates the CDN needs to know.

use crate::Env;

/// What the environment decides for a function that has neither a database nor a photo store, in production as elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cdn {
    /// The CloudFront distribution that shows the photos, if there is one.
    pub distribution_id: Option<String>,
    /// Which log lines are written, as in [`crate::Config`].
    pub log_filter: String,
    /// What CloudWatch files our metrics under.
    pub metrics_namespace: String,
}

impl Cdn {
    /// Reads the process's environment.
    pub fn from_env() -> Self {
        Self::read(&|name| std::env::var(name).ok())
    }

    /// Reads variables from anywhere.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Self {
        let env = Env(lookup);
        Self {
            distribution_id: env.text("CDN_DISTRIBUTION_ID"),
            log_filter: env.log_filter(),
            metrics_namespace: env.metrics_namespace(),
        }
    }

    /// One line that says what was chosen.
    pub fn summary(&self) -> String {
        format!("CDN: {}", self.distribution_id.as_deref().unwrap_or("none"))
    }
}
