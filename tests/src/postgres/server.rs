//! A server of one test.

use super::cluster;
use crate::certificates::Certificates;
use crate::watched::{Folder, Log, Process, free_port};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The superuser of every server.
pub const USER: &str = "tests";
/// And its password, where one is asked for.
pub const PASSWORD: &str = "of the tests";

/// The server waits so long for what another left behind: its port, or memory that children of a killed one still hold.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a server is to be.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its certificate. With one it takes TLS connections only, as RDS does; without, none.
    pub certificates: Option<Certificates>,
    /// Connections in all; PostgreSQL keeps three of them for superusers.
    pub max_connections: u32,
    /// More settings, `name=value`.
    pub settings: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { certificates: None, max_connections: 50, settings: Vec::new() }
    }
}

/// How a server stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Ends every session with 57P01, writes a checkpoint: a maintenance.
    Fast,
    /// Ends every session at once and recovers at the next start: a failover.
    Immediate,
    /// The first process is killed; its children notice: a crash.
    Kill,
}

/// A server of the test's own, on a port that stays the same through every restart. Logins need a password (SCRAM). A commit is
/// kept through every kind of [`Stop`].
#[derive(Debug)]
pub struct Server {
    pub(super) process: Option<Process>,
    // After the process: the folder goes when nobody works in it any more.
    pub(super) folder: Arc<Folder>,
    pub(super) binaries: PathBuf,
    pub(super) options: Options,
    pub(super) port: u16,
    pub(super) log: Log,
}

impl Server {
    /// Starts a server; `None`, and a line that says so, where PostgreSQL is not installed.
    pub async fn start(options: Options) -> Option<Self> {
        let binaries = cluster::binaries()?;
        let server = move || {
            let server = Self::new(binaries, options);
            cluster::init_with_passwords(&server.binaries, &server.folder);
            server.secure();
            server
        };
        let mut server = tokio::task::spawn_blocking(server).await.unwrap();
        server.start_again().await;
        Some(server)
    }

    pub(super) fn new(binaries: PathBuf, options: Options) -> Self {
        let folder = Arc::new(Folder::new("pg"));
        Self { process: None, folder, binaries, options, port: free_port(), log: Log::default() }
    }

    /// Puts the certificate where the settings look for it, and closes the door without TLS.
    pub(super) fn secure(&self) {
        let Some(certificates) = &self.options.certificates else { return };
        self.folder.write("server.crt", certificates.certificate());
        self.folder.write("server.key", certificates.key());
        let doors = cluster::data(&self.folder).join("pg_hba.conf");
        let open = std::fs::read_to_string(&doors).unwrap();
        // In the place of the old text, so that the file keeps its owner.
        std::fs::write(&doors, open.replace("\nhost ", "\nhostssl ")).unwrap();
    }

    fn settings(&self) -> Vec<String> {
        let mut settings =
            vec!["wal_level=replica".to_owned(), format!("max_connections={}", self.options.max_connections)];
        if self.options.certificates.is_some() {
            let path = |name: &str| self.folder.path().join(name).display().to_string();
            settings.push("ssl=on".to_owned());
            settings.push(format!("ssl_cert_file={}", path("server.crt")));
            settings.push(format!("ssl_key_file={}", path("server.key")));
        }
        settings.extend(self.options.settings.iter().cloned());
        settings
    }

    /// The address: `localhost`, for which [`Certificates::make`] signs.
    pub fn host(&self) -> &'static str {
        "localhost"
    }

    /// The port, the same in all its lives.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL for a login, with everything encoded that needs it. It says nothing of TLS.
    pub fn url(&self, user: &str, password: &str, database: &str) -> String {
        super::url(user, password, self.host(), self.port, database)
    }

    /// What the server wrote, in all its lives: sessions that failed, slow statements where a setting wants them.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// A connection of the superuser to a database (the first is `postgres`), past the door: it needs no network, TLS or password.
    pub async fn superuser(&self, database: &str) -> PgConnection {
        let options = PgConnectOptions::new_without_pgpass().socket(self.folder.path()).port(self.port);
        options.username(USER).database(database).application_name("superuser").connect().await.unwrap()
    }

    /// Stops the server and waits until the last of its processes is gone; nobody listens on its port then.
    pub async fn stop(&mut self, how: Stop) {
        let process = self.process.take().expect("a server that runs");
        let signal = match how {
            Stop::Fast => "INT",
            Stop::Immediate => "QUIT",
            Stop::Kill => "KILL",
        };
        tokio::task::spawn_blocking(move || process.stop(signal)).await.unwrap();
    }

    /// Starts the stopped server with its data, on its port; returns when it takes connections.
    pub async fn start_again(&mut self) {
        assert!(self.process.is_none(), "it runs already");
        let (binaries, folder, settings) = (self.binaries.clone(), self.folder.clone(), self.settings());
        let (port, log) = (self.port, self.log.clone());
        let start = move || {
            let until = Instant::now() + PATIENCE;
            loop {
                let process = cluster::serve(&binaries, &folder, port, &settings, &log);
                if process.is_some() || Instant::now() > until {
                    return process;
                }
                std::thread::sleep(Duration::from_millis(100));
            }
        };
        self.process = tokio::task::spawn_blocking(start).await.unwrap();
        assert!(self.process.is_some(), "PostgreSQL did not start: {}", self.log());
    }

    /// Stops and starts it.
    pub async fn restart(&mut self, how: Stop) {
        self.stop(how).await;
        self.start_again().await;
    }
}
