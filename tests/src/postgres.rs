//! A PostgreSQL server of this test process: started with the first test that wants it, gone with the process.

use sqlx::{Connection, Executor, PgConnection};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The shell outlives this process by a breath: when the pipe on its standard input closes, however this process ended, it stops
/// the server and takes the folder away. Only the server keeps the error output open: its end is the server's end.
const WATCHED_SERVER: &str = r#"
"$1" -D "$2/data" -k "$2" -p "$3" -c listen_addresses=127.0.0.1 -c max_connections=200 -c fsync=off \
    -c synchronous_commit=off -c full_page_writes=off -c log_min_messages=log </dev/null &
exec 2>/dev/null
cat >/dev/null
kill -INT $!
wait
rm -rf "$2"
"#;

struct Server {
    port: u16,
    /// Holds the pipe that keeps the server alive.
    _watcher: Child,
}

static SERVER: OnceLock<Option<Server>> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The URL of a new, empty database; `None` where PostgreSQL is not installed.
pub async fn create_database() -> Option<String> {
    let server = SERVER.get_or_init(|| {
        let attempt = |binaries: PathBuf| (0..5).find_map(|_| start(&binaries)).expect("PostgreSQL did not start");
        let server = binaries().map(attempt);
        if server.is_none() {
            println!("skipped: PostgreSQL is not installed (`make test` installs it)");
        }
        server
    });
    let url = |database: &str, port| format!("postgres://tests@127.0.0.1:{port}/{database}?sslmode=disable");
    let port = server.as_ref()?.port;
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&url("postgres", port)).await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    connection.close().await.unwrap();
    Some(url(&name, port))
}

/// The folder of `initdb` and `postgres`.
fn binaries() -> Option<PathBuf> {
    let on_path =
        std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let said = Command::new("pg_config").arg("--bindir").output().ok();
    let said = said.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let packaged = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let packaged = packaged.map(|version| version.path().join("bin"));
    let is_complete = |dir: &PathBuf| dir.join("initdb").is_file() && dir.join("postgres").is_file();
    on_path.chain(said).chain(packaged).find(is_complete)
}

/// Starts a server in a folder of its own; `None` where another took its port meanwhile.
fn start(binaries: &Path) -> Option<Server> {
    let dir = tempfile::Builder::new().prefix("pg").tempdir().unwrap().keep();
    let user = unprivileged_user(&dir);
    if let Some((uid, gid)) = user {
        chown(&dir, Some(uid), Some(gid)).unwrap();
    }
    let initdb = as_user(Command::new(binaries.join("initdb")), user)
        .args(["--no-sync", "--no-locale", "--encoding=UTF8", "--auth=trust", "--username=tests", "-D"])
        .arg(dir.join("data"))
        .output()
        .unwrap();
    assert!(initdb.status.success(), "initdb: {}", String::from_utf8_lossy(&initdb.stderr));
    serve(binaries, &dir, user)
}

/// Waits for the server's word that it is ready.
fn serve(binaries: &Path, dir: &Path, user: Option<(u32, u32)>) -> Option<Server> {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut watcher = as_user(Command::new("sh"), user)
        .args(["-c", WATCHED_SERVER, "sh"])
        .arg(binaries.join("postgres"))
        .arg(dir)
        .arg(port.to_string())
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(watcher.stderr.take().unwrap()).lines().map_while(Result::ok);
    if !lines.any(|line| line.contains("ready to accept connections")) {
        drop(watcher.stdin.take());
        watcher.wait().unwrap();
        return None;
    }
    // A full pipe would stop the server.
    std::thread::spawn(move || lines.for_each(drop));
    Some(Server { port, _watcher: watcher })
}

/// PostgreSQL refuses to run as root; then another user it is.
fn unprivileged_user(dir: &Path) -> Option<(u32, u32)> {
    if std::fs::metadata(dir).unwrap().uid() != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let find = |name: &str| {
        let fields: Vec<_> =
            users.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|user| user[0] == name)?;
        Some((fields[2].parse().ok()?, fields[3].parse().ok()?))
    };
    Some(find("postgres").or_else(|| find("nobody")).expect("a user that is not root"))
}

fn as_user(mut command: Command, user: Option<(u32, u32)>) -> Command {
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command.current_dir("/");
    command
}
