//! The real programs, with nothing of this process's environment.

use std::path::Path;
use std::process::Command;
use tests::programs::program;

/// The embedded server on a data folder and a port.
pub(crate) fn server_command(data_dir: &Path, port: u16) -> Command {
    let mut command = Command::new(program("local"));
    command.env_clear().env("DATA_DIR", data_dir).env("PORT", port.to_string());
    command
}

/// What a command wrote on standard output; fails where the command did.
pub(crate) fn run_ops(data_dir: &Path, arguments: &[&str]) -> String {
    let output = ops_command(data_dir, arguments).output().expect("ops starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "ops {arguments:?}: {out}{err}");
    out.into_owned()
}

/// `ops` on the database of a data folder.
pub(crate) fn ops_command(data_dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program("ops"));
    command.env_clear().env("DATA_DIR", data_dir).args(arguments);
    command
}
