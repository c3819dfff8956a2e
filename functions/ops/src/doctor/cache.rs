//! The cache that instances share.

use super::Finding;
use config::Config;
use domain::health::Part;

pub(super) const NAME: &str = "cache";

/// Whether it answers. Without it every request is served all the same, only slower: never more than a warning.
pub(super) async fn check(config: &Config) -> Finding {
    let cache = match cache::Cache::open(&config.cache, config::world().now) {
        Ok(cache) => cache,
        Err(error) => return Finding::failed(NAME, super::cause(&error), "correct the address in CACHE_URL"),
    };
    match cache.state().await {
        Part::None => Finding::absent(NAME, "none configured"),
        Part::Up => Finding::fine(NAME, format!("answers; {}", config.cache)),
        Part::Down => {
            let remedy = "start Redis or Valkey, let its security group admit this function, correct address and password in \
                 CACHE_URL (the log says what it answered), or take CACHE_URL out; meanwhile every request goes to the database";
            Finding::warning(NAME, format!("does not answer; {}", config.cache), remedy)
        }
    }
}
