//! What nobody will ever need again: uploads that were never attached, promises that were never used, refused photos, and objects
//! that no row names. All of it older than some days, so that nothing is touched that may still be on its way. Also answers of writes
//! that were kept for a day.
//!
//! A photo goes in four steps, and whatever ends a sweep between two of them, the next one repeats them: it is taken out of use
//! (from then on nobody can attach it), its objects go, its row goes, and once more what has appeared under its name meanwhile.
//! Rows come first, then the objects of the store in the order of their keys.

mod objects;
mod place;
mod rows;
mod summary;

pub use place::Place;
pub use summary::Summary;

use crate::allowance::Allowance;
use crate::migrate::require_schema;
use crate::{App, Report};
use clap::Args;
use db::Db;
use domain::photo::{PROCESSED_PREFIX, RAW_PREFIX};
use domain::{Error, Result, Timestamp};
use serde::Deserialize;
use storage::{ObjectInfo, Storage};

const DAY_S: i64 = 24 * 60 * 60;
/// More than any form and any delivery lives.
const MIN_DAYS: i64 = 1;
const MAX_DAYS: i64 = 36_500;

/// Kept answers that go in one transaction.
const ANSWERS: u32 = 1_000;

/// What to sweep away.
#[derive(Clone, Debug, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// Only what is older
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(i64).range(MIN_DAYS..=MAX_DAYS))]
    older_than_days: i64,
    /// Go on where an earlier sweep stopped
    #[arg(long, value_name = "PLACE")]
    after: Option<Place>,
    /// Only say what would go
    #[arg(long)]
    dry_run: bool,
}

impl Default for Request {
    fn default() -> Self {
        Self { older_than_days: 7, after: None, dry_run: false }
    }
}

impl Request {
    /// Everything before this time is old: whole seconds, as the store's times are.
    fn cutoff(&self, now: Timestamp) -> Result<Timestamp> {
        if !(MIN_DAYS..=MAX_DAYS).contains(&self.older_than_days) {
            let detail = format!("It must be {MIN_DAYS} to {MAX_DAYS}.");
            return Err(Error::bad_field("older_than_days", "out_of_range", detail));
        }
        let seconds = now.as_seconds() - self.older_than_days * DAY_S;
        Ok(Timestamp::from_micros(seconds * 1_000_000))
    }
}

/// Sweeps until everything is looked at or the allowance is over.
///
/// # Errors
/// Bad input for a number of days out of range; conflict where the schema is not whole; those of the store and the database, with
/// what was removed until then.
pub(crate) async fn sweep(app: &App, request: &Request, allowance: &Allowance) -> Result<Report> {
    let before = request.cutoff((app.world.now)())?;
    require_schema(&app.db).await?;
    let storage = app.photos.storage(app.world).await?;
    let summary = Summary { is_dry_run: request.dry_run, ..Summary::default() };
    let mut sweep = Sweep { db: &app.db, storage: &storage, before, now: app.world.now, allowance, summary };
    let after = sweep.run(request.after.as_ref()).await.map_err(|error| sweep.stopped(error))?;
    let is_interrupted = after.is_some() && allowance.is_interrupted();
    Ok(Report::Sweep(Summary { after, is_interrupted, ..sweep.summary }))
}

struct Sweep<'a> {
    db: &'a Db,
    storage: &'a Storage,
    before: Timestamp,
    now: fn() -> Timestamp,
    allowance: &'a Allowance,
    summary: Summary,
}

impl Sweep<'_> {
    /// `None` when everything has been looked at, else where to go on.
    async fn run(&mut self, after: Option<&Place>) -> Result<Option<Place>> {
        let after_key = match after {
            Some(Place::Object(key)) => Some(key.as_str()),
            Some(Place::Photo(id)) => match self.rows(Some(*id)).await? {
                None => None,
                stopped => return Ok(stopped),
            },
            None => match self.start().await? {
                None => None,
                stopped => return Ok(stopped),
            },
        };
        // In the order of their keys, so that one key says how far both are.
        for prefix in [PROCESSED_PREFIX, RAW_PREFIX] {
            // Else what is said when it stops would lead back into the prefix before, which is done.
            let after_key = after_key.filter(|key| *key > prefix);
            if let Some(stopped) = self.objects(prefix, after_key).await? {
                return Ok(Some(stopped));
            }
        }
        Ok(None)
    }

    /// What needs no place to go on from, and then the first rows.
    async fn start(&mut self) -> Result<Option<Place>> {
        self.answers().await?;
        self.rows(None).await
    }

    /// Answers of writes, which are kept for a day whatever the request says.
    async fn answers(&mut self) -> Result<()> {
        if self.summary.is_dry_run {
            self.summary.answers = self.db.count_forgotten_answers((self.now)()).await?;
            return Ok(());
        }
        while !self.allowance.is_over() {
            let forgotten = self.db.forget_answers((self.now)(), ANSWERS).await?;
            self.summary.answers += forgotten;
            if forgotten < u64::from(ANSWERS) {
                break;
            }
        }
        Ok(())
    }

    /// Removes an object that was found in a listing, or would.
    async fn remove(&mut self, object: &ObjectInfo) -> Result<()> {
        if !self.summary.is_dry_run {
            self.storage.delete(&object.key).await?;
        }
        self.summary.objects += 1;
        self.summary.bytes += object.size_bytes;
        Ok(())
    }

    fn stopped(&self, error: Error) -> Error {
        let Summary { rows, objects, .. } = self.summary;
        let detail =
            format!("The sweep stopped: {rows} rows and {objects} objects are removed; the same command goes on.");
        Error::new(error.kind(), detail).because(error)
    }
}
