//! What answers are kept in.

use crate::{ConfigError, Env};
use domain::connection::Cache;
use std::time::Duration;

const MOST_MEMORY_BYTES: i64 = 4 << 30;

pub(crate) fn read(env: &Env<'_>) -> Result<Cache, ConfigError> {
    let url = env.text("CACHE_URL");
    let schemes = ["redis://", "rediss://"];
    if url.as_ref().is_some_and(|url| !schemes.iter().any(|scheme| url.starts_with(scheme))) {
        let detail = format!("must begin with {}", schemes.join(" or "));
        return Err(ConfigError { variable: "CACHE_URL", detail });
    }
    let memory_bytes = env.within("CACHE_MEMORY_BYTES", 16 << 20, 0..=MOST_MEMORY_BYTES)? as u64;
    let timeout = Duration::from_millis(env.within("CACHE_TIMEOUT_MS", 50, 1..=5_000)? as u64);
    Ok(Cache { url, memory_bytes, timeout })
}
