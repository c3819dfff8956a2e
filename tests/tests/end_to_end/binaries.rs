//! The real programs, built once by the process that runs the tests.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The embedded server.
pub(crate) fn local() -> PathBuf {
    folder().join("local")
}

/// The command line.
pub(crate) fn ops() -> PathBuf {
    folder().join("ops")
}

/// What a command wrote on standard output; fails where the command did.
pub(crate) fn run_ops(data_dir: &Path, arguments: &[&str]) -> String {
    let output = ops_command(data_dir, arguments).output().expect("ops starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "ops {arguments:?}: {out}{err}");
    out.into_owned()
}

/// `ops` on the database of a data folder, with nothing else in its environment.
pub(crate) fn ops_command(data_dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(ops());
    command.env_clear().env("DATA_DIR", data_dir).args(arguments);
    command
}

/// Where the programs are: beside the folder of this test, of the same profile.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let test = std::env::current_exe().expect("this program has a path");
        let folder = test.ancestors().nth(2).expect("target/<profile>/deps/<test>").to_owned();
        let profile = match folder.file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => "dev",
            Some(name) => name,
        };
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--offline", "--quiet", "-p", "local", "-p", "ops", "--profile", profile, "--target-dir"]);
        build.arg(folder.parent().expect("the target folder")).current_dir(env!("CARGO_MANIFEST_DIR"));
        assert!(build.status().expect("cargo starts").success(), "the programs do not build");
        folder
    })
}
