//! Boot of `ops`: under the Lambda runtime it answers events, at a terminal the command that is typed.

use config::Config;
use ops::{CommandLine, Program, sentence};
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    // What is built for Lambda knows no command line: what only that leads to is not even linked.
    let command = if cfg!(feature = "terminal") && !config::is_lambda() { Some(CommandLine::read()) } else { None };
    let program = Program::start(Config::from_env(), command.is_some());
    let done = program.run(command).await;
    done.inspect_err(|error| eprintln!("ops: {}", sentence(error.as_ref())))
        .map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
}
