//! The tier that all instances share: Redis or Valkey. Whatever goes wrong here is a miss.

use crate::key::Key;
use crate::link::{Link, REFUSED_S, SILENT_S};
use crate::sealed;
use bytes::Bytes;
use domain::{Error, Result, Timestamp};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, RedisError};
use std::time::Duration;
use tokio::sync::Mutex;

/// The shared tier.
pub(crate) struct Shared {
    client: Client,
    timeout: Duration,
    link: Link<MultiplexedConnection>,
    connecting: Mutex<()>,
}

impl Shared {
    /// Connects nothing yet.
    pub(crate) fn open(url: &str, timeout: Duration, now: fn() -> Timestamp) -> Result<Self> {
        // The client's own words would quote the URL, which may hold a password.
        let client = Client::open(url).map_err(|error| {
            let cause = format!("CACHE_URL is not an address of Redis or Valkey: {}", error.category());
            Error::internal(cause)
        })?;
        Ok(Self { client, timeout, link: Link::new(now), connecting: Mutex::default() })
    }

    /// What is kept; `None` also where that does not open, or there is no answer.
    pub(crate) async fn get(&self, key: &Key) -> Option<Bytes> {
        let sealed: Option<Vec<u8>> = self.run(redis::cmd("GET").arg(key.shared())).await?;
        sealed.and_then(sealed::open)
    }

    /// Keeps a value, if it can.
    pub(crate) async fn put(&self, key: &Key, value: &Bytes, ttl: Duration) {
        let mut set = redis::cmd("SET");
        self.run::<()>(set.arg(key.shared()).arg(sealed::seal(value)).arg("EX").arg(ttl.as_secs())).await;
    }

    /// Whether it answers.
    pub(crate) async fn is_there(&self) -> bool {
        // Also where it is left alone at the moment: who asks this wants to know.
        let ping = redis::cmd("PING");
        tokio::time::timeout(self.timeout * 4, self.ask::<String>(&ping)).await.ok().flatten().is_some()
    }

    /// Asks, unless it is left alone at the moment.
    async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Option<T> {
        if self.link.may_try() { self.ask(command).await } else { None }
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Option<T> {
        if let Some(mut connection) = self.link.connection() {
            match command.query_async(&mut connection).await {
                // Closed while nobody looked, as by a restart: that is worth a new one.
                Err(error) if RedisError::is_connection_dropped(&error) => self.link.forget(),
                answer => return self.judge(answer),
            }
        }
        let mut connection = self.connect().await?;
        self.judge(command.query_async(&mut connection).await)
    }

    /// One connects, the others wait for it; if it has found out that there is no way, they do not try again.
    async fn connect(&self) -> Option<MultiplexedConnection> {
        let troubles = self.link.troubles();
        let _alone = self.connecting.lock().await;
        if let Some(connection) = self.link.connection() {
            return Some(connection);
        }
        if self.link.troubles() != troubles {
            return None;
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.timeout * 2))
            .set_response_timeout(Some(self.timeout));
        let connection = self.judge(self.client.get_multiplexed_async_connection_with_config(&config).await)?;
        self.link.keep(&connection);
        Some(connection)
    }

    fn judge<T>(&self, answer: std::result::Result<T, RedisError>) -> Option<T> {
        match answer {
            Ok(value) => {
                self.link.note_answer();
                Some(value)
            }
            Err(error) => {
                let pause_s = if error.is_io_error() { SILENT_S } else { REFUSED_S };
                self.link.note_trouble(pause_s, error.category());
                None
            }
        }
    }
}
