//! A Redis that keeps nothing on disk: the shared tier of the cache.

use super::process::{Process, Program, free_port};
use crate::Trouble;
use std::path::{Path, PathBuf};

/// A server that may be killed.
#[derive(Debug)]
pub(crate) struct Redis {
    place: PathBuf,
    port: u16,
    process: Option<Process>,
}

impl Redis {
    /// Starts a server.
    ///
    /// # Errors
    /// When Redis is not installed or does not start.
    pub(crate) async fn start(place: &Path) -> Result<Self, Trouble> {
        let mut redis = Self { place: place.to_owned(), port: free_port()?, process: None };
        redis.resume().await?;
        Ok(redis)
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Its process, while it runs.
    pub(crate) fn process(&self) -> Option<&Process> {
        self.process.as_ref()
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        self.process.take().iter_mut().for_each(Process::kill);
    }

    /// Starts it again, empty.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) async fn resume(&mut self) -> Result<(), Trouble> {
        let port = self.port.to_string();
        let place = ["redis-server", "--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
        // As the README wants it and `infra/cache.yaml` sets it: answers live for up to an hour, and each write makes new ones.
        let room = ["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"];
        let command = place.iter().chain(&room).map(|&word| word.to_owned()).collect();
        let program = Program { name: "Redis", command, variables: Vec::new(), user: None, logs: &self.place };
        let answers = async || tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_ok();
        self.process = Some(program.start(answers).await?);
        Ok(())
    }
}
