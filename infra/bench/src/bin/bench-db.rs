//! `make bench-db`: the table of the listing and the route search.

use bench::Trouble;
use bench::db::{Scale, run};
use clap::Parser;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Measures every question of the listing and the route search beside other ways to answer it
#[derive(Debug, Parser)]
struct Arguments {
    /// How many chargers: 100k, 1m, 10m; several, one after the other
    #[arg(long = "scale", value_name = "N", value_delimiter = ',', default_value = "100k,1m")]
    scales: Vec<Scale>,
    /// Where the server keeps its files for as long as this runs
    #[arg(long, value_name = "FOLDER", default_value_os_t = std::env::temp_dir())]
    place: PathBuf,
    /// Where the table is written, beside standard output
    #[arg(long, value_name = "FILE", default_value = "target/bench-db.md")]
    to: PathBuf,
    /// Seconds that one candidate may take for the runs of one topic
    #[arg(long, value_name = "S", default_value_t = 6.0)]
    budget: f64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Trouble> {
    let arguments = Arguments::parse();
    if let Some(folder) = arguments.to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let budget = Duration::from_secs_f64(arguments.budget);
    let is_right = run(&arguments.scales, &arguments.place, &arguments.to, budget).await?;
    if is_right {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("bench-db: an answer of ours was wrong: see recall, precision and the targets");
    Ok(ExitCode::FAILURE)
}
