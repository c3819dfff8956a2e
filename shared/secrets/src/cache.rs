//! Logins that are known, each for a while.

use domain::Result;
use domain::connection::Login;
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// Logins by their secret's ARN.
#[derive(Debug)]
pub(crate) struct Cache {
    ttl: Duration,
    known: Mutex<HashMap<String, Known>>,
}

#[derive(Debug)]
struct Known {
    login: Login,
    since: Instant,
}

impl Cache {
    pub(crate) fn new(ttl: Duration) -> Self {
        Self { ttl, known: Mutex::default() }
    }

    /// The login that is known, or what `fetch` brings: where none is, where it is too old, or where it is the rejected one. Of many
    /// who ask at once, one fetches.
    pub(crate) async fn login(
        &self,
        arn: &str,
        rejected: Option<&Login>,
        fetch: impl AsyncFnOnce(&str, Option<&Login>) -> Result<Login>,
    ) -> Result<Login> {
        let mut known = self.known.lock().await;
        if let Some(Known { login, since }) = known.get(arn)
            && since.elapsed() < self.ttl
            && rejected != Some(login)
        {
            return Ok(login.clone());
        }
        let login = fetch(arn, rejected).await?;
        known.insert(arn.to_owned(), Known { login: login.clone(), since: Instant::now() });
        Ok(login)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Error;

    const TTL: Duration = Duration::from_secs(60);

    fn login(password: &str) -> Login {
        Login { username: "ann".to_owned(), password: password.to_owned(), host: None, port: None, name: None }
    }

    async fn ask(cache: &Cache, rejected: Option<&Login>, now_says: &str) -> String {
        cache.login("arn", rejected, async |_, _| Ok(login(now_says))).await.unwrap().password
    }

    #[tokio::test(start_paused = true)]
    async fn a_login_is_kept_for_its_time() {
        let cache = Cache::new(TTL);
        assert_eq!(ask(&cache, None, "old").await, "old");
        tokio::time::advance(TTL - Duration::from_millis(1)).await;
        assert_eq!(ask(&cache, None, "new").await, "old");
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(ask(&cache, None, "new").await, "new");
    }

    #[tokio::test]
    async fn a_rejected_login_is_fetched_again_and_another_one_is_not() {
        let cache = Cache::new(TTL);
        assert_eq!(ask(&cache, None, "old").await, "old");
        assert_eq!(ask(&cache, Some(&login("old")), "new").await, "new");
        // Somebody else was quicker: what is known now has not been rejected.
        assert_eq!(ask(&cache, Some(&login("old")), "newest").await, "new");
    }

    #[tokio::test]
    async fn a_failure_is_not_kept() {
        let cache = Cache::new(TTL);
        let failed = cache.login("arn", None, async |_, _| Err(Error::unavailable("secret store", "no answer"))).await;
        assert!(failed.is_err());
        assert_eq!(ask(&cache, None, "here").await, "here");
    }
}
