//! A Docker daemon: the one that runs, else one of our own for as long as this runs.

use crate::Trouble;
use crate::stage::start_program;
use crate::tools::output;
use std::path::PathBuf;
use tests::watched::{Folder, Process};
use tokio::process::Command;

/// A way to a daemon.
#[derive(Debug)]
pub(super) struct Docker {
    /// `unix://…`; `None` for where every client looks.
    host: Option<String>,
    _daemon: Option<Process>,
}

impl Docker {
    /// # Errors
    /// When there is none and none can be started; why.
    pub(super) async fn reach(folder: &Folder) -> Result<Self, Trouble> {
        let running = Self { host: None, _daemon: None };
        let absent = match running.run(&["info"]).await {
            Ok(_) => return Ok(running),
            Err(trouble) => trouble,
        };
        let places = ["/usr/bin/dockerd", "/usr/sbin/dockerd", "/usr/local/bin/dockerd"].map(PathBuf::from);
        let Some(daemon) = places.into_iter().find(|place| place.is_file()) else {
            return Err(
                format!("dockerd is not installed (docker.io is the package), and {}", last_line(&absent)).into()
            );
        };
        let own = |name: &str| folder.path().join(name).display().to_string();
        let (host, data, state, pid) =
            (format!("unix://{}", own("docker.sock")), own("docker"), own("docker-state"), own("docker.pid"));
        let daemon = daemon.display().to_string();
        let command = [&*daemon, "--host", &host, "--data-root", &data, "--exec-root", &state, "--pidfile", &pid];
        let started = start_program(folder, &command, [], "API listen on").map_err(|trouble| last_line(&trouble))?;
        Ok(Self { host: Some(host), _daemon: Some(started.0) })
    }

    /// What a command of the client writes.
    ///
    /// # Errors
    /// When it fails.
    pub(super) async fn run(&self, arguments: &[&str]) -> Result<String, Trouble> {
        let mut command = Command::new("docker");
        self.tell(&mut command);
        command.args(arguments);
        output(command).await
    }

    /// Tells a program which daemon it is.
    pub(super) fn tell(&self, command: &mut Command) {
        if let Some(host) = &self.host {
            command.env("DOCKER_HOST", host);
        }
    }
}

fn last_line(trouble: &Trouble) -> String {
    trouble.to_string().lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned()
}
