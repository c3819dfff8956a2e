//! A PostgreSQL server of this bench, set up as in production and gone with the process.

use crate::Trouble;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Outlives this process by a breath: when the pipe on its standard input closes, it stops the server and takes the folder away.
const WATCHED_SERVER: &str = r#"
server="$1"; dir="$2"; shift 2
"$server" -D "$dir/data" -k "$dir" "$@" </dev/null &
exec 2>/dev/null
cat >/dev/null
kill -INT $!
wait
rm -rf "$dir"
"#;

/// The same for every way to answer. Nothing here is read from disk twice, so that `fsync` costs nobody anything: what is timed
/// are reads, and the filling. Vacuum and statistics are made by hand, so that none begins in the middle.
const SETTINGS: [&str; 15] = [
    "listen_addresses=127.0.0.1",
    "random_page_cost=1.1",
    "effective_io_concurrency=200",
    "work_mem=32MB",
    "maintenance_work_mem=512MB",
    "jit=off",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=8GB",
    "checkpoint_timeout=30min",
    "autovacuum=off",
    "stats_fetch_consistency=none",
];

/// The largest buffer that it takes, in MB.
const MAX_BUFFERS_MB: u64 = 4096;

/// A running server.
#[derive(Debug)]
pub struct Server {
    port: u16,
    settings: Vec<String>,
    /// Holds the pipe that keeps the server alive.
    _watcher: Child,
}

impl Server {
    /// Starts a server in a new folder below `place`.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start.
    pub fn start(place: &Path) -> Result<Self, Trouble> {
        let binaries = binaries().ok_or("PostgreSQL is not installed: infra/setup.sh bench installs it")?;
        let dir = tempfile::Builder::new().prefix("bench-db-").tempdir_in(place)?.keep();
        let user = unprivileged_user(&dir)?;
        if let Some((uid, gid)) = user {
            chown(&dir, Some(uid), Some(gid))?;
        }
        let initdb = as_user(Command::new(binaries.join("initdb")), user)
            .args(["--no-sync", "--no-locale", "--encoding=UTF8", "--auth=trust", "--username=bench", "-D"])
            .arg(dir.join("data"))
            .output()?;
        if !initdb.status.success() {
            return Err(format!("initdb: {}", String::from_utf8_lossy(&initdb.stderr)).into());
        }
        serve(&binaries, &dir, user)
    }

    /// The URL of a database of this server.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://bench@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// What it was started with.
    pub fn settings(&self) -> String {
        self.settings.join(", ")
    }
}

fn serve(binaries: &Path, dir: &Path, user: Option<(u32, u32)>) -> Result<Server, Trouble> {
    let memory_mb = memory_mb()?;
    let mut settings: Vec<String> = SETTINGS.iter().map(|setting| (*setting).to_owned()).collect();
    settings.push(format!("shared_buffers={}MB", (memory_mb / 4).min(MAX_BUFFERS_MB)));
    settings.push(format!("effective_cache_size={}MB", memory_mb / 2));
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut watcher = as_user(Command::new("sh"), user)
        .args(["-c", WATCHED_SERVER, "sh"])
        .arg(binaries.join("postgres"))
        .arg(dir)
        .args(["-p", &port.to_string()])
        .args(settings.iter().flat_map(|setting| ["-c", setting]))
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let stderr = watcher.stderr.take().ok_or("the server has no error output")?;
    let mut lines = BufReader::new(stderr).lines().map_while(Result::ok);
    if !lines.any(|line| line.contains("ready to accept connections")) {
        return Err("PostgreSQL did not start".into());
    }
    // A full pipe would stop the server.
    std::thread::spawn(move || lines.filter(|line| line.contains("PANIC")).for_each(|line| eprintln!("{line}")));
    Ok(Server { port, settings, _watcher: watcher })
}

/// The memory of this machine.
fn memory_mb() -> Result<u64, Trouble> {
    let said = std::fs::read_to_string("/proc/meminfo")?;
    let total = said.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.parse().ok());
    let total: u64 = total.ok_or("/proc/meminfo has no MemTotal")?;
    Ok(total / 1024)
}

/// The folder of `initdb` and `postgres`.
pub(crate) fn binaries() -> Option<PathBuf> {
    let said = Command::new("pg_config").arg("--bindir").output().ok();
    let said = said.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let packaged = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let packaged = packaged.map(|version| version.path().join("bin"));
    let is_complete = |dir: &PathBuf| dir.join("initdb").is_file() && dir.join("postgres").is_file();
    packaged.chain(said).find(is_complete)
}

/// PostgreSQL refuses to run as root; then another user it is.
fn unprivileged_user(dir: &Path) -> Result<Option<(u32, u32)>, Trouble> {
    if std::fs::metadata(dir)?.uid() != 0 {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd")?;
    let find = |name: &str| {
        let mut users = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
        let fields = users.find(|user| user.first() == Some(&name))?;
        Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
    };
    Ok(Some(find("postgres").or_else(|| find("nobody")).ok_or("there is no user that is not root")?))
}

fn as_user(mut command: Command, user: Option<(u32, u32)>) -> Command {
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command.current_dir("/");
    command
}
