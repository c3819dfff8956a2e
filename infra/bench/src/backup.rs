//! `ops backup` and `ops restore` as processes, beside `pg_dump | gzip` and `gunzip | psql`, in turn on one server. Ours compares
//! what it has restored with what it has read, row by row, before it says that it is done.

use crate::Trouble;
use crate::db::Scale;
use crate::db::stage::{create_database, fill, run as run_sql};
use crate::server::{Server, binaries};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How often a process is asked for the most memory that it has had.
const POLL: Duration = Duration::from_millis(20);

/// What a process took.
#[derive(Clone, Copy, Debug, Default)]
struct Taken {
    wall: Duration,
    /// VmHWM of the process itself, without those that it starts.
    peak_mb: f64,
}

/// The table, as Markdown.
///
/// # Errors
/// When PostgreSQL is not installed, and for every process that fails.
pub async fn run(ops: &Path, scale: Scale, runs: usize, place: &Path) -> Result<String, Trouble> {
    let server = Server::start(place)?;
    let (url, _) = fill(&server, scale).await?;
    run_sql(&server, &database(&url), "VACUUM ANALYZE").await?;
    let folder = tempfile::Builder::new().prefix("bench-backup-").tempdir_in(place)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..runs.max(1) {
        std::fs::remove_dir_all(folder.path())?;
        std::fs::create_dir(folder.path())?;
        ours.push(watch(of_ours(ops, &url).arg("backup").arg("--to").arg(folder.path()))?);
        theirs.push(watch(&mut dump(&url, folder.path())?)?);
    }
    let (our_bytes, their_bytes) = sizes(folder.path())?;
    let restored = create_database(&server, "restored").await?;
    let our_restore = watch(of_ours(ops, &restored).args(["restore", "--latest", "--from"]).arg(folder.path()))?;
    let played = create_database(&server, "played").await?;
    let their_restore = watch(&mut play(&played, folder.path())?)?;
    let report = Report { scale, ours, theirs, our_bytes, their_bytes, our_restore, their_restore };
    Ok(report.to_string())
}

fn database(url: &str) -> String {
    url.rsplit('/').next().and_then(|rest| rest.split('?').next()).unwrap_or_default().to_owned()
}

fn of_ours(ops: &Path, url: &str) -> Command {
    let mut command = Command::new(ops);
    command.env_clear().env("DATABASE_URL", url).env("RUST_LOG", "error").stdout(Stdio::null());
    command
}

fn shell(script: &str) -> Result<Command, Trouble> {
    let mut command = Command::new("bash");
    let tools = binaries().ok_or("PostgreSQL is not installed")?;
    let path = format!("{}:/usr/bin:/bin", tools.display());
    command.env_clear().env("PATH", path).arg("-c").arg(format!("set -euo pipefail; {script}")).stdout(Stdio::null());
    Ok(command)
}

fn dump(url: &str, folder: &Path) -> Result<Command, Trouble> {
    shell(&format!("pg_dump '{url}' | gzip >'{}/dump.sql.gz'", folder.display()))
}

fn play(url: &str, folder: &Path) -> Result<Command, Trouble> {
    shell(&format!("gunzip -c '{}/dump.sql.gz' | psql -q -v ON_ERROR_STOP=1 '{url}'", folder.display()))
}

fn watch(command: &mut Command) -> Result<Taken, Trouble> {
    let started = Instant::now();
    let mut process = command.spawn()?;
    let mut peak_kb = 0;
    let status: ExitStatus = loop {
        peak_kb = peak_kb.max(high_water_kb(process.id()).unwrap_or_default());
        match process.try_wait()? {
            Some(status) => break status,
            None => std::thread::sleep(POLL),
        }
    };
    let wall = started.elapsed();
    eprintln!("bench-backup: {:?} took {wall:.1?}", command.get_args().next().unwrap_or_default());
    if status.success() {
        Ok(Taken { wall, peak_mb: peak_kb as f64 / 1024.0 })
    } else {
        Err(format!("{command:?}: {status}").into())
    }
}

fn high_water_kb(process_id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process_id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

/// Of our backup and of the dump.
fn sizes(folder: &Path) -> Result<(u64, u64), Trouble> {
    let mut ours = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            for file in std::fs::read_dir(path)? {
                ours += file?.metadata()?.len();
            }
        }
    }
    Ok((ours, std::fs::metadata(folder.join("dump.sql.gz"))?.len()))
}

struct Report {
    scale: Scale,
    ours: Vec<Taken>,
    theirs: Vec<Taken>,
    our_bytes: u64,
    their_bytes: u64,
    our_restore: Taken,
    their_restore: Taken,
}

/// The quickest, with the most memory of any.
fn best(runs: &[Taken]) -> Taken {
    let wall = runs.iter().map(|taken| taken.wall).min().unwrap_or_default();
    Taken { wall, peak_mb: runs.iter().map(|taken| taken.peak_mb).fold(0.0, f64::max) }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (ours, theirs) = (best(&self.ours), best(&self.theirs));
        let mb = |bytes: u64| bytes as f64 / 1e6;
        writeln!(f, "| {} chargers | seconds | speed | peak MB | MB stored |\n|---|---|---|---|---|", self.scale)?;
        let mut row = |what: &str, taken: Taken, beside: Taken, peak: bool, stored: Option<u64>| {
            let speed = beside.wall.as_secs_f64() / taken.wall.as_secs_f64();
            let peak = if peak { format!("{:.0}", taken.peak_mb) } else { "–".to_owned() };
            let stored = stored.map_or_else(|| "–".to_owned(), |bytes| format!("{:.0}", mb(bytes)));
            writeln!(f, "| {what} | {:.1} | {speed:.2} × | {peak} | {stored} |", taken.wall.as_secs_f64())
        };
        row("`ops backup`", ours, theirs, true, Some(self.our_bytes))?;
        row("`pg_dump \\| gzip`", theirs, theirs, false, Some(self.their_bytes))?;
        row("`ops restore`", self.our_restore, self.their_restore, true, None)?;
        row("`gunzip \\| psql`", self.their_restore, self.their_restore, false, None)
    }
}
