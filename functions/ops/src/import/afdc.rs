//! The "Alternative Fuel Stations" CSV of the U.S. Department of Energy's Alternative Fuels Data Center.
//!
//! Electric stations become chargers, other fuels are skipped and counted. Columns are found by their names. A row that breaks a
//! rule is rejected with its line and the reason; only an unreadable file or a failing database ends the import.

mod columns;
mod connectors;
mod row;
mod rows;

use super::rejects::Rejects;
use super::{Batches, Reject, Summary};
use crate::{App, Report};
use domain::{Error, Kind, Result};
use indicatif::{ProgressBar, ProgressStyle};
use row::Row;
use rows::Rows;
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

const SOURCE: &str = "afdc";
const BAR: &str = "{wide_bar} {bytes}/{total_bytes} {msg} {eta}";

/// Imports a file; a station is known by its id, so that a second run changes nothing. `rejects` gets every rejected row.
///
/// # Errors
/// Bad input when a file cannot be opened or a column is missing; those of the database.
pub async fn import_file(app: &App, file: &Path, rejects: Option<&Path>) -> Result<Report> {
    let unreadable = |error: std::io::Error| {
        Error::new(Kind::BadInput, format!("The file {} cannot be read.", file.display())).because(error)
    };
    let input = File::open(file).map_err(unreadable)?;
    let size_bytes = input.metadata().map_err(unreadable)?.len();
    let rows = Rows::open(input)?;
    if rejects
        .is_some_and(|rejects| rejects.canonicalize().is_ok_and(|it| file.canonicalize().is_ok_and(|file| it == file)))
    {
        return Err(Error::new(Kind::BadInput, "The rejects would be written over the file that they are of."));
    }
    let rejects = Rejects::open(rejects)?;
    // Hidden by itself where standard error is no terminal.
    let bar = ProgressBar::new(size_bytes);
    if let Ok(style) = ProgressStyle::with_template(BAR) {
        bar.set_style(style);
    }
    let summary = import(app, rows, rejects, &bar).await;
    bar.finish_and_clear();
    Ok(Report::Import(summary?))
}

async fn import(app: &App, mut rows: Rows<impl Read>, mut rejects: Rejects, bar: &ProgressBar) -> Result<Summary> {
    let mut batches = Batches::open(app, SOURCE).await?;
    let mut summary = Summary::default();
    let mut line_of_id: HashMap<String, u64> = HashMap::new();
    while let Some((line, row)) = rows.next()? {
        summary.read += 1;
        match row {
            Row::OtherFuel => summary.skipped += 1,
            Row::Rejected { id, reason } => rejects.add(Reject { line, id, reason })?,
            Row::Station(station) => match line_of_id.get(&station.source_id) {
                // Taking both would make every run an update.
                Some(first) => {
                    let reason = format!("the same ID stands on line {first}");
                    rejects.add(Reject { line, id: station.source_id, reason })?;
                }
                None => {
                    line_of_id.insert(station.source_id.clone(), line);
                    batches.push(*station).await?;
                }
            },
        }
        bar.set_position(rows.offset());
    }
    let outcome = batches.finish().await?;
    (summary.imported, summary.updated, summary.unchanged) = (outcome.imported, outcome.updated, outcome.unchanged);
    (summary.rejected, summary.rejects) = rejects.finish()?;
    Ok(summary)
}
