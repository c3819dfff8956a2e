//! Programs that `infra/setup.sh verify` has installed.

use crate::Trouble;
use std::path::PathBuf;
use std::process::Stdio;
use tests::repository::root;
use tokio::process::Command;

/// Where programs are that are not ours, for those that are started with an environment of their own.
pub(crate) const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/// A program of the Python environment.
pub(crate) fn python_tool(name: &str) -> Result<PathBuf, Trouble> {
    installed(root().join(".venv/bin").join(name))
}

/// A file that has to be there.
///
/// # Errors
/// When it is not.
pub(crate) fn installed(path: PathBuf) -> Result<PathBuf, Trouble> {
    if path.is_file() {
        Ok(path)
    } else {
        Err(format!("{} is missing: infra/setup.sh verify installs it", path.display()).into())
    }
}

/// What a command writes to its standard output; it runs in the repository, with no input.
///
/// # Errors
/// When it fails; then what it says.
pub(crate) async fn output(mut command: Command) -> Result<String, Trouble> {
    let done = command.current_dir(root()).stdin(Stdio::null()).kill_on_drop(true).output().await?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    let name = command.as_std().get_program().to_string_lossy().into_owned();
    let (said, complaint) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    Err(format!("{name}: {}\n{said}{complaint}", done.status).into())
}
