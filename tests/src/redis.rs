//! A Redis of the test's own: to be killed, stopped in its tracks, and started again on its port.

use crate::certificates::Certificates;
use crate::watched::{Folder, Log, Process, free_port};
use redis::aio::MultiplexedConnection;
use redis::{Client, FromRedisValue};
use rustix::process::{Pid, Signal, kill_process};
use std::process::Command;
use std::sync::Arc;

/// What it asks of whoever comes in.
const PASSWORD: &str = "of-the-tests";

/// A Redis that keeps nothing on the disk, gone with this value.
#[derive(Debug)]
pub struct Redis {
    process: Option<Process>,
    folder: Arc<Folder>,
    has_tls: bool,
    port: u16,
    log: Log,
}

impl Redis {
    /// Starts one; with certificates it takes TLS connections only. `None`, and a line that says so, where Redis is not installed.
    pub async fn start(certificates: Option<&Certificates>) -> Option<Self> {
        if Command::new("redis-server").arg("--version").output().is_err() {
            println!("skipped: Redis is not installed (`make test` installs it)");
            return None;
        }
        let folder = Folder::new("redis");
        if let Some(certificates) = certificates {
            folder.write("server.crt", certificates.certificate());
            folder.write("server.key", certificates.key());
        }
        let (folder, has_tls) = (Arc::new(folder), certificates.is_some());
        let mut redis = Self { process: None, folder, has_tls, port: free_port(), log: Log::default() };
        redis.start_again().await;
        Some(redis)
    }

    /// Starts the one that was killed, on its port, with nothing in it.
    pub async fn start_again(&mut self) {
        assert!(self.process.is_none(), "it runs already");
        let (folder, log, command) = (self.folder.clone(), self.log.clone(), self.command());
        let start = move || Process::start(&folder, &command, "Ready to accept connections", "KILL", &log);
        self.process = tokio::task::spawn_blocking(start).await.unwrap();
        assert!(self.process.is_some(), "Redis did not start: {}", self.log.lock().unwrap());
    }

    /// Kills it: every connection ends, and nobody listens any more.
    pub async fn kill(&mut self) {
        let process = self.process.take().expect("a server that runs");
        tokio::task::spawn_blocking(move || process.stop("KILL")).await.unwrap();
    }

    /// Stops it in its tracks: connections are taken and stay, and nothing is answered. It goes on with the value's end.
    pub async fn hang(&self) -> Hang {
        let info: String = self.ask("INFO", &["server"]).await;
        let number = info.lines().find_map(|line| line.strip_prefix("process_id:")).unwrap().trim().parse().unwrap();
        let process = Pid::from_raw(number).unwrap();
        kill_process(process, Signal::STOP).unwrap();
        Hang { process }
    }

    /// Where a cache finds it.
    pub fn url(&self) -> String {
        self.url_with(PASSWORD)
    }

    /// The same with another password.
    pub fn url_with(&self, password: &str) -> String {
        let scheme = if self.has_tls { "rediss" } else { "redis" };
        format!("{scheme}://:{password}@localhost:{}", self.port)
    }

    /// Runs a command, over a connection of its own.
    pub async fn ask<T: FromRedisValue>(&self, command: &str, arguments: &[&str]) -> T {
        let mut connection = self.connection().await;
        redis::cmd(command).arg(arguments).query_async(&mut connection).await.unwrap()
    }

    /// All keys.
    pub async fn keys(&self) -> Vec<String> {
        self.ask("KEYS", &["*"]).await
    }

    /// How many commands of these two kinds it was sent, since it was started.
    pub async fn gets_and_sets(&self) -> [u64; 2] {
        let stats: String = self.ask("INFO", &["commandstats"]).await;
        ["cmdstat_get:calls=", "cmdstat_set:calls="].map(|command| {
            let count = stats.lines().find_map(|line| line.strip_prefix(command));
            count.map_or(0, |count| count.split(',').next().unwrap().parse().unwrap())
        })
    }

    async fn connection(&self) -> MultiplexedConnection {
        Client::open(self.url()).unwrap().get_multiplexed_async_connection().await.unwrap()
    }

    fn command(&self) -> Vec<String> {
        let port = self.port.to_string();
        let file = |name: &str| self.folder.path().join(name).display().to_string();
        let (certificate, key) = (file("server.crt"), file("server.key"));
        let plain = ["--port", &port];
        let tls = ["--port", "0", "--tls-port", &port, "--tls-cert-file", &certificate, "--tls-key-file", &key];
        let doors = if self.has_tls { &[&tls[..], &["--tls-auth-clients", "no"]].concat() } else { &plain[..] };
        // It writes to its standard output; the end of the error output is what is watched.
        let shell = ["sh", "-c", "exec \"$@\" >&2", "sh", "redis-server", "--bind", "127.0.0.1"];
        let rest = ["--save", "", "--appendonly", "no", "--requirepass", PASSWORD, "--dir", "/"];
        [&shell[..], doors, &rest].concat().into_iter().map(str::to_owned).collect()
    }
}

/// A Redis that hangs, as long as this is there.
#[derive(Debug)]
pub struct Hang {
    process: Pid,
}

impl Drop for Hang {
    fn drop(&mut self) {
        let _ = kill_process(self.process, Signal::CONT);
    }
}
