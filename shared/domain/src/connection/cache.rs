//! What answers are kept in.

use super::database::without_login;
use std::fmt;
use std::time::Duration;

/// What answers are kept in.
#[derive(Clone, PartialEq, Eq)]
pub struct Cache {
    /// `redis://…` or `rediss://…` of the tier that all instances share.
    pub url: Option<String>,
    /// How much of this process's memory; 0 for none.
    pub memory_bytes: u64,
    /// How long the shared tier has to answer; twice as long to take a connection.
    pub timeout: Duration,
}

impl Cache {
    /// So much memory, and no shared tier.
    pub fn in_memory(memory_bytes: u64) -> Self {
        Self { url: None, memory_bytes, timeout: Duration::from_millis(50) }
    }
}

impl fmt::Display for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} KB of memory", self.memory_bytes >> 10)?;
        match &self.url {
            Some(url) => write!(f, ", shared {}", without_login(url)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cache({self})")
    }
}
