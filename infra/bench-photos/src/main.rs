//! What the photo pipeline costs, beside sharp and Pillow: `make bench-photos`.
//!
//! [`report`] is the whole run. Each [`candidate`] is a process that does one [`task`] after the other, over a line protocol, on
//! one core; [`measure`] has them take turns and reads their memory; what they make is judged by [`score`], with pixels that were
//! never in the pipeline ([`pixels`]). [`photos`] are real ones, or [`scenery`]. A target that is missed is part of the report, and
//! [`profile`] tells where the time goes; an output that is wrong is a failure.
//!
//! A program of its own, apart from `bench`: its peak memory is measured, so it links no more than the pipeline needs.

mod candidate;
mod measure;
mod photos;
mod pixels;
mod profile;
mod report;
mod scenery;
mod score;
mod subject;
mod table;
mod targets;
mod task;
mod trellis;
mod workers;

use clap::{Parser, Subcommand};
use report::Report;
use std::path::PathBuf;

/// Whatever ends a run before its time.
pub(crate) type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// Measures the photo pipeline beside sharp and Pillow
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    mode: Option<Mode>,
    /// Photos named phone-*.jpg, camera-*.jpg or landscape-*.jpg, also in its folder `orientation`; without it, pictures are made
    #[arg(long, value_name = "FOLDER")]
    photos: Option<PathBuf>,
    /// How often every candidate does each task
    #[arg(long, value_name = "N", default_value_t = 15)]
    reps: usize,
    /// Where Pillow and sharp are installed
    #[arg(long, value_name = "FOLDER", default_value = ".venv")]
    tools: PathBuf,
    /// Where the tables are written, beside standard output
    #[arg(long, value_name = "FILE", default_value = "target/bench-photos.md")]
    to: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Mode {
    /// Tells where the time of one photo goes in our pipeline (with perf)
    Profile {
        /// A JPEG
        photo: PathBuf,
        /// All renditions as JPEG, rather than `main` alone
        #[arg(long)]
        set: bool,
    },
    /// Does tasks from standard input: what the bench starts to measure ours
    #[command(hide = true)]
    Work,
}

fn main() -> Result<(), Trouble> {
    let arguments = Arguments::parse();
    match &arguments.mode {
        Some(Mode::Work) => workers::ours::serve(),
        Some(Mode::Profile { photo, set }) => {
            println!("{}", profile::profile(photo, *set)?);
            Ok(())
        }
        None => run(&arguments),
    }
}

fn run(arguments: &Arguments) -> Result<(), Trouble> {
    let scratch = tempfile::tempdir()?;
    let photos = match &arguments.photos {
        Some(folder) => photos::find(folder)?,
        None => photos::make(scratch.path())?,
    };
    let report = Report::measure(&photos, &arguments.tools, scratch.path(), arguments.reps)?;
    let mut text = report.to_string();
    if report.targets().iter().any(|target| target.is_about_time && !target.is_met) {
        let largest = photos::largest(&photos)?;
        for set in [false, true] {
            match profile::profile(&largest.path, set) {
                Ok(table) => text += &format!("\n{table}"),
                Err(error) => text += &format!("\nNo profile: {error}\n"),
            }
        }
    }
    println!("{text}");
    if let Some(folder) = arguments.to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(std::fs::write(&arguments.to, text)?)
}
