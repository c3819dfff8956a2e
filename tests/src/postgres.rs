//! PostgreSQL. [`create_database`] is for ordinary tests: one server for all of this process, started with the first test that
//! wants it. [`Server`] is for hard ones: a server of the test's own, to be stopped, killed, copied and locked out of.
//!
//! Each is gone with the test process, however that ends, and its folder too.

mod cluster;
mod replica;
mod roles;
mod server;

pub use server::{Options, PASSWORD, Server, Stop, USER};

use crate::watched::{Folder, Log, Process, free_port};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::{Connection, Executor, PgConnection};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

struct Shared {
    port: u16,
    _process: Process,
    _folder: Folder,
}

static SHARED: OnceLock<Option<Shared>> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The URL of a new, empty database; `None` where PostgreSQL is not installed.
pub async fn create_database() -> Option<String> {
    let server = SHARED.get_or_init(|| cluster::binaries().map(|binaries| start(&binaries)));
    let url = |database: &str, port| format!("postgres://tests@127.0.0.1:{port}/{database}?sslmode=disable");
    let port = server.as_ref()?.port;
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&url("postgres", port)).await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    connection.close().await.unwrap();
    Some(url(&name, port))
}

/// A connection URL with everything encoded that needs it.
pub(crate) fn url(user: &str, password: &str, host: &str, port: u16, database: &str) -> String {
    let [user, password, database] = [user, password, database].map(|part| utf8_percent_encode(part, NON_ALPHANUMERIC));
    format!("postgres://{user}:{password}@{host}:{port}/{database}")
}

/// Starts the server that the tests of this process share: it asks for no password and keeps nothing.
fn start(binaries: &Path) -> Shared {
    let folder = Folder::new("pg");
    cluster::init(binaries, &folder, &["--auth=trust"]);
    let settings = ["max_connections=200", "synchronous_commit=off"].map(str::to_owned);
    // Another may take the port meanwhile.
    let attempt = |port| Some((port, cluster::serve(binaries, &folder, port, &settings, &Log::default())?));
    let (port, process) =
        std::iter::repeat_with(free_port).take(5).find_map(attempt).expect("PostgreSQL did not start");
    Shared { port, _process: process, _folder: folder }
}
