//! The programs of PostgreSQL, and how a server of the tests runs.

use super::{PASSWORD, USER};
use crate::watched::{Folder, Log, Process};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The folder of `initdb`, `postgres` and `pg_basebackup`; `None`, and a line that says so, where they are not installed.
pub(super) fn binaries() -> Option<PathBuf> {
    let on_path =
        std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let said = Command::new("pg_config").arg("--bindir").output().ok();
    let said = said.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let packaged = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let packaged = packaged.map(|version| version.path().join("bin"));
    let programs = ["initdb", "postgres", "pg_basebackup"];
    let is_complete = |dir: &PathBuf| programs.iter().all(|program| dir.join(program).is_file());
    let binaries = on_path.chain(said).chain(packaged).find(is_complete);
    if binaries.is_none() {
        println!("skipped: PostgreSQL is not installed (`make test` installs it)");
    }
    binaries
}

/// Where a server keeps its data.
pub(super) fn data(folder: &Folder) -> PathBuf {
    folder.path().join("data")
}

/// Makes the data of a new server.
pub(super) fn init(binaries: &Path, folder: &Folder, options: &[&str]) {
    let data = data(folder);
    let fixed = ["--no-sync", "--no-locale", "--encoding=UTF8", "--username", USER, "-D", data.to_str().unwrap()];
    folder.run(&binaries.join("initdb"), &[&fixed, options].concat());
}

/// Makes the data of a new server that asks for passwords everywhere but at its socket. What the first one took half a second
/// for, the others of this process copy: they are the same down to their system identifier.
pub(super) fn init_with_passwords(binaries: &Path, folder: &Folder) {
    static FIRST: OnceLock<Folder> = OnceLock::new();
    let first = FIRST.get_or_init(|| {
        let first = Folder::new("pg");
        let password = format!("--pwfile={}", first.write("password", PASSWORD).display());
        init(binaries, &first, &["--auth-local=trust", "--auth-host=scram-sha-256", &password]);
        first
    });
    folder.run(Path::new("cp"), &["-a", data(first).to_str().unwrap(), data(folder).to_str().unwrap()]);
}

/// Runs the server of a folder; `None` where it does not start. Nothing of it outlives a machine, so it waits for no disk.
/// Its shared memory lies in its folder as far as it can.
pub(super) fn serve(binaries: &Path, folder: &Folder, port: u16, settings: &[String], log: &Log) -> Option<Process> {
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let fixed = [
        "listen_addresses=127.0.0.1",
        "fsync=off",
        "full_page_writes=off",
        "log_min_messages=log",
        "dynamic_shared_memory_type=mmap",
    ];
    let mut command = vec![text(&binaries.join("postgres")), "-D".to_owned(), text(&data(folder))];
    command.extend(["-k".to_owned(), text(folder.path()), "-p".to_owned(), port.to_string()]);
    for setting in fixed.into_iter().chain(settings.iter().map(String::as_str)) {
        command.extend(["-c".to_owned(), setting.to_owned()]);
    }
    // An end that asks nobody: a paused replica would hold up one with manners.
    Process::start(folder, &command, "database system is ready to accept", "QUIT", log)
}
