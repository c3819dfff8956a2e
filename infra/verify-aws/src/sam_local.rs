//! `sam local` on the built programs: each function once, and one pass of its API. It wants Docker; where no daemon runs and none can
//! be started, a line says so, and why.

mod docker;
mod gateway;
mod image;

use crate::Trouble;
use crate::client;
use crate::report::Report;
use crate::stage::Sandbox;
use crate::tools::{output, python_tool};
use docker::Docker;
use gateway::Gateway;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tests::repository::root;
use tests::watched::free_port;
use tokio::process::Command;

/// Each function, and a payload that it answers with what is on the host; the first one makes the schema.
const PAYLOADS: [(&str, &str); 8] = [
    ("Ops", "ops-migrate"),
    ("Ops", "ops-doctor"),
    ("Contribute", "post-chargers"),
    ("Chargers", "get-chargers.nearby"),
    ("RouteSearch", "post-routing-calculate.great-circle"),
    ("Upload", "post-uploads"),
    ("OptimizePhoto", "s3-put"),
    ("InvalidateCdn", "s3-test-event"),
];
/// The reads of the API.
const READS: [(&str, &str); 4] = [
    ("/api/health", "\"ok\""),
    ("/api/chargers", "\"items\""),
    ("/api/chargers?page=0", "out_of_range"),
    ("/api/changes", "\"next_since\""),
];
/// The first request waits for a container.
const PATIENCE: Duration = Duration::from_secs(60);

/// What `sam local` is told each time.
struct Sam<'a> {
    docker: &'a Docker,
    template: PathBuf,
    variables: PathBuf,
}

/// # Errors
/// When something other than Docker is missing.
pub(crate) async fn check(built: &Path, report: &mut Report) -> Result<(), Trouble> {
    let sandbox = Sandbox::set().await?;
    let docker = match Docker::reach(sandbox.folder()).await {
        Ok(docker) => docker,
        Err(reason) => {
            report.say(format!("- skipped: no Docker daemon runs here and none can be started: {reason}"));
            return Ok(());
        }
    };
    let image = image::provide(&docker, sandbox.folder()).await?;
    report.say(format!("- on {}", image.about));
    let gateway = Gateway::open(&docker, &image.name, &sandbox).await?;
    let variables = sandbox.folder().path().join("env.json");
    std::fs::write(
        &variables,
        gateway.on_our_ports(&std::fs::read_to_string(root().join("infra/sam-local/env.json"))?),
    )?;
    let sam = Sam { docker: &docker, template: std::path::absolute(built)?.join("template.yaml"), variables };
    for (function, case) in PAYLOADS {
        match sam.invoke(function, case).await {
            Ok(answer) => {
                report.check(is_good(&answer), format!("sam local invoke {function} with {case}: {}", short(&answer)))
            }
            Err(trouble) => report.check(false, format!("sam local invoke {function} with {case}: {trouble}")),
        }
    }
    sam.start_api(report).await
}

/// Neither an error of the function nor an answer that says that it failed.
fn is_good(answer: &Value) -> bool {
    let failed = answer["findings"].as_array().into_iter().flatten().any(|finding| finding["state"] == "failed");
    answer["errorType"].is_null() && answer["statusCode"].as_u64().is_none_or(|status| status < 400) && !failed
}

fn short(answer: &Value) -> String {
    answer.to_string().chars().take(80).collect()
}

impl Sam<'_> {
    /// The action comes first: SAM takes whatever stands behind the last setting for one more parameter.
    fn command(&self, action: &[&str]) -> Result<Command, Trouble> {
        let mut command = Command::new(python_tool("sam")?);
        self.docker.tell(&mut command);
        let (id, secret) = crate::stage::ACCESS_KEY;
        command.env("AWS_ACCESS_KEY_ID", id).env("AWS_SECRET_ACCESS_KEY", secret);
        command.env("AWS_DEFAULT_REGION", crate::template::REGION).env("SAM_CLI_TELEMETRY", "0");
        command.arg("local").args(action).arg("--skip-pull-image");
        command.args(["--add-host", "host.docker.internal:host-gateway", "--template"]);
        command.arg(&self.template).arg("--env-vars").arg(&self.variables);
        let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
        command.args(["--parameter-overrides", &format!("Architecture={architecture}")]);
        Ok(command)
    }

    async fn invoke(&self, function: &str, case: &str) -> Result<Value, Trouble> {
        let mut command = self.command(&["invoke", function])?;
        command.arg("--event").arg(root().join(format!("events/{case}.json")));
        let said = output(command).await?;
        let answer = said.lines().rev().find_map(|line| serde_json::from_str(line).ok());
        answer.ok_or_else(|| format!("no answer: {said}").into())
    }

    async fn start_api(&self, report: &mut Report) -> Result<(), Trouble> {
        let port = free_port();
        let mut command = self.command(&["start-api"])?;
        command.args(["--port", &port.to_string(), "--warm-containers", "LAZY"]).kill_on_drop(true);
        command
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        let mut server = command.current_dir(root()).spawn()?;
        for (path, word) in READS {
            let url = format!("http://127.0.0.1:{port}{path}");
            let until = Instant::now() + PATIENCE;
            let reply = loop {
                match client::get(&url, &[]).await {
                    Ok(reply) => break reply,
                    Err(trouble) if Instant::now() > until => return Err(trouble),
                    Err(_) => tokio::time::sleep(Duration::from_millis(500)).await,
                }
            };
            let has_word = String::from_utf8_lossy(&reply.body).contains(word);
            report.check(has_word, format!("sam local start-api answers {path} with {} and {word}", reply.status));
        }
        // It takes its containers away on the way out, which it does not when it is killed.
        if let Some(id) = server.id() {
            Command::new("kill").args(["-INT", &id.to_string()]).status().await?;
        }
        let _ = tokio::time::timeout(PATIENCE, server.wait()).await;
        Ok(())
    }
}
