//! Programs of a stack, which end with this process however it ends.

use crate::Trouble;
use bench::server::as_user;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Starts a program and says its number; stops it with the signal that it reads, or when the pipe on its standard input closes.
const WATCHER: &str = r#"
log="$1"; shift
"$@" </dev/null >>"$log" 2>&1 &
echo $!
exec >/dev/null 2>&1
read -r signal
kill -"${signal:-TERM}" $!
wait
"#;

/// How often something is looked at that will be so in a moment.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Far more than a program takes to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// How to start a program.
#[derive(Debug)]
pub(crate) struct Program<'a> {
    /// What tables call it.
    pub(crate) name: &'static str,
    /// Where it lies, and what it is told.
    pub(crate) command: Vec<String>,
    /// Its whole environment, beside `PATH`: nothing of the terminal's gets in.
    pub(crate) variables: Vec<(&'static str, String)>,
    /// Who runs it, where that is not the user of this process.
    pub(crate) user: Option<(u32, u32)>,
    /// The folder of its log.
    pub(crate) logs: &'a Path,
}

/// A running program.
#[derive(Debug)]
pub(crate) struct Process {
    /// What tables call it.
    pub(crate) name: &'static str,
    /// Its number.
    pub(crate) id: u32,
    log: PathBuf,
    watcher: Child,
}

impl Program<'_> {
    /// Starts it and waits until `is_ready` says so.
    ///
    /// # Errors
    /// When it ends instead; then the last lines of its log.
    pub(crate) async fn start(self, mut is_ready: impl AsyncFnMut() -> bool) -> Result<Process, Trouble> {
        let mut process = self.spawn()?;
        let until = Instant::now() + PATIENCE;
        while !is_ready().await {
            if !is_alive(process.id) || Instant::now() > until {
                process.end("TERM");
                return Err(format!("{} does not start:\n{}", process.name, process.last_lines(5)).into());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(process)
    }

    fn spawn(self) -> Result<Process, Trouble> {
        let log = self.logs.join(format!("{}.log", self.name.replace(' ', "-")));
        let mut watcher = as_user(Command::new("sh"), self.user)
            .args(["-c", WATCHER, "sh"])
            .arg(&log)
            .args(&self.command)
            .env_clear()
            .env("PATH", PATH)
            .envs(self.variables)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut number = String::new();
        BufReader::new(watcher.stdout.take().ok_or("a watcher without output")?).read_line(&mut number)?;
        Ok(Process { name: self.name, id: number.trim().parse()?, log, watcher })
    }
}

/// Where programs are that are not ours.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

impl Process {
    /// Stops it with a signal and waits until it is gone.
    pub(crate) fn end(&mut self, signal: &str) {
        if let Some(mut stdin) = self.watcher.stdin.take() {
            let _ = writeln!(stdin, "{signal}");
        }
        let _ = self.watcher.wait();
    }

    /// Kills it and everything that it has started at once, as a machine does that loses its power; then it is gone.
    pub(crate) fn kill(&mut self) {
        let family = [vec![self.id], children(self.id)].concat();
        let _ = Command::new("kill").arg("-9").args(family.iter().map(u32::to_string)).stderr(Stdio::null()).status();
        self.end("KILL");
        while family.iter().any(|id| is_alive(*id)) {
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// Whether it runs.
    pub(crate) fn is_alive(&self) -> bool {
        is_alive(self.id)
    }

    /// Whether its log tells of a panic.
    pub(crate) fn has_panicked(&self) -> bool {
        let Ok(log) = std::fs::File::open(&self.log) else { return false };
        BufReader::new(log).lines().map_while(Result::ok).any(|line| line.contains("panicked at"))
    }

    fn last_lines(&self, count: usize) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = log.lines().rev().take(count).collect();
        lines.iter().rev().fold(String::new(), |mut text, line| {
            let _ = writeln!(text, "    {line}");
            text
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end("TERM");
    }
}

/// Runs one of our programs to its end and answers what it printed.
///
/// # Errors
/// When it fails; then what it said.
pub(crate) async fn run_to_end(
    program: &Path,
    arguments: &[&str],
    variables: &[(&'static str, String)],
) -> Result<String, Trouble> {
    let mut command = tokio::process::Command::new(program);
    command.args(arguments).env_clear().env("PATH", PATH).envs(variables.iter().cloned());
    let output = command.kill_on_drop(true).output().await?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() {
        return Ok(said);
    }
    let name = program.file_name().unwrap_or_default().display();
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!("{name} {}: {}: {said}{complaint}", arguments.join(" "), output.status).into())
}

/// A port for a server that may be away for a while: of those that systems do not give to the clients' ends of connections.
pub(crate) fn free_port() -> Result<u16, Trouble> {
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let mut draws = std::iter::repeat_with(|| rand::random_range(10_240..30_000)).take(1000);
    Ok(draws.find(is_free).ok_or("there is no free port")?)
}

/// The processes that a process has started.
pub(crate) fn children(id: u32) -> Vec<u32> {
    let said = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    said.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}

/// Whether a process runs: one that has ended and that nobody has asked about does not.
fn is_alive(id: u32) -> bool {
    let said = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    said.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}
