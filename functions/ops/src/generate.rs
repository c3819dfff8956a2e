//! Chargers that nobody has built, for trying things out at any size: dense in towns of all sizes, in strings along the motorways
//! between them, and a few anywhere.

mod area;
mod equipment;
mod map;
mod share;
mod standing;
mod words;
mod world;

use crate::import::Batches;
use crate::{App, Report};
use area::{Area, GERMANY};
use clap::Args;
use db::ImportOutcome;
use domain::Result;
use indicatif::ProgressBar;
use serde::Deserialize;
use std::str::FromStr;
use world::MadeUpWorld;

const SOURCE: &str = "generated";
const MAX_CHARGERS: u64 = 20_000_000;

/// What to make up. The same plan makes the same chargers; a larger number adds to those of a smaller one.
#[derive(Clone, Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// How many chargers
    #[arg(long, value_name = "N")]
    chargers: Amount,
    /// Other seeds make other chargers, which stand beside those of this one
    #[arg(long, value_name = "S", default_value_t = 1)]
    #[serde(default = "first_seed")]
    seed: u64,
    /// Where: west,south,east,north in degrees; west > east crosses the antimeridian. Germany where nothing is said
    #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true)]
    bbox: Option<Area>,
}

fn first_seed() -> u64 {
    1
}

/// Makes the chargers of a plan up and imports them in the batches of every import.
///
/// # Errors
/// Those of the database; whole batches are kept then, and the same plan brings the rest.
pub async fn generate(app: &App, plan: &Plan) -> Result<Report> {
    // Hidden by itself where standard error is no terminal.
    let bar = ProgressBar::new(plan.chargers.0);
    let outcome = make(app, plan, &bar).await;
    bar.finish_and_clear();
    Ok(Report::generated(plan.chargers.0, outcome?))
}

async fn make(app: &App, plan: &Plan, bar: &ProgressBar) -> Result<ImportOutcome> {
    let world = MadeUpWorld::new(plan.seed, plan.bbox.unwrap_or(GERMANY));
    let mut batches = Batches::open(app, SOURCE).await?;
    for number in 0..plan.chargers.0 {
        batches.push(world.station(number)).await?;
        bar.set_position(number + 1);
    }
    batches.finish().await
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "u64")]
struct Amount(u64);

impl TryFrom<u64> for Amount {
    type Error = String;

    fn try_from(number: u64) -> Result<Self, String> {
        let range = 1..=MAX_CHARGERS;
        if range.contains(&number) { Ok(Self(number)) } else { Err(format!("chargers must be 1 to {MAX_CHARGERS}")) }
    }
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse::<u64>().map_err(|error| error.to_string())?.try_into()
    }
}
