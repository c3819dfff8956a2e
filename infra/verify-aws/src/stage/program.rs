//! Programs in an environment of their own.

use crate::Trouble;
use crate::tools::PATH;
use std::path::Path;
use tests::watched::{Folder, Log, Process};

/// Joins what a program writes, and hands the joined text on to whoever watches.
const JOINED: [&str; 4] = ["sh", "-c", "exec \"$@\" >&2", "sh"];

/// Starts a program with nothing else in its environment than a path and these, and waits until it says that it is `ready`.
///
/// # Errors
/// When it ends instead; then what it wrote.
pub(crate) fn start<'v>(
    folder: &Folder,
    program: &[&str],
    variables: impl IntoIterator<Item = (&'v str, &'v str)>,
    ready: &'static str,
) -> Result<(Process, Log), Trouble> {
    let mut command: Vec<String> = JOINED.iter().chain(&["env", "-i"]).map(|word| (*word).to_owned()).collect();
    command.push(format!("PATH={PATH}"));
    command.extend(variables.into_iter().map(|(name, value)| format!("{name}={value}")));
    command.extend(program.iter().map(|word| (*word).to_owned()));
    let log = Log::default();
    let started = tokio::task::block_in_place(|| Process::start(folder, &command, ready, "TERM", &log));
    let said = || log.lock().map(|log| log.clone()).unwrap_or_default();
    let name = Path::new(program[0]).file_name().unwrap_or_default().display();
    started.map(|process| (process, log.clone())).ok_or_else(|| format!("{name} does not start:\n{}", said()).into())
}
