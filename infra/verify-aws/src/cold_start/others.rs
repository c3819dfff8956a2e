//! The same work in Python and in Node, made ready as one would deploy it: compiled to byte code, and bundled.

use crate::Trouble;
use crate::template::Function;
use crate::tools::{installed, python_tool};
use bench::cold_start::Candidate;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use tests::repository::root;

const HANDLERS: &str = "infra/verify-aws/cold-start";

/// Both, in a folder that goes with this value.
#[derive(Debug)]
pub(super) struct Others {
    folder: TempDir,
    python: PathBuf,
    node: PathBuf,
}

impl Others {
    /// # Errors
    /// When a tool is not installed, or does not understand its program.
    pub(super) fn make() -> Result<Self, Trouble> {
        let folder = TempDir::with_prefix("verify-aws-others-")?;
        let venv = root().join(".venv");
        for file in ["bootstrap.py", "handler.py"] {
            std::fs::copy(root().join(HANDLERS).join("python").join(file), folder.path().join(file))?;
        }
        let python = base_python(&python_tool("python")?)?;
        let compile = ["-m", "compileall", "-q"].map(OsString::from).into_iter();
        run(&python, compile.chain([folder.path().into(), libraries().into()]))?;
        let bundle = folder.path().join("bundle.mjs");
        let source = root().join(HANDLERS).join("node/bootstrap.mjs");
        // What is still CommonJS wants `require`.
        let require =
            "--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
        let settings = [
            "--bundle",
            "--platform=node",
            "--target=node20",
            "--format=esm",
            "--minify",
            "--external:pg-native",
            "--log-level=error",
            require,
        ];
        let settings = settings.map(OsString::from).into_iter();
        let esbuild = installed(venv.join("node_modules/.bin/esbuild"))?;
        let mut command = Command::new(esbuild);
        command.env("NODE_PATH", venv.join("node_modules")).arg(source).args(settings);
        finish(command.arg(format!("--outfile={}", bundle.display())))?;
        let node = ["/usr/local/bin/node", "/usr/bin/node"].map(PathBuf::from).into_iter().find(|node| node.is_file());
        Ok(Self { folder, python, node: node.ok_or("node is missing: infra/setup.sh verify installs it")? })
    }

    /// # Errors
    /// As of [`Others::make`].
    pub(super) fn python(&self, example: &Function) -> Result<Candidate, Trouble> {
        let mut candidate = candidate(&self.python, &self.folder.path().join("bootstrap.py"), example);
        candidate.variables.push(("PYTHONPATH".to_owned(), libraries().display().to_string()));
        Ok(candidate)
    }

    /// # Errors
    /// As of [`Others::make`].
    pub(super) fn node(&self, example: &Function) -> Result<Candidate, Trouble> {
        Ok(candidate(&self.node, &self.folder.path().join("bundle.mjs"), example))
    }
}

/// Where boto3 and psycopg are, and nothing else: as in a package that is deployed.
fn libraries() -> PathBuf {
    root().join(".venv/lambda-python")
}

/// The program itself: that of the environment looks for the environment first, which a deployed one does not.
fn base_python(python: &Path) -> Result<PathBuf, Trouble> {
    let said = Command::new(python).args(["-c", "import sys; print(sys._base_executable)"]).output()?;
    installed(PathBuf::from(String::from_utf8_lossy(&said.stdout).trim()))
}

/// Answers the listing's question with a mistake, in the environment of a function of ours that has clients for both services.
fn candidate(program: &Path, script: &Path, example: &Function) -> Candidate {
    let event = tests::repository::event("get-chargers.unknown-parameter").to_string();
    Candidate {
        command: vec![program.into(), script.into()],
        variables: example.environment.clone().into_iter().collect(),
        first: Some((event, "\"statusCode\":400".to_owned())),
    }
}

fn run(program: &Path, arguments: impl Iterator<Item = OsString>) -> Result<(), Trouble> {
    finish(Command::new(program).args(arguments))
}

fn finish(command: &mut Command) -> Result<(), Trouble> {
    let done = command.output()?;
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    if done.status.success() { Ok(()) } else { Err(format!("{command:?}: {said}").into()) }
}
