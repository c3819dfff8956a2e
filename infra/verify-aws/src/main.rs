//! What is deployed on AWS, tried out without an account: `make verify-aws`.
//!
//! The programs that `sam build` has made run as they run there, behind the Runtime Interface Emulator, with the environment and the
//! roles that `template.yaml` gives them ([`template`]), against PostgreSQL with TLS, S3 that refuses what S3 refuses, Secrets
//! Manager and CloudFront ([`stage`]). A deployment's first hours are told to them ([`story`]); what they asked AWS for meanwhile is
//! held against their roles ([`permissions`]). Then they are weighed ([`binaries`]), their starts are timed beside those of Python and
//! Node ([`cold_start`]), and SAM itself invokes them where Docker runs ([`sam_local`]).
//!
//! No rule of the product lives here. A budget or a role that is exceeded fails a run; a target of the starts that is
//! missed stays in its table.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod binaries;
mod call;
mod client;
mod cold_start;
mod event;
mod iam;
mod permissions;
mod report;
mod sam_local;
mod stage;
mod story;
mod template;
mod tools;

use binaries::Binaries;
use clap::Parser;
use report::Report;
use stage::Stage;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use template::{Made, Template};
use tokio::signal::unix::{SignalKind, signal};

/// Whatever ends a run before its time.
type Trouble = bench::Trouble;

/// Tries out what is deployed on AWS, without an account
#[derive(Debug, Parser)]
struct Arguments {
    /// What `sam build` has made for arm64
    #[arg(long, value_name = "FOLDER", default_value = "target/sam/arm64")]
    arm64: PathBuf,
    /// What it has made for x86-64; for this machine, too, where that is one
    #[arg(long, value_name = "FOLDER", default_value = "target/sam/x86_64")]
    x86_64: PathBuf,
    /// Other programs to run, by their names: those that cargo has made
    #[arg(long, value_name = "FOLDER")]
    binaries: Option<PathBuf>,
    /// How often each program is started to be timed
    #[arg(long, value_name = "N", default_value_t = 31)]
    runs: usize,
    /// Only the steps with this word: size, run, start, sam
    #[arg(long, value_name = "WORD", default_value = "")]
    only: String,
}

impl Arguments {
    fn wants(&self, step: &str) -> bool {
        step.contains(&self.only)
    }

    /// What SAM has built for this machine.
    fn built(&self) -> &Path {
        if cfg!(target_arch = "aarch64") { &self.arm64 } else { &self.x86_64 }
    }

    /// What is run.
    fn programs(&self) -> Binaries {
        Binaries::in_folder(self.binaries.as_deref().unwrap_or(self.built()))
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut report = Report::default();
    let arguments = Arguments::parse();
    let done = unless_interrupted(verify(&arguments, &mut report)).await;
    let (checks, wrong) = report.counts();
    match done {
        Ok(()) if wrong == 0 && checks > 0 => {
            println!("\n{checks} checks, all of them as they should be");
            ExitCode::SUCCESS
        }
        Ok(()) => {
            eprintln!("\nverify-aws: of {checks} checks {wrong} are marked ✗ above");
            ExitCode::FAILURE
        }
        Err(trouble) => {
            eprintln!("\nverify-aws: {trouble}");
            ExitCode::FAILURE
        }
    }
}

async fn verify(arguments: &Arguments, report: &mut Report) -> Result<(), Trouble> {
    let template = Template::read().await?;
    let programs = arguments.programs();
    if arguments.wants("size") {
        report.title("Sizes");
        let made = Made::new();
        let functions = template.stack(&[], &made)?.functions()?;
        let kinds = [Binaries::in_folder(&arguments.arm64), Binaries::in_folder(&arguments.x86_64)];
        binaries::check(&functions, &[("arm64", &kinds[0]), ("x86-64", &kinds[1])], report)?;
    }
    if arguments.wants("run") {
        report.title("The programs run");
        let stage = Stage::set(&template, &programs).await?;
        story::tell(&stage, report).await?;
        report.title("The roles");
        permissions::check(&stage, report);
    }
    if arguments.wants("start") {
        report.title("Starts");
        cold_start::check(&template, &programs, arguments.runs, report)?;
    }
    if arguments.wants("sam") {
        report.title("SAM itself");
        sam_local::check(arguments.built(), report).await?;
    }
    Ok(())
}

/// What the work says, or that Ctrl-C or SIGTERM has ended it: what was started is stopped on the way out.
async fn unless_interrupted(work: impl Future<Output = Result<(), Trouble>>) -> Result<(), Trouble> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        done = work => done,
        _ = tokio::signal::ctrl_c() => Err("interrupted".into()),
        _ = terminate.recv() => Err("terminated".into()),
    }
}
