//! A function's binary as a process, with the environment that Lambda gives it.

mod api;

pub use api::Outcome;

use crate::programs::program;
use crate::repository::event;
use api::{Invocation, RuntimeApi};
use serde_json::Value;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// A running function.
#[derive(Debug)]
pub struct Lambda {
    process: Child,
    api: RuntimeApi,
    log: TempDir,
    invocations: u32,
    time_limit: Option<Duration>,
}

/// How a process came to its end.
#[derive(Debug)]
pub struct End {
    /// What it left to its parent.
    pub status: ExitStatus,
    /// What it said last to the Runtime API, if anything.
    pub outcome: Option<Outcome>,
    /// All that it wrote.
    pub log: String,
}

impl Lambda {
    /// Starts a function on a data folder, with nothing else in its environment than Lambda's own variables and these.
    pub async fn start(function: &str, data_dir: &Path, variables: &[(&str, &str)]) -> Self {
        let binary = {
            let function = function.to_owned();
            tokio::task::spawn_blocking(move || program(&function)).await.unwrap()
        };
        let api = RuntimeApi::start().await;
        let log = TempDir::new().unwrap();
        let file = |name: &str| Stdio::from(std::fs::File::create(log.path().join(name)).unwrap());
        let process = Command::new(binary)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", function)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
            .env("DATA_DIR", data_dir)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(file("out"))
            .stderr(file("err"))
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self { process, api, log, invocations: 0, time_limit: None }
    }

    /// Gives each invocation from now on this much time, counted from when the process takes it; before, there is no end in sight.
    /// The deadline is told and not enforced.
    pub fn limit_time(&mut self, limit: Duration) {
        self.time_limit = Some(limit);
    }

    /// The number of the process, while it runs.
    pub fn process_id(&self) -> u32 {
        self.process.id().unwrap()
    }

    /// Sends text as the payload of the next invocation and waits for its outcome; fails where the process ends instead.
    pub async fn invoke_text(&mut self, payload: &str) -> Outcome {
        let outcome = self.try_invoke(payload).await;
        outcome.unwrap_or_else(|status| panic!("the process ended with {status:?}:\n{}", self.log()))
    }

    /// As [`Lambda::invoke_text`], with the status of a process that ended instead.
    ///
    /// # Errors
    /// That status.
    pub async fn try_invoke(&mut self, payload: &str) -> Result<Outcome, ExitStatus> {
        self.invocations += 1;
        let request_id = format!("invocation-{}", self.invocations);
        let (payload, time_limit) = (payload.to_owned(), self.time_limit);
        self.api.invocations.send(Invocation { request_id: request_id.clone(), payload, time_limit }).unwrap();
        let outcome = tokio::select! {
            outcome = self.api.outcomes.recv() => outcome.unwrap(),
            status = self.process.wait() => return Err(status.unwrap()),
        };
        if let Outcome::Response(id, _) | Outcome::Error(id, _) = &outcome {
            assert_eq!(*id, request_id);
        }
        Ok(outcome)
    }

    /// The response to a payload; fails where it is an error.
    pub async fn invoke(&mut self, payload: &Value) -> Value {
        match self.invoke_text(&payload.to_string()).await {
            Outcome::Response(_, response) => response,
            other => panic!("{other:?}\n{}", self.log()),
        }
    }

    /// The status and the body of an HTTP answer to a payload of `events/`.
    pub async fn http(&mut self, case: &str) -> (u64, Value) {
        http_answer(&self.invoke(&event(case)).await)
    }

    /// What the process wrote, on standard output and on standard error.
    pub fn log(&self) -> String {
        ["out", "err"].map(|name| std::fs::read_to_string(self.log.path().join(name)).unwrap()).concat()
    }

    /// Waits until the process ends by itself.
    pub async fn end(mut self) -> End {
        let status = self.process.wait().await.unwrap();
        End { status, outcome: self.api.outcomes.try_recv().ok(), log: self.log() }
    }
}

/// The status and the body of an answer in the form that API Gateway takes.
pub fn http_answer(answer: &Value) -> (u64, Value) {
    let status = answer["statusCode"].as_u64().unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(answer["isBase64Encoded"], false);
    let body = answer["body"].as_str().unwrap_or("null");
    (status, serde_json::from_str(body).unwrap())
}
