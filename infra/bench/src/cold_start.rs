//! The start of real programs under a Lambda Runtime API: from the process to the first `GET /invocation/next`, the memory that
//! takes, and the first answer.
//!
//! The Runtime API is a bare listener (`runtime_api`), so that nothing but the program is timed. What Lambda does before (fetching
//! the package, starting the sandbox) is not in these numbers.

mod runtime_api;

use crate::Trouble;
use crate::samples::Samples;
use crate::server::Server;
use db::Db;
use domain::connection::Database;
use runtime_api::RuntimeApi;
use std::ffi::OsString;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const INIT_MS: f64 = 2.0;
const BINARY_MB: f64 = 6.5;
const MEMORY_MB: f64 = 10.0;
const PATIENCE: Duration = Duration::from_secs(10);
const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:sharaspot-AbCdEf";
const LISTING_EVENT: &str = include_str!("../../../events/get-chargers.nearby.json");
const ROUTE_EVENT: &str = include_str!("../../../events/post-routing-calculate.polyline.json");

/// A program that Lambda could start.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The program and what it is told.
    pub command: Vec<OsString>,
    /// Its environment, beside what Lambda sets itself.
    pub variables: Vec<(String, String)>,
    /// Its first event, and a text that the answer must hold; `None` where there is nobody to answer it with.
    pub first: Option<(String, String)>,
}

/// What the starts of one program took.
#[derive(Clone, Debug, Default)]
pub struct Starts {
    /// From the process to the first `GET /invocation/next`.
    pub init: Samples,
    /// From the first event to its answer.
    pub first_answer: Samples,
    /// The most memory that any start had needed until it asked for its event.
    pub init_memory_mb: f64,
    /// And until it had answered.
    pub memory_mb: f64,
}

/// Starts each program so often, in turns, so that whatever else the machine does meets all of them; once more before, since the
/// first start reads the file from disk.
///
/// # Errors
/// When a program does not start, or does not answer as it must.
pub fn start_in_turns(candidates: &[Candidate], runs: usize) -> Result<Vec<Starts>, Trouble> {
    let mut all = vec![Starts::default(); candidates.len()];
    for run in 0..=runs {
        for (candidate, starts) in candidates.iter().zip(&mut all) {
            let mut warming_up = Starts::default();
            start(candidate, if run == 0 { &mut warming_up } else { starts })?;
        }
    }
    Ok(all)
}

fn start(candidate: &Candidate, starts: &mut Starts) -> Result<(), Trouble> {
    let mut api = RuntimeApi::listen()?;
    let mut command = command(candidate, api.address())?;
    let started = Instant::now();
    let mut child = Started(command.spawn()?);
    let asked = api.next(PATIENCE)?;
    starts.init.push(asked - started);
    starts.init_memory_mb = starts.init_memory_mb.max(child.peak_memory_mb()?);
    if let Some((event, expected)) = &candidate.first {
        starts.first_answer.push(api.invoke(event, expected, PATIENCE)?);
    }
    starts.memory_mb = starts.memory_mb.max(child.peak_memory_mb()?);
    child.end()
}

/// The environment is Lambda's and nothing else.
fn command(candidate: &Candidate, address: String) -> Result<Command, Trouble> {
    let (program, arguments) = candidate.command.split_first().ok_or("a command without a program")?;
    let mut command = Command::new(program);
    command.args(arguments).env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.envs([
        ("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE"),
        ("AWS_DEFAULT_REGION", "eu-central-1"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_RUNTIME_API", &*address),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("AWS_SESSION_TOKEN", "a-token"),
    ]);
    command.envs(candidate.variables.iter().map(|(name, value)| (name, value)));
    Ok(command)
}

/// Starts each binary so often, with a login from a secret (which is not fetched before the first request) and with a URL.
/// The table, as Markdown.
///
/// # Errors
/// When a binary does not start, or does not answer its first event with 200.
pub async fn run(binaries: &[PathBuf], runs: usize, place: &Path) -> Result<String, Trouble> {
    let server = Server::start(place)?;
    let url = server.url("postgres");
    let none = |_, _| -> secrets::PendingLogin { Box::pin(async { Err(domain::Error::internal("no secret here")) }) };
    let db = Db::open(&Database::at(&url, 1), "bench", config::world(), none).await?;
    db.migrate_up().await?;
    db.close().await;
    let mut table = format!(
        "| binary | MB | database | init p50 ms | p99 ms | peak MB at init | first answer p50 ms | peak MB then | \
         ≤ {INIT_MS} ms, ≤ {BINARY_MB} MB, ≤ {MEMORY_MB} MB |\n|---|---|---|---|---|---|---|---|---|\n"
    );
    for binary in binaries {
        // With a secret there is nobody to ask for it.
        let with_secret = candidate(binary, ("DB_SECRET_ARN", SECRET), None);
        let with_url = candidate(binary, ("DATABASE_URL", &url), Some((event(binary), "\"statusCode\":200")));
        let starts = start_in_turns(&[with_secret, with_url], runs)?;
        for (name, starts) in ["secret", "URL"].into_iter().zip(&starts) {
            write_row(&mut table, binary, name, starts)?;
        }
    }
    Ok(table)
}

fn candidate(binary: &Path, database: (&str, &str), first: Option<(&str, &str)>) -> Candidate {
    let variables =
        [("APP_ENV", "production"), ("PHOTO_BASE_URL", "https://photos.example"), ("S3_BUCKET", "photos"), database];
    let owned = |(one, other): (&str, &str)| (one.to_owned(), other.to_owned());
    let command = vec![binary.as_os_str().to_owned()];
    Candidate { command, variables: variables.map(owned).to_vec(), first: first.map(owned) }
}

fn event(binary: &Path) -> &'static str {
    if binary.ends_with("route-search") { ROUTE_EVENT } else { LISTING_EVENT }
}

/// A process that ends with its owner.
#[derive(Debug)]
struct Started(Child);

impl Started {
    fn peak_memory_mb(&self) -> Result<f64, Trouble> {
        let said = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let peak = said.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        let peak_kb: f64 = peak.ok_or("the process has no peak of memory: it has ended")?;
        Ok(peak_kb / 1024.0)
    }

    fn end(&mut self) -> Result<(), Trouble> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // Where it has ended already there is nothing to do.
        let _ = self.end();
    }
}

fn write_row(table: &mut String, binary: &Path, database: &str, starts: &Starts) -> Result<(), Trouble> {
    let name = binary.file_name().unwrap_or_default().to_string_lossy();
    let size_mb = std::fs::metadata(binary)?.len() as f64 / 1e6;
    let verdict = |is_met: bool| if is_met { "met" } else { "**missed**" };
    let (init, first) = (&starts.init, &starts.first_answer);
    writeln!(
        table,
        "| {name} | {size_mb:.2} | {database} | {:.2} | {:.2} | {:.1} | {} | {:.1} | {}, {}, {} |",
        init.p50_ms(),
        init.percentile_ms(99),
        starts.init_memory_mb,
        if first.count() == 0 { "–".to_owned() } else { format!("{:.1}", first.p50_ms()) },
        starts.memory_mb,
        verdict(init.p50_ms() <= INIT_MS),
        verdict(size_mb <= BINARY_MB),
        verdict(starts.memory_mb <= MEMORY_MB),
    )?;
    Ok(())
}
