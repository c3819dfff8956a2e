//! The start of the real binaries under a Lambda Runtime API: from the process to the first `GET /invocation/next`, the memory that
//! takes, and the first answer.
//!
//! The Runtime API is a bare listener (`runtime_api`), so that nothing but the binary is timed. What Lambda does before (fetching
//! the package, starting the sandbox) is not in these numbers.

mod runtime_api;

use crate::Trouble;
use crate::samples::Samples;
use crate::server::Server;
use db::Db;
use domain::connection::Database;
use runtime_api::RuntimeApi;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const INIT_MS: f64 = 2.5;
const BINARY_MB: f64 = 6.5;
const MEMORY_MB: f64 = 10.0;
const PATIENCE: Duration = Duration::from_secs(10);
const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:sharaspot-AbCdEf";
const LISTING_EVENT: &str = include_str!("../../../events/get-chargers.nearby.json");
const ROUTE_EVENT: &str = include_str!("../../../events/post-routing-calculate.polyline.json");

/// What the starts of one binary took.
#[derive(Debug, Default)]
struct Starts {
    init: Samples,
    first_answer: Samples,
    init_memory_mb: f64,
    memory_mb: f64,
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
        for (name, variable) in [("secret", ("DB_SECRET_ARN", SECRET)), ("URL", ("DATABASE_URL", &*url))] {
            let starts = start_often(binary, variable, runs)?;
            write_row(&mut table, binary, name, &starts)?;
        }
    }
    Ok(table)
}

fn start_often(binary: &Path, database: (&str, &str), runs: usize) -> Result<Starts, Trouble> {
    let mut starts = Starts::default();
    // The first start reads the file from disk; it counts as warming up.
    for run in 0..=runs {
        let mut api = RuntimeApi::listen()?;
        let started = Instant::now();
        let mut child = Started(command(binary, api.address(), database).spawn()?);
        let asked = api.next(PATIENCE)?;
        let init_memory_mb = child.peak_memory_mb()?;
        // With a secret there is nobody to ask for it.
        let answer = if database.0 == "DATABASE_URL" { Some(api.invoke(event(binary), PATIENCE)?) } else { None };
        let memory_mb = child.peak_memory_mb()?;
        child.end()?;
        if run == 0 {
            continue;
        }
        starts.init.push(asked - started);
        starts.init_memory_mb = starts.init_memory_mb.max(init_memory_mb);
        starts.memory_mb = starts.memory_mb.max(memory_mb);
        if let Some(took) = answer {
            starts.first_answer.push(took);
        }
    }
    Ok(starts)
}

fn event(binary: &Path) -> &'static str {
    if binary.ends_with("route-search") { ROUTE_EVENT } else { LISTING_EVENT }
}

/// The environment is Lambda's and nothing else.
fn command(binary: &Path, address: String, database: (&str, &str)) -> Command {
    let mut command = Command::new(binary);
    command.env_clear().env(database.0, database.1).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.envs([
        ("APP_ENV", "production"),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_RUNTIME_API", &*address),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("PHOTO_BASE_URL", "https://photos.example"),
        ("S3_BUCKET", "photos"),
    ]);
    command
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
