//! PgBouncer in transaction mode: many clients, few connections to the server, and each transaction may run on another one.

use crate::postgres::{self, PASSWORD, Server, USER};
use crate::watched::{Folder, Log, Process, free_port};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A PgBouncer before a server, gone with this value.
#[derive(Debug)]
pub struct PgBouncer {
    _process: Process,
    _folder: Folder,
    port: u16,
    log: Log,
}

impl PgBouncer {
    /// Starts one that keeps at most `pool_size` connections for each login and database. Every login of the server works here with
    /// its own password, also one that is made or changed later. It follows no prepared statements, and takes no startup parameter
    /// but what the protocol of its day has, and `extra_float_digits`, which it drops.
    ///
    /// `None`, and a line that says so, where PgBouncer is not installed. The server must have no TLS.
    pub async fn start(server: &Server, pool_size: u32) -> Option<Self> {
        Self::start_before(server.port(), pool_size).await
    }

    /// As [`PgBouncer::start`], before whatever server is behind this port.
    pub async fn start_before(server_port: u16, pool_size: u32) -> Option<Self> {
        let Some((program, version)) = installed() else {
            println!("skipped: PgBouncer is not installed (`make test` installs it)");
            return None;
        };
        let start = move || {
            // Another may take the port meanwhile.
            let attempt = |port| start(&program, &settings(port, server_port, pool_size, version), port);
            std::iter::repeat_with(free_port).take(5).find_map(attempt)
        };
        Some(tokio::task::spawn_blocking(start).await.unwrap().expect("PgBouncer did not start"))
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL for a login of the server.
    pub fn url(&self, user: &str, password: &str, database: &str) -> String {
        postgres::url(user, password, "127.0.0.1", self.port, database)
    }

    /// What it wrote: logins, refusals, trouble with the server.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }
}

/// The program, which some systems keep off the path, and its version.
fn installed() -> Option<(PathBuf, (u32, u32))> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    let program = dirs.map(|dir| dir.join("pgbouncer")).find(|program| program.is_file())?;
    let said = Command::new(&program).arg("--version").output().ok()?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let mut numbers = said.lines().next()?.strip_prefix("PgBouncer ")?.split('.').map(str::parse);
    Some((program, (numbers.next()?.ok()?, numbers.next()?.ok()?)))
}

fn settings(port: u16, server_port: u16, pool_size: u32, version: (u32, u32)) -> String {
    // Before 1.21 there is no such setting, nor what it turns off.
    let prepared = if version >= (1, 21) { "max_prepared_statements = 0" } else { "" };
    format!(
        "[databases]
* = host=127.0.0.1 port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
pool_mode = transaction
default_pool_size = {pool_size}
max_client_conn = 200
auth_type = scram-sha-256
auth_user = {USER}
ignore_startup_parameters = extra_float_digits
{prepared}
"
    )
}

fn start(program: &Path, settings: &str, port: u16) -> Option<PgBouncer> {
    let (folder, log) = (Folder::new("pgbouncer"), Log::default());
    let users = folder.write("users", &format!("\"{USER}\" \"{PASSWORD}\"\n"));
    let settings = folder.write("settings.ini", &format!("{settings}auth_file = {}\n", users.display()));
    let command = [program, &settings].map(|path| path.to_str().unwrap().to_owned());
    let process = Process::start(&folder, &command, "process up", "TERM", &log)?;
    Some(PgBouncer { _process: process, _folder: folder, port, log })
}
