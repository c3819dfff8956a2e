//! A backup back into a database: looked through first, then loaded in one transaction, and compared within that.

mod schema;
mod stored;
mod summary;

pub(crate) use schema::Fill;
pub(crate) use stored::Stored;
pub use summary::Summary;

use crate::allowance::Allowance;
use crate::backup::name::MANIFEST;
use crate::{App, Report};
use clap::Args;
use domain::{Error, Kind, Result};
use serde::Deserialize;
use storage::Place;

/// Which backup, and over what.
#[derive(Clone, Debug, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// The backup's folder, or its manifest.json
    #[arg(value_name = "FILE|s3://…", required_unless_present = "latest", conflicts_with = "latest")]
    backup: Option<String>,
    /// The newest one that is complete
    #[arg(long)]
    latest: bool,
    /// Where to look for the newest one, instead of BACKUP_TO
    #[arg(long, value_name = "DIR|s3://BUCKET/PREFIX", requires = "latest")]
    from: Option<String>,
    /// Replace what is in the database
    #[arg(long)]
    force: bool,
    /// Only look the backup through, and say what is in it
    #[arg(long)]
    pub(crate) dry_run: bool,
}

impl Request {
    /// An event that is sent twice, or by mistake, must not bring back whatever happens to be the newest.
    ///
    /// # Errors
    /// Bad input for an event that names no backup, unless it only looks.
    pub(crate) fn check_event(&self) -> Result<()> {
        match (&self.backup, self.latest) {
            (Some(_), false) => Ok(()),
            (None, true) if self.dry_run => Ok(()),
            (None, true) => Err(Error::bad_field("backup", "required", "An event names the backup that it restores.")),
            (Some(_), true) => Err(Error::bad_field("latest", "excludes", "Only one of `backup` and `latest`.")),
            (None, false) => Err(Error::bad_field("backup", "required", "Which backup: its folder.")),
        }
    }
}

/// Whether an action changes nothing, so that nothing may be made for it either.
/// Looks a backup through and loads it.
///
/// # Errors
/// Not found where there is no such backup; bad input for one that this program does not understand; conflict for one that is
/// damaged, and for a database that is not empty and not to be replaced. The database is then as it was.
pub(crate) async fn restore(app: &App, request: &Request, allowance: &Allowance) -> Result<Report> {
    let stored = find(app, request.backup.as_deref(), request.from.as_deref()).await?;
    let fill = Fill::plan(&app.db, stored.manifest.schema).await?;
    stored.manifest.shapes()?;
    let mut summary = Summary::of(&stored);
    summary.in_database = app.db.count_rows().await?.into_iter().filter(|(_, rows)| *rows > 0).collect();
    if !request.dry_run {
        fill.refuse_to_mix(&summary.in_database, request.force)?;
    }
    stored.verify(allowance).await?;
    if request.dry_run {
        return Ok(Report::Restore(Summary { is_dry_run: true, ..summary }));
    }
    fill.around(&app.db, stored.load_into(&app.db, request.force, allowance)).await?;
    Ok(Report::Restore(summary))
}

/// A backup by its address, or the newest one.
///
/// # Errors
/// Not found where there is none; as for its manifest.
pub(crate) async fn find(app: &App, backup: Option<&str>, from: Option<&str>) -> Result<Stored> {
    match backup {
        Some(address) => {
            let folder = address.trim_end_matches('/');
            let folder = folder.strip_suffix(MANIFEST).map_or(folder, |folder| folder.trim_end_matches('/'));
            Stored::open(Place::open(if folder.is_empty() { "." } else { folder }).await?).await
        }
        None => Stored::latest(&app.backups.place(from).await?, (app.world.now)()).await,
    }
    .and_then(|found| {
        let nothing = "There is no complete backup there: a backup is a folder with manifest.json in it.";
        found.ok_or_else(|| Error::new(Kind::NotFound, nothing))
    })
}
