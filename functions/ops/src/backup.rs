//! Everything in the database, as it is at one moment, into a folder of compressed parts.
//!
//! A backup is a folder `sharaspot-backup-<time>` ([`name`]) of parts and, written last, a [`manifest`]; without that it is
//! unfinished, and nobody takes it for a backup. A moment cannot be held longer than one run, so what a run has left that was ended
//! is gone on with by reading anew: parts are named by what is in them, and those that are there already are neither compressed nor
//! sent again.
//!
//! Memory: one part is read (16 MB and the rest of a row) while two others are compressed and sent, however much there is.
//! At a million chargers the process took 97 MB at most (`make bench-backup`).

pub(crate) mod manifest;
pub(crate) mod name;
pub(crate) mod pack;
mod rotation;
pub(crate) mod shelf;
mod store;
mod summary;

pub use summary::Summary;

use crate::allowance::Allowance;
use crate::migrate::require_schema;
use crate::{App, Report};
use clap::Args;
use db::dump::{Hasher, Shape, Snapshot, hash_of};
use domain::{Error, Kind, Result, Timestamp};
use manifest::{Manifest, TableParts};
use serde::Deserialize;
use shelf::Kept;
use std::time::{Duration, Instant};
use storage::Place;
use store::Store;

const DAY_S: i64 = 24 * 60 * 60;
const MIN_DAYS: i64 = 1;
const MAX_DAYS: i64 = 36_500;
/// A run that was killed a moment ago may still hold its lock: the server has to notice first.
const PATIENCE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(250);

/// Where to, and for how long.
#[derive(Clone, Debug, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// Where backups are kept, instead of BACKUP_TO; one place for each database
    #[arg(long, value_name = "DIR|s3://BUCKET/PREFIX")]
    to: Option<String>,
    /// Earlier backups go that are older, when this one is complete
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(i64).range(MIN_DAYS..=MAX_DAYS))]
    keep_days: i64,
}

impl Default for Request {
    fn default() -> Self {
        Self { to: None, keep_days: 7 }
    }
}

/// Makes a backup, or as much of one as the allowance lets; then lets old ones go.
///
/// # Errors
/// Bad input for a number of days out of range; conflict where the schema is not whole or another backup is at work; those of the
/// database and of the place: the same command goes on then.
pub(crate) async fn backup(app: &App, request: &Request, allowance: &Allowance) -> Result<Report> {
    let summary = run(app, request, allowance).await;
    match &summary {
        Ok(summary) if summary.is_complete => tracing::info!(
            target: "metric",
            backups = 1_u64,
            backup_rows = summary.rows,
            backup_bytes = summary.bytes,
            backup_ms = summary.took_ms,
            // Said, and not left out: it ends the alarm of the one before.
            backup_failures = 0_u64
        ),
        Ok(_) => {}
        Err(_) => tracing::info!(target: "metric", backup_failures = 1_u64),
    }
    summary.map(Report::Backup)
}

async fn run(app: &App, request: &Request, allowance: &Allowance) -> Result<Summary> {
    if !(MIN_DAYS..=MAX_DAYS).contains(&request.keep_days) {
        let detail = format!("It must be {MIN_DAYS} to {MAX_DAYS}.");
        return Err(Error::bad_field("keep_days", "out_of_range", detail));
    }
    require_schema(&app.db).await?;
    let place = app.backups.place(request.to.as_deref()).await?;
    let started = Instant::now();
    let snapshot = exclusive_snapshot(app).await?;
    let taken_at = (app.world.now)();
    let shelf = shelf::all(&place).await.map_err(unstored)?;
    let (name, stored) = folder(&shelf, taken_at);
    let run = Run { app, place: place.join(&name), allowance, taken_at, started };
    let mut summary = Summary { name, to: place.to_string(), ..Summary::default() };
    let is_complete = run.fill(snapshot, stored, &mut summary).await?;
    // A database without rows is rather the wrong one than the end of all others.
    if is_complete && summary.rows > 0 {
        let before = taken_at.plus_seconds(-request.keep_days * DAY_S);
        let unfinished_before = taken_at.plus_seconds(-DAY_S);
        let rotation = rotation::Rotation { place: &place, current: &summary.name, before, unfinished_before };
        summary.removed = rotation.run(&shelf, allowance).await?;
    }
    summary.took_ms = started.elapsed().as_millis() as u64;
    summary.is_interrupted = !summary.is_complete && allowance.is_interrupted();
    Ok(summary)
}

async fn exclusive_snapshot(app: &App) -> Result<Snapshot> {
    let until = Instant::now() + PATIENCE;
    loop {
        match app.db.exclusive_snapshot().await {
            Err(error) if error.kind() == Kind::Conflict && Instant::now() < until => tokio::time::sleep(POLL).await,
            snapshot => return snapshot,
        }
    }
}

/// The folder to fill, and what is in it: the newest one, where that was left less than a day ago, or a new one that is newer than
/// all others. So the newest name shows the latest moment; [`shelf::latest`] says what becomes of one that another clock has given.
fn folder(shelf: &[Kept], now: Timestamp) -> (String, Option<&Kept>) {
    let newest = shelf.iter().rev().find(|kept| !kept.is_ahead(now));
    match newest {
        Some(left) if !left.has_manifest() && left.begun_at > now.plus_seconds(-DAY_S) => {
            (left.name.clone(), Some(left))
        }
        Some(newest) => (name::folder(now.max(newest.begun_at.plus_seconds(1))), None),
        None => (name::folder(now), None),
    }
}

struct Run<'a> {
    app: &'a App,
    place: Place,
    allowance: &'a Allowance,
    taken_at: Timestamp,
    started: Instant,
}

impl Run<'_> {
    /// Whether the backup is complete.
    async fn fill(&self, mut snapshot: Snapshot, stored: Option<&Kept>, summary: &mut Summary) -> Result<bool> {
        let mut store = Store::new(&self.place, stored);
        let mut tables = Vec::new();
        for shape in Shape::all() {
            let mut hasher = Hasher::default();
            let mut rows = snapshot.rows(&shape).await?;
            loop {
                if self.allowance.is_over() {
                    store.finish().await.map_err(unstored)?;
                    store.note(summary);
                    return Ok(false);
                }
                let Some(part) = rows.part().await? else { break };
                hasher.add(&part.lines, part.rows);
                store.add(shape.table().name, part).await.map_err(unstored)?;
            }
            let (name, columns) = (shape.table().name.to_owned(), shape.column_names());
            tables.push(TableParts { name, columns, digest: hasher.digest(), parts: Vec::new() });
        }
        let schema = snapshot.schema().await?;
        let parts = store.finish().await.map_err(unstored)?;
        store.note(summary);
        for (table, part) in parts {
            tables.iter_mut().filter(|entry| entry.name == table).for_each(|entry| entry.parts.push(part.clone()));
        }
        self.write_manifest(schema, tables, summary).await.map_err(unstored)?;
        // Until here nobody else could come and take the folder up.
        snapshot.finish().await?;
        Ok(true)
    }

    /// Completes the backup, and takes away what an earlier run has left in its folder and this one does not need.
    async fn write_manifest(&self, schema: i64, tables: Vec<TableParts>, summary: &mut Summary) -> Result<()> {
        let files = shelf::files(&self.place, "").await?;
        let named = |file: &str| tables.iter().flat_map(|table| &table.parts).any(|part| part.name == file);
        let there = tables
            .iter()
            .flat_map(|table| &table.parts)
            .all(|part| files.iter().any(|file| file.key == part.name && file.size_bytes == part.bytes));
        if !there {
            return Err(Error::internal("a part is not there that was stored"));
        }
        let sha256 = hash_of(tables.iter().map(|table| (table.name.as_str(), &table.digest)));
        let leftovers: Vec<&str> =
            files.iter().map(|file| file.key.as_str()).filter(|file| name::is_ours(file) && !named(file)).collect();
        let manifest = Manifest {
            version: manifest::VERSION,
            schema,
            engine: manifest::engine(&self.app.db).to_owned(),
            taken_at: self.taken_at.to_string(),
            took_ms: self.started.elapsed().as_millis() as u64,
            sha256,
            tables,
        };
        self.place.put(name::MANIFEST, manifest.to_bytes()?, &name::headers(name::MANIFEST)).await?;
        for leftover in leftovers {
            self.place.delete(leftover).await?;
        }
        summary.is_complete = true;
        summary.rows = manifest.rows();
        summary.sha256 = Some(manifest.sha256);
        Ok(())
    }
}

/// Says which of the two it was.
fn unstored(error: Error) -> Error {
    Error::new(error.kind(), "The backup could not be stored; the same command goes on.").because(error)
}
