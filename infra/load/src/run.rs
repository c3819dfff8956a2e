//! `make load`: every stack calm, then every trouble.

use crate::Trouble as Error;
use crate::proof::{Census, prove};
use crate::report;
use crate::stack::disk::Disk;
use crate::stack::{OnDisk, Seed, Stack};
use crate::table::{Table, mark};
use crate::traffic::writes::Deeds;
use crate::traffic::{READERS, Traffic};
use crate::trouble::{Trouble, inflict};
use clap::Args;
use std::collections::BTreeMap;

/// Caches and connections are filled before anything is measured.
const WARM_UP_S: u64 = 3;

/// How much of everything.
#[derive(Clone, Debug, Args)]
pub(crate) struct Plan {
    /// Seconds that each run lasts
    #[arg(long, value_name = "S", default_value_t = 60, value_parser = clap::value_parser!(u64).range(3..=600))]
    seconds: u64,
    /// Chargers that there are before
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(100..=10_000_000))]
    chargers: u64,
    /// Only runs whose title contains this
    #[arg(long, value_name = "WORD", default_value = "")]
    only: String,
}

/// Which stack, what it is called, and what happens to it, one run after the other.
const STACKS: [(Kind, &[(&str, Trouble)]); 4] = [
    (Kind::Embedded(OnDisk::Nothing), &[("embedded, calm", Trouble::None)]),
    (
        Kind::Postgres,
        &[
            ("PostgreSQL, calm", Trouble::None),
            ("PostgreSQL, database restarted and killed", Trouble::Database),
            ("PostgreSQL, Redis killed", Trouble::Cache),
            ("PostgreSQL, S3 fails", Trouble::Bucket),
        ],
    ),
    (Kind::Embedded(OnDisk::Store), &[("embedded, disk of the store full", Trouble::Disk)]),
    (Kind::Embedded(OnDisk::Everything), &[("embedded, disk of store and database full", Trouble::Disk)]),
];

#[derive(Clone, Copy, Debug)]
enum Kind {
    Embedded(OnDisk),
    Postgres,
}

impl Kind {
    /// The seed is made when it is needed first.
    async fn start(self, chargers: u64, seed: &mut Option<Seed>) -> Result<Stack, Error> {
        match self {
            Self::Postgres => Stack::on_postgres(chargers).await,
            Self::Embedded(on_disk) => {
                let made = match seed.take() {
                    Some(made) => made,
                    None => Seed::make(chargers).await?,
                };
                Stack::embedded(seed.insert(made), on_disk).await
            }
        }
    }

    fn needs_disk(self) -> bool {
        matches!(self, Self::Embedded(OnDisk::Store | OnDisk::Everything))
    }
}

/// Whether everything was as it must be.
///
/// # Errors
/// When a stack does not start, or does not answer any more.
pub(crate) async fn run(plan: &Plan) -> Result<bool, Error> {
    let mut summary = Table::new("In short", &["run", "right", "reads a second", "failed", "given up", "nothing lost"]);
    let (mut is_right, mut seed) = (true, None);
    for (kind, runs) in STACKS {
        let runs: Vec<_> = runs.iter().filter(|(title, _)| title.contains(&plan.only)).collect();
        if runs.is_empty() {
            continue;
        }
        if let Some(refusal) = kind.needs_disk().then(Disk::refusal).flatten() {
            println!("## {}\n\nskipped: this user may not mount a disk ({refusal})\n", runs[0].0);
            continue;
        }
        let mut stack = kind.start(plan.chargers, &mut seed).await?;
        let traffic = Traffic::prepare(&stack, READERS).await?;
        traffic.warm_up(WARM_UP_S).await?;
        let mut everybody = BTreeMap::new();
        for (title, trouble) in runs {
            println!("## {title} ({} chargers, {} s)\n", plan.chargers, plan.seconds);
            let row = one(&mut stack, &traffic, *trouble, plan.seconds, &mut everybody).await?;
            is_right &= row.is_right;
            summary.row([&[(*title).to_owned(), mark(row.is_right).to_owned()], &row.cells[..]].concat());
        }
    }
    println!("## Summary\n\n{summary}");
    Ok(is_right)
}

struct Row {
    is_right: bool,
    cells: [String; 4],
}

/// One run: traffic, what breaks meanwhile, and the proof.
async fn one(
    stack: &mut Stack,
    traffic: &Traffic,
    trouble: Trouble,
    seconds: u64,
    everybody: &mut BTreeMap<u64, Deeds>,
) -> Result<Row, Error> {
    let before = Census::take(&traffic.client).await?;
    let (outcome, windows) = tokio::join!(traffic.run(seconds, trouble.pace()), inflict(trouble, stack, seconds));
    let (mut outcome, windows) = (outcome?, windows?);
    println!("{}", report::show(&outcome, &windows, seconds));
    if trouble == Trouble::Bucket
        && let Some(bucket) = &stack.bucket
    {
        println!("{}", report::faults(&bucket.faults));
        bucket.faults.set(0.0);
    }
    let written = std::mem::take(&mut outcome.written);
    if written.refused_photos > 0 {
        println!("- {} photos that came with a charger were answered as `not_stored`\n", written.refused_photos);
    }
    let proof = prove(stack, traffic, written, everybody, &before).await?;
    println!("{proof}");
    let books = [&outcome.reads, &outcome.writes];
    let failed: usize = books.iter().map(|book| book.failures.len()).sum();
    let given_up: usize = books.iter().map(|book| book.given_up.len()).sum();
    let is_right = report::is_right(&outcome, trouble == Trouble::None) && proof.is_right();
    let reads = crate::table::figures(outcome.reads_per_s);
    Ok(Row { is_right, cells: [reads, failed.to_string(), given_up.to_string(), mark(proof.is_right()).to_owned()] })
}
