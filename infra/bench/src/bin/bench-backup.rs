//! `make bench-backup`: a backup and its restore, beside PostgreSQL's own.

use bench::Trouble;
use bench::db::Scale;
use clap::Parser;
use std::path::PathBuf;

/// Backs a database up and restores it, with ours and with pg_dump, and tells what that takes
#[derive(Debug, Parser)]
struct Arguments {
    /// The program, as production builds it
    ops: PathBuf,
    /// How many chargers
    #[arg(long, value_name = "N", default_value = "1m")]
    scale: Scale,
    /// How often each backs up; the quickest counts
    #[arg(long, value_name = "N", default_value_t = 3)]
    runs: usize,
    /// Where the server and the backups keep their files for as long as this runs
    #[arg(long, value_name = "FOLDER", default_value_os_t = std::env::temp_dir())]
    place: PathBuf,
    /// Where the table is written, beside standard output
    #[arg(long, value_name = "FILE", default_value = "target/bench-backup.md")]
    to: PathBuf,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Trouble> {
    let Arguments { ops, scale, runs, place, to } = Arguments::parse();
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let table = bench::backup::run(&ops, scale, runs, &place).await?;
    println!("{table}");
    Ok(std::fs::write(&to, table)?)
}
