//! Whether the newest backup is one: it is restored into a database of its own, compared there, and that goes again.

use crate::allowance::Allowance;
use crate::restore::{Fill, Stored, find};
use crate::{App, Report};
use clap::Args;
use db::Db;
use domain::{Error, Kind, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Instant;

/// Which backup.
#[derive(Clone, Debug, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// Where backups are kept, instead of BACKUP_TO
    #[arg(long, value_name = "DIR|s3://BUCKET/PREFIX")]
    from: Option<String>,
}

/// What a drill has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The backup.
    pub from: String,
    /// The moment that it shows.
    pub taken_at: String,
    /// Of its rows.
    pub schema: i64,
    /// The one hash of all of them, which the trial had.
    pub sha256: String,
    /// Every table.
    pub tables: Vec<Counted>,
    /// How long it took.
    pub took_ms: u64,
}

/// A table that was restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// Its name.
    pub name: String,
    /// Rows in the backup, and in the trial.
    pub rows: u64,
    /// Rows in the database itself now.
    pub live: u64,
}

/// Restores the newest backup on trial.
///
/// # Errors
/// Not found where there is none; conflict for one that is damaged or does not come to what it should; those of making a database.
/// The trial's database is gone all the same.
pub(crate) async fn drill(app: &App, request: &Request, allowance: &Allowance) -> Result<Report> {
    let summary = run(app, request, allowance).await;
    match &summary {
        Ok(summary) => tracing::info!(target: "metric", restore_drills = 1_u64, restore_drill_ms = summary.took_ms),
        Err(_) => tracing::info!(target: "metric", restore_drill_failures = 1_u64),
    }
    summary.map(Report::RestoreDrill)
}

async fn run(app: &App, request: &Request, allowance: &Allowance) -> Result<Summary> {
    let started = Instant::now();
    let stored = find(app, None, request.from.as_deref()).await?;
    stored.verify(allowance).await?;
    let scratch = app.db.scratch().await?;
    let restored = try_out(&stored, scratch.db(), allowance).await;
    let removed = scratch.remove().await;
    let counts = restored?;
    removed?;
    let live = app.db.count_rows().await?;
    let tables = counts.into_iter().map(|(name, rows)| {
        let live = live.iter().find(|(table, _)| *table == name).map_or(0, |(_, rows)| *rows);
        Counted { name, rows, live }
    });
    Ok(Summary {
        from: stored.folder.to_string(),
        taken_at: stored.manifest.taken_at.clone(),
        schema: stored.manifest.schema,
        sha256: stored.manifest.sha256.clone(),
        tables: tables.collect(),
        took_ms: started.elapsed().as_millis() as u64,
    })
}

/// What is in the trial in the end; it has been compared twice, before it was committed and after it.
async fn try_out(stored: &Stored, trial: &Db, allowance: &Allowance) -> Result<Vec<(String, u64)>> {
    let fill = Fill::plan(trial, stored.manifest.schema).await?;
    fill.around(trial, stored.load_into(trial, false, allowance)).await?;
    if fill.is_current() {
        let mut snapshot = trial.snapshot().await?;
        for ((table, digest), expected) in snapshot.digests().await?.iter().zip(&stored.manifest.tables) {
            if *table != expected.name || *digest != expected.digest {
                return Err(Error::new(Kind::Conflict, format!("{table} was not restored as it was.")));
            }
        }
        snapshot.finish().await?;
    }
    let rows = |table: &crate::backup::manifest::TableParts| (table.name.clone(), table.digest.rows);
    Ok(stored.manifest.tables.iter().map(rows).collect())
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, taken_at, schema, sha256, tables, took_ms } = self;
        writeln!(f, "{from}, taken {taken_at}, schema {schema}")?;
        for Counted { name, rows, live } in tables {
            write!(f, "{rows:>12} {name}")?;
            match live.cast_signed() - rows.cast_signed() {
                0 => writeln!(f)?,
                more => writeln!(f, ", {more:+} since")?,
            }
        }
        writeln!(f, "restored on trial and compared in {took_ms} ms, sha256 {sha256}")
    }
}
