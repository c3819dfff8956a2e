//! Starts the embedded server; see the library for what it is.

use std::error::Error;
use std::io::{ErrorKind, IsTerminal, Write};
use std::net::Ipv4Addr;
use std::process::ExitCode;

use config::Config;
use local::boot::Stack;
use local::greeting;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", with_causes(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

/// Lines to read where somebody sits at the terminal, else those of Lambda. On standard error: the greeting has the other.
fn start_log(config: &Config) {
    // The crate that plays S3 logs every refused upload as an error of its own.
    let filter = &format!("s3s=off,{}", config.log_filter);
    if std::io::stderr().is_terminal() {
        return telemetry::init_text(filter);
    }
    let (now, namespace) = (config::world().now, &config.metrics_namespace);
    let lines = telemetry::Settings { function: "local", filter, namespace, now };
    telemetry::init_json(&lines, std::io::stderr, &config.summary());
}

/// For whoever sits at this terminal; a client never gets to see a cause.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text} ({error})");
        cause = error.source();
    }
    text
}

async fn run() -> Result<(), Box<dyn Error>> {
    let config = Config::from_env()?;
    start_log(&config);
    // This machine only: whoever reaches the server may make tokens.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.port)).await.map_err(|error| {
        let port = config.port;
        match error.kind() {
            ErrorKind::AddrInUse => {
                format!("Port {port} is taken: stop what listens there, or choose another with PORT=… make run.")
            }
            _ => format!("Port {port} cannot be used: {error}."),
        }
    })?;
    let url = format!("http://localhost:{}", listener.local_addr()?.port());
    let stack = Stack::open(&config).await?;
    // Whoever reads only the first lines of it closes the pipe; that is no reason to stop.
    let _ = writeln!(std::io::stdout(), "{}", greeting::text(&config, &url, &stack.development_token()?));
    stack.serve(listener, first_signal()?).await;
    Ok(())
}

/// Done at the first Ctrl-C or SIGTERM; a second one ends the process at once.
fn first_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        eprintln!("stopping");
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            std::process::exit(130);
        });
    })
}
