//! The Runtime Interface Emulator, which comes with SAM: one function, one invocation at a time.

use super::program;
use crate::Trouble;
use crate::client;
use crate::template::Function;
use crate::tools::installed;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tests::repository::root;
use tests::watched::{Folder, Log, Process, free_port};

const PATIENCE: Duration = Duration::from_secs(10);

/// A function that takes invocations.
#[derive(Debug)]
pub(crate) struct Emulator {
    _process: Process,
    log: Log,
    url: String,
}

impl Emulator {
    /// # Errors
    /// When the emulator is not installed or does not start.
    pub(super) fn start(
        folder: &Folder,
        function: &Function,
        binary: &Path,
        variables: &BTreeMap<String, String>,
    ) -> Result<Self, Trouble> {
        let (port, api_port) = (free_port(), free_port());
        let (timeout_s, memory_mb) = (function.timeout_s.to_string(), function.memory_mb.to_string());
        let of_lambda = [
            ("AWS_LAMBDA_FUNCTION_NAME", function.id.as_str()),
            ("AWS_LAMBDA_FUNCTION_TIMEOUT", &timeout_s),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory_mb),
        ];
        let variables = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(of_lambda);
        let addresses = [format!("127.0.0.1:{port}"), format!("127.0.0.1:{api_port}")];
        let (emulator, binary) = (emulator()?.display().to_string(), binary.display().to_string());
        let command = [
            &*emulator,
            "--log-level=info",
            "--runtime-interface-emulator-address",
            &addresses[0],
            "--runtime-api-address",
            &addresses[1],
            &binary,
        ];
        let (process, log) = program::start(folder, &command, variables, "(rapid) exec")?;
        // It says so before it listens.
        tokio::task::block_in_place(|| wait_for(port))?;
        Ok(Self {
            _process: process,
            log,
            url: format!("http://{}/2015-03-31/functions/function/invocations", addresses[0]),
        })
    }

    /// Sends a payload and waits for the answer.
    ///
    /// # Errors
    /// When the function fails, which the emulator says with a 200.
    pub(crate) async fn invoke(&self, payload: &Value) -> Result<Value, Trouble> {
        let reply = client::post(&self.url, &[("content-type", "application/json")], payload.to_string()).await?;
        let answer = reply.json();
        if reply.status == 200 && !answer.is_null() && answer["errorType"].is_null() {
            return Ok(answer);
        }
        let log = self.log();
        let last: Vec<&str> = log.lines().rev().take(12).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        Err(format!("{} {}\n{}", reply.status, String::from_utf8_lossy(&reply.body), last.join("\n")).into())
    }

    /// What function and emulator have written.
    pub(crate) fn log(&self) -> String {
        self.log.lock().map(|log| log.clone()).unwrap_or_default()
    }
}

fn wait_for(port: u16) -> Result<(), Trouble> {
    let until = Instant::now() + PATIENCE;
    while let Err(refused) = TcpStream::connect(("127.0.0.1", port)) {
        if Instant::now() > until {
            return Err(refused.into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// The emulator of this machine's kind, as `sam local` mounts it.
fn emulator() -> Result<PathBuf, Trouble> {
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    let libraries = std::fs::read_dir(root().join(".venv/lib")).map_err(|_| "infra/setup.sh verify makes .venv")?;
    let file = format!("site-packages/samcli/local/rapid/aws-lambda-rie-{architecture}");
    let found = libraries.flatten().map(|python| python.path().join(&file)).find(|path| path.is_file());
    installed(found.unwrap_or_else(|| root().join(".venv/lib/python3").join(file)))
}
