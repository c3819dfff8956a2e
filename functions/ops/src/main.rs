//! Boot of `ops`: under the Lambda runtime it answers events, at a terminal the command that is typed.

use config::Config;
use ops::{CommandLine, Program, sentence};
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let done = boot((!config::is_lambda()).then(CommandLine::read)).await;
    done.inspect_err(|error| eprintln!("ops: {}", sentence(error.as_ref())))
        .map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
}

async fn boot(command: Option<CommandLine>) -> Result<(), lambda_runtime::Error> {
    let program = Program::start(Config::from_env(), command.is_some());
    // Boxed, since futures of futures nest deeper here than the compiler looks.
    match command {
        Some(command) => Ok(Box::pin(program.execute(command, &mut std::io::stdout())).await?),
        None => lambda_runtime::run(lambda_runtime::service_fn(|event| Box::pin(program.handle(event)))).await,
    }
}
