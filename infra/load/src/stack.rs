//! The two stacks, as processes: the embedded server on SQLite and a folder, and the same program on PostgreSQL, a bucket and Redis.

mod bucket;
pub(crate) mod disk;
pub(crate) mod faults;
pub(crate) mod optimizer;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod redis;
mod seed;

use crate::Trouble;
use bucket::Bucket;
use disk::Disk;
use postgres::Postgres;
use process::{Process, Program, free_port, run_to_end};
use redis::Redis;
pub(crate) use seed::Seed;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio::net::TcpStream;

/// Where the chargers are: around the route from New York to Buffalo of `events/`.
const AREA: &str = "--bbox=-80,40,-73,45";
/// Room for what a run writes.
const DISK_MB: u64 = 256;

/// Which part of the embedded stack is on a disk that can be full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnDisk {
    /// None.
    Nothing,
    /// The photos.
    Store,
    /// The photos and the SQLite file.
    Everything,
}

/// A running stack. Its parts end in the order of the fields.
#[derive(Debug)]
pub(crate) struct Stack {
    /// What tables call it.
    pub(crate) name: &'static str,
    server: Process,
    optimizer: Option<Process>,
    /// The database, where it is not a file.
    pub(crate) postgres: Option<Postgres>,
    /// The shared tier of the cache.
    pub(crate) redis: Option<Redis>,
    /// The bucket, where photos are not in a folder.
    pub(crate) bucket: Option<Bucket>,
    /// The disk that can be full.
    pub(crate) disk: Option<Disk>,
    port: u16,
    /// What every program of ours is told.
    variables: Vec<(&'static str, String)>,
    _place: TempDir,
}

impl Stack {
    /// Starts the embedded stack on a copy of the seed.
    ///
    /// # Errors
    /// When something of it does not start; a disk, where this user may not mount one.
    pub(crate) async fn embedded(seed: &Seed, on_disk: OnDisk) -> Result<Self, Trouble> {
        let place = place()?;
        let data = place.path().join("data");
        let size_mb = DISK_MB + seed.size_bytes()? / 1_000_000;
        let disk = match on_disk {
            OnDisk::Nothing => None,
            OnDisk::Store => Some(Disk::mount(&data.join("photos"), size_mb)?),
            OnDisk::Everything => Some(Disk::mount(&data, size_mb)?),
        };
        seed.copy(&data)?;
        let variables = vec![("DATA_DIR", data.display().to_string())];
        let port = free_port()?;
        let server = serve(place.path(), port, &variables).await?;
        let name = "embedded";
        let (optimizer, postgres, redis, bucket) = (None, None, None, None);
        Ok(Self { name, server, optimizer, postgres, redis, bucket, disk, port, variables, _place: place })
    }

    /// Starts the stack on PostgreSQL, a bucket and Redis, with this many made-up chargers.
    ///
    /// # Errors
    /// When something of it is not installed or does not start.
    pub(crate) async fn on_postgres(chargers: u64) -> Result<Self, Trouble> {
        let place = place()?;
        let postgres = Postgres::start(place.path()).await?;
        let redis = Redis::start(place.path()).await?;
        let bucket = Bucket::start(place.path()).await?;
        let mut variables = bucket.variables();
        variables.push(("DATABASE_URL", postgres.url()));
        variables.push(("CACHE_URL", redis.url()));
        variables.push(("DATA_DIR", place.path().join("data").display().to_string()));
        run_to_end(&program("ops")?, &["migrate", "up"], &variables).await?;
        fill(&variables, chargers).await?;
        let port = free_port()?;
        let server = serve(place.path(), port, &variables).await?;
        let optimizer = optimize(place.path(), &bucket.dir(), &variables).await?;
        Ok(Self {
            name: "PostgreSQL",
            server,
            optimizer: Some(optimizer),
            postgres: Some(postgres),
            redis: Some(redis),
            bucket: Some(bucket),
            disk: None,
            port,
            variables,
            _place: place,
        })
    }

    /// Where the API is.
    pub(crate) fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Every process of it that runs, the server first.
    pub(crate) fn processes(&self) -> Vec<&Process> {
        let servers = [Some(&self.server), self.optimizer.as_ref()];
        let others = [self.postgres.as_ref().and_then(Postgres::process), self.redis.as_ref().and_then(Redis::process)];
        servers.into_iter().chain(others).flatten().collect()
    }

    /// What is wrong with programs of ours: that they have ended although nobody stopped them, or panicked.
    pub(crate) fn casualties(&self) -> Vec<String> {
        let ours = [Some(&self.server), self.optimizer.as_ref()].into_iter().flatten();
        let said = ours.filter_map(|process| match (process.is_alive(), process.has_panicked()) {
            (false, _) => Some(format!("{} has ended", process.name)),
            (_, true) => Some(format!("{} has panicked", process.name)),
            _ => None,
        });
        said.collect()
    }

    /// Runs `ops` against it and answers what it printed.
    ///
    /// # Errors
    /// When it fails.
    pub(crate) async fn ops(&self, arguments: &[&str]) -> Result<String, Trouble> {
        run_to_end(&program("ops")?, arguments, &self.variables).await
    }
}

/// A folder for everything of one stack, which other users may look into: the database is one's who is not root.
fn place() -> Result<TempDir, Trouble> {
    let place = tempfile::Builder::new().prefix("load-").tempdir()?;
    std::fs::set_permissions(&place, PermissionsExt::from_mode(0o755))?;
    Ok(place)
}

/// A program of ours: it lies where this one does.
fn program(name: &str) -> Result<PathBuf, Trouble> {
    let program = std::env::current_exe()?.with_file_name(name);
    if program.is_file() { Ok(program) } else { Err(format!("{} is not built", program.display()).into()) }
}

async fn fill(variables: &[(&'static str, String)], chargers: u64) -> Result<(), Trouble> {
    run_to_end(&program("ops")?, &["generate", "--chargers", &chargers.to_string(), AREA], variables).await.map(drop)
}

async fn serve(logs: &Path, port: u16, variables: &[(&'static str, String)]) -> Result<Process, Trouble> {
    let command = vec![program("local")?.display().to_string()];
    let variables = [variables, &[("PORT", port.to_string())]].concat();
    let program = Program { name: "server", command, variables, user: None, logs };
    program.start(async || TcpStream::connect(("127.0.0.1", port)).await.is_ok()).await
}

async fn optimize(logs: &Path, bucket: &Path, variables: &[(&'static str, String)]) -> Result<Process, Trouble> {
    let command = vec![program("load")?.display().to_string(), "optimize".to_owned(), bucket.display().to_string()];
    let program = Program { name: "optimize-photo", command, variables: variables.to_vec(), user: None, logs };
    // It is ready when it looks for events, which it does not say; it says why where it cannot.
    program.start(async || true).await
}
