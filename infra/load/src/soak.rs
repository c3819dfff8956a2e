//! `make soak`: both stacks at the same time, for minutes; what a process holds must not grow.

mod trend;
mod vitals;

use crate::Trouble;
use crate::proof::{Census, prove};
use crate::report;
use crate::stack::{OnDisk, Seed, Stack};
use crate::table::{Table, figures, mark};
use crate::traffic::writes::Pace;
use crate::traffic::{READERS, Traffic};
use clap::Args;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval};
use trend::slope;
use vitals::{Vitals, examine};

/// How often every process is looked at.
const EVERY: Duration = Duration::from_secs(2);
/// Growth over the judged time, the last two thirds, that is none: what an allocator keeps between two requests goes up and down by
/// some MB, and a process of 200 MB by some percent. A leak of 20 bytes for each of half a million requests is more.
const STEADY_MB: f64 = 8.0;
const STEADY_SHARE: f64 = 0.05;
/// A connection is replaced every 300 s (DB_POOL_RECYCLE), and the process behind the new one fills its caches anew: a saw of a tenth.
const STEADY_DATABASE_SHARE: f64 = 0.2;
/// The same for what is counted: open files, threads, connections; or the same share of it, where that is more.
const STEADY_COUNT: f64 = 4.0;

/// How much of everything.
#[derive(Clone, Debug, Args)]
pub(crate) struct Plan {
    /// Minutes of traffic
    #[arg(long, value_name = "MIN", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    minutes: u64,
    /// Chargers that there are before
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(100..=10_000_000))]
    chargers: u64,
}

/// What was seen of one process: time in seconds and vitals.
type Course = Vec<(f64, Vitals)>;

/// Whether everything stayed as it was, and nothing failed or was lost.
///
/// # Errors
/// When a stack does not start, or does not answer any more.
pub(crate) async fn soak(plan: &Plan) -> Result<bool, Trouble> {
    let embedded = Stack::embedded(&Seed::make(plan.chargers).await?, OnDisk::Nothing).await?;
    let postgres = Stack::on_postgres(plan.chargers).await?;
    let stacks = [&embedded, &postgres];
    let mut parts = Vec::new();
    for stack in stacks {
        let traffic = Traffic::prepare(stack, READERS / 2).await?;
        let before = Census::take(&traffic.client).await?;
        parts.push((stack, traffic, before));
    }
    let seconds = plan.minutes * 60;
    let [one, other] = [&parts[0].1, &parts[1].1];
    let (courses, one, other) =
        tokio::join!(watch(&stacks, seconds), one.run(seconds, Pace::HALF), other.run(seconds, Pace::HALF));
    let mut is_right = true;
    for ((stack, traffic, before), outcome) in parts.iter().zip([one?, other?]) {
        println!(
            "## {}: {} min, {} chargers before\n\n{}",
            stack.name,
            plan.minutes,
            plan.chargers,
            report::show(&outcome, &[], seconds)
        );
        is_right &= report::is_right(&outcome, true);
        let proof = prove(stack, traffic, outcome.written, &mut BTreeMap::new(), before).await?;
        println!("{proof}");
        is_right &= proof.is_right();
    }
    println!("{}", by_minute(&courses, plan.minutes));
    let (table, is_steady) = verdicts(&courses, seconds as f64);
    println!("{table}");
    Ok(is_right && is_steady)
}

/// Looks at every process until the time is over.
async fn watch(stacks: &[&Stack], seconds: u64) -> Vec<(String, Course)> {
    let began = Instant::now();
    let mut courses: BTreeMap<String, Course> = BTreeMap::new();
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    while began.elapsed().as_secs() < seconds {
        ticks.tick().await;
        let at_s = began.elapsed().as_secs_f64();
        for stack in stacks {
            for (name, vitals) in examine(stack) {
                courses.entry(name).or_default().push((at_s, vitals));
            }
        }
    }
    courses.into_iter().collect()
}

/// Memory at every minute.
fn by_minute(courses: &[(String, Course)], minutes: u64) -> Table {
    let marks: Vec<u64> = (0..=minutes).collect();
    let mut columns = vec!["minute".to_owned()];
    columns.extend(courses.iter().map(|(name, _)| name.clone()));
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut table = Table::new("Memory in MB (of PostgreSQL: what its processes do not share)", &columns);
    for minute in marks {
        let at_s = minute as f64 * 60.0;
        let nearest = |course: &Course| {
            let off = |point: &&(f64, Vitals)| (point.0 - at_s).abs();
            course
                .iter()
                .min_by(|one, other| off(one).total_cmp(&off(other)))
                .map_or(f64::NAN, |point| point.1.memory_mb)
        };
        let mut row = vec![minute.to_string()];
        row.extend(courses.iter().map(|(_, course)| figures(nearest(course))));
        table.row(row);
    }
    table
}

/// What grew and what did not, in the last two thirds.
fn verdicts(courses: &[(String, Course)], seconds: f64) -> (Table, bool) {
    let judged_s = seconds * 2.0 / 3.0;
    let title = format!("Growth in the last {} s by the median of all slopes", figures(judged_s));
    let columns = ["process", "what", "median", "growth", "bound", "flat"];
    let mut table = Table::new(title, &columns);
    let mut is_steady = true;
    for (name, course) in courses {
        let judged: Vec<_> = course.iter().filter(|(at_s, _)| *at_s >= seconds - judged_s).collect();
        let is_database = judged.first().is_some_and(|(_, vitals)| vitals.is_database());
        let share = if is_database { STEADY_DATABASE_SHARE } else { STEADY_SHARE };
        for (what, value) in vitals::MEASURES {
            let points: Vec<(f64, f64)> =
                judged.iter().filter_map(|(at_s, vitals)| Some((*at_s, value(vitals)?))).collect();
            if points.is_empty() {
                continue;
            }
            let median = trend::median(points.iter().map(|point| point.1).collect());
            let growth = slope(&points) * judged_s;
            let bound = if what == vitals::MEMORY { STEADY_MB } else { STEADY_COUNT };
            let bound = bound.max(share * median);
            is_steady &= growth <= bound;
            let cells = [figures(median), figures(growth), figures(bound), mark(growth <= bound).to_owned()];
            table.row([&[name.clone(), what.to_owned()], &cells[..]].concat());
        }
    }
    (table, is_steady)
}
