//! Boot of `ops`: under the Lambda runtime it answers events, at a terminal the command that is typed.

use config::Config;
use ops::{CommandLine, Program, sentence};
use std::pin::Pin;
use std::process::ExitCode;

type Work<'p> = Pin<Box<dyn Future<Output = Result<(), lambda_runtime::Error>> + 'p>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    // What is built for Lambda knows no command line: what only that leads to is not even linked.
    let command = if cfg!(feature = "terminal") && !config::is_lambda() { Some(CommandLine::read()) } else { None };
    let program = Program::start(Config::from_env(), command.is_some());
    let work = match command {
        Some(command) if cfg!(feature = "terminal") => execute(&program, command),
        _ => serve(&program),
    };
    let done = work.await;
    done.inspect_err(|error| eprintln!("ops: {}", sentence(error.as_ref())))
        .map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
}

// Boxed twice, since futures of futures nest deeper here than the compiler looks.
fn execute(program: &Program, command: CommandLine) -> Work<'_> {
    Box::pin(async { Ok(Box::pin(program.execute(command, &mut std::io::stdout())).await?) })
}

fn serve(program: &Program) -> Work<'_> {
    Box::pin(lambda_runtime::run(lambda_runtime::service_fn(|event| Box::pin(program.handle(event)))))
}
