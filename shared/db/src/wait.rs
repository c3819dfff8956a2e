//! Waiting for a connection of a pool, measured.

use domain::{Kind, Result};
use std::time::Instant;

/// From the wish for a connection to its end.
#[derive(Debug)]
pub(crate) struct Wait(Instant);

impl Wait {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Hands on what came of it.
    pub(crate) fn end<T>(self, found: Result<T>) -> Result<T> {
        let pool_wait_ms = self.0.elapsed().as_secs_f64() * 1000.0;
        match &found {
            Ok(_) => tracing::info!(target: "metric", pool_wait_ms, pool_connections = 1_u64),
            Err(error) if error.kind() == Kind::Unavailable => {
                tracing::info!(target: "metric", pool_wait_ms, pool_timeouts = 1_u64);
            }
            Err(_) => tracing::info!(target: "metric", pool_wait_ms),
        }
        found
    }
}
