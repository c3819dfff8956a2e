//! Old evidence fades: chargers that nobody has verified lately get the score that their evidence is worth today, with everybody's
//! trust as it is today.
//!
//! A charger comes out as if somebody had verified it now and said nothing, whenever it was scored before: a night that was missed
//! makes no difference. Whatever ends a run, the same command does the rest; what is done is only looked at again.

mod summary;

pub use summary::Summary;

use crate::allowance::Allowance;
use crate::migrate::require_schema;
use crate::{App, Report};
use clap::Args;
use db::verifications::Stretch;
use domain::{Error, Result, Timestamp};
use serde::Deserialize;
use uuid::Uuid;

const HOUR_S: i64 = 60 * 60;
/// What runs each night must not pass over what the night before has scored, some seconds after its own beginning.
const USUAL_HOURS: i64 = 20;
const MAX_HOURS: i64 = 876_000;
/// Rows that are read at a time, to find those that may have faded.
const STRETCH: u32 = 5_000;
/// Chargers that are scored at a time. A verification waits for those at most.
const BATCH: usize = 500;

/// Which chargers to score anew.
#[derive(Clone, Debug, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// So many at most
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Go on after this charger
    #[arg(long, value_name = "ID")]
    after: Option<Uuid>,
    /// Only those that were scored so long ago; 0 takes all
    #[arg(long, value_name = "N", default_value_t = USUAL_HOURS, value_parser = clap::value_parser!(i64).range(0..=MAX_HOURS))]
    older_than_hours: i64,
    /// Only say how many would change
    #[arg(long)]
    dry_run: bool,
}

impl Default for Request {
    fn default() -> Self {
        Self { limit: None, after: None, older_than_hours: USUAL_HOURS, dry_run: false }
    }
}

impl Request {
    fn scored_before(&self, now: Timestamp) -> Result<Timestamp> {
        match self.older_than_hours {
            // A verification of this moment, too.
            0 => Ok(Timestamp::from_micros(i64::MAX)),
            hours if (1..=MAX_HOURS).contains(&hours) => Ok(now.plus_seconds(-hours * HOUR_S)),
            _ => {
                let detail = format!("It must be 0 to {MAX_HOURS}.");
                Err(Error::bad_field("older_than_hours", "out_of_range", detail))
            }
        }
    }
}

/// Scores until every charger is looked at, the limit is reached or the allowance is over.
///
/// # Errors
/// Bad input for a number of hours out of range; conflict where the schema is not whole; those of the database, with what was done
/// until then.
pub(crate) async fn rescore(app: &App, request: &Request, allowance: &Allowance) -> Result<Report> {
    let scored_before = request.scored_before((app.world.now)())?;
    require_schema(&app.db).await?;
    let summary = Summary { is_dry_run: request.dry_run, after: request.after, ..Summary::default() };
    let mut walk = Walk { app, scored_before, left: request.limit.unwrap_or(u64::MAX), summary };
    let is_done = walk.run(allowance).await.map_err(|error| walk.summary.stopped(error))?;
    let Walk { mut summary, .. } = walk;
    if is_done {
        summary.after = None;
    }
    summary.is_interrupted = !is_done && allowance.is_interrupted();
    Ok(Report::Rescore(summary))
}

struct Walk<'a> {
    app: &'a App,
    scored_before: Timestamp,
    /// How many chargers may still be looked at.
    left: u64,
    summary: Summary,
}

impl Walk<'_> {
    /// Whether it came to the end of all chargers.
    async fn run(&mut self, allowance: &Allowance) -> Result<bool> {
        loop {
            let Stretch { fading, last } =
                self.app.db.fading_chargers(self.summary.after, self.scored_before, STRETCH).await?;
            let Some(last) = last else { return Ok(true) };
            let mut rest = fading.as_slice();
            while !rest.is_empty() {
                if self.left == 0 || allowance.is_over() {
                    return Ok(false);
                }
                let batch = rest.len().min(BATCH).min(usize::try_from(self.left).unwrap_or(BATCH));
                let (now, later) = rest.split_at(batch);
                self.score(now).await?;
                rest = later;
            }
            self.summary.after = Some(last);
            if allowance.is_over() {
                return Ok(false);
            }
        }
    }

    async fn score(&mut self, ids: &[Uuid]) -> Result<()> {
        let (db, now) = (&self.app.db, (self.app.world.now)());
        let outdated = db.outdated_chargers(ids, now).await?;
        self.summary.rescored += match (outdated.len(), self.summary.is_dry_run) {
            (0, _) => 0,
            (found, true) => found as u64,
            (_, false) => db.rescore_chargers(&outdated, now).await?,
        };
        self.summary.looked_at += ids.len() as u64;
        self.summary.after = ids.last().copied();
        self.left -= ids.len() as u64;
        Ok(())
    }
}
