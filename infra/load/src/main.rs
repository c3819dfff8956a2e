//! The whole stack under load, calm and in trouble: `make load` and `make soak`.
//!
//! The real programs run as processes ([`stack`]): the embedded server on SQLite and a folder, and once more on PostgreSQL, a bucket
//! behind S3's protocol and Redis. wrk asks ([`traffic::reads`]) while people write ([`traffic::writes`]); what both were answered
//! is entered in one [`book`]. Then the same while something breaks ([`trouble`]). In the end the stack must be able to show
//! whatever it had accepted ([`proof`]), and its memory must not have grown ([`soak`]).
//!
//! No rule of the product lives here, nothing here is part of a deployment, and nothing is written into the repository. What
//! a run shows is in `infra/load/README.md`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod book;
mod proof;
mod report;
mod run;
mod soak;
mod stack;
mod traffic;
mod trouble;

use bench::table;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

/// Whatever ends a run before its time.
type Trouble = bench::Trouble;

/// Puts the whole stack under load
#[derive(Debug, Parser)]
#[command(name = "load")]
struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Every stack calm, then every trouble: throughput, latency, what failed and that nothing was lost
    Run(run::Plan),
    /// Both stacks at the same time for minutes: memory, open files, threads and connections stay as they are
    Soak(soak::Plan),
    /// `optimize-photo` behind the events of a folder that plays the bucket; started by the two above
    #[command(hide = true)]
    Optimize {
        /// The folder
        bucket: PathBuf,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().action {
        Action::Optimize { bucket } => stack::optimizer::run(&bucket).await.map(|()| true),
        // What was started is stopped on the way out.
        Action::Run(plan) => unless_interrupted(run::run(&plan)).await,
        Action::Soak(plan) => unless_interrupted(soak::soak(&plan)).await,
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("load: something is marked ✗ above");
            ExitCode::FAILURE
        }
        Err(trouble) => {
            eprintln!("load: {trouble}");
            ExitCode::FAILURE
        }
    }
}

/// What the work says, or that Ctrl-C or SIGTERM has ended it.
async fn unless_interrupted(work: impl Future<Output = Result<bool, Trouble>>) -> Result<bool, Trouble> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        done = work => done,
        _ = tokio::signal::ctrl_c() => Err("interrupted".into()),
        _ = terminate.recv() => Err("terminated".into()),
    }
}
