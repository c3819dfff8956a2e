//! `make bench-cold-start`: the start of the functions that serve the reads.

use bench::Trouble;
use clap::Parser;
use std::path::PathBuf;

/// Starts release binaries under a Lambda Runtime API and tells what that takes
#[derive(Debug, Parser)]
struct Arguments {
    /// Release binaries of functions, built one by one
    #[arg(required = true)]
    binaries: Vec<PathBuf>,
    /// How often each is started
    #[arg(long, value_name = "N", default_value_t = 31)]
    runs: usize,
    /// Where the server keeps its files for as long as this runs
    #[arg(long, value_name = "FOLDER", default_value_os_t = std::env::temp_dir())]
    place: PathBuf,
    /// Where the table is written, beside standard output
    #[arg(long, value_name = "FILE", default_value = "target/bench-cold-start.md")]
    to: PathBuf,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Trouble> {
    let arguments = Arguments::parse();
    if let Some(folder) = arguments.to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let table = bench::cold_start::run(&arguments.binaries, arguments.runs, &arguments.place).await?;
    println!("{table}");
    Ok(std::fs::write(&arguments.to, table)?)
}
