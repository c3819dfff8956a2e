//! A PostgreSQL server that may be stopped and killed, with the durability of production: what it has acknowledged it must have
//! afterwards.

use super::process::{Process, Program, children, free_port, run_to_end};
use crate::Trouble;
use bench::server::{as_user, binaries, unprivileged_user};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// What differs from an installation as it comes.
const SETTINGS: [&str; 4] =
    ["listen_addresses=127.0.0.1", "shared_buffers=256MB", "random_page_cost=1.1", "log_min_messages=log"];
/// What a killed server leaves keeps the next one from starting until the last of its processes is gone.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// In good order: transactions are rolled back, connections closed.
    Fast,
    /// `kill -9` of all its processes at once.
    Kill,
}

/// A server and its data.
#[derive(Debug)]
pub(crate) struct Postgres {
    binaries: PathBuf,
    dir: PathBuf,
    user: Option<(u32, u32)>,
    port: u16,
    process: Option<Process>,
}

impl Postgres {
    /// Starts a server with an empty database in a new folder.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start.
    pub(crate) async fn start(place: &Path) -> Result<Self, Trouble> {
        let binaries = binaries().ok_or("PostgreSQL is not installed: infra/setup.sh load installs it")?;
        let dir = place.join("postgres");
        std::fs::create_dir(&dir)?;
        let user = unprivileged_user(&dir)?;
        if let Some((uid, gid)) = user {
            chown(&dir, Some(uid), Some(gid))?;
        }
        let initdb = as_user(Command::new(binaries.join("initdb")), user)
            .args(["--no-sync", "--no-locale", "--encoding=UTF8", "--auth=trust", "--username=load", "-D"])
            .arg(dir.join("data"))
            .output()?;
        if !initdb.status.success() {
            return Err(format!("initdb: {}", String::from_utf8_lossy(&initdb.stderr)).into());
        }
        let mut server = Self { binaries, dir, user, port: free_port()?, process: None };
        server.resume().await?;
        let port = server.port.to_string();
        let createdb = ["-h", "127.0.0.1", "-p", &port, "-U", "load", "sharaspot"];
        run_to_end(&server.binaries.join("createdb"), &createdb, &[]).await?;
        Ok(server)
    }

    /// The address of the database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://load@127.0.0.1:{}/sharaspot?sslmode=disable", self.port)
    }

    /// Its process, while it runs.
    pub(crate) fn process(&self) -> Option<&Process> {
        self.process.as_ref()
    }

    /// Connections of clients.
    pub(crate) fn connections(&self) -> usize {
        let backends = self.process.iter().flat_map(|process| children(process.id));
        let titles = backends.map(|id| std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default());
        titles.filter(|title| title.starts_with(b"postgres: load sharaspot")).count()
    }

    /// Stops it; then it is gone.
    pub(crate) fn stop(&mut self, how: Stop) {
        if let Some(mut process) = self.process.take() {
            match how {
                Stop::Fast => process.end("INT"),
                Stop::Kill => process.kill(),
            }
        }
    }

    /// Starts it again, on the same port and data, and waits until it takes connections.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) async fn resume(&mut self) -> Result<(), Trouble> {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.serve().await {
                Ok(process) => {
                    self.process = Some(process);
                    return Ok(());
                }
                Err(trouble) if Instant::now() > until => return Err(trouble),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    async fn serve(&self) -> Result<Process, Trouble> {
        let text = |path: &Path| path.display().to_string();
        let (port, socket) = (self.port.to_string(), text(&self.dir));
        let mut command = vec![text(&self.binaries.join("postgres"))];
        command.extend(["-D", &text(&self.dir.join("data")), "-k", &socket, "-p", &port].map(str::to_owned));
        command.extend(SETTINGS.iter().flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()]));
        let program = Program { name: "PostgreSQL", command, variables: Vec::new(), user: self.user, logs: &self.dir };
        let ask = self.binaries.join("pg_isready");
        let is_ready = async || run_to_end(&ask, &["-q", "-h", "127.0.0.1", "-p", &port], &[]).await.is_ok();
        program.start(is_ready).await
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop(Stop::Fast);
    }
}
