//! The candidates, each a process that does one task after the other on one core.

use crate::Trouble;
use crate::task::{Answer, Task};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const SHARP: &str = include_str!("workers/sharp.js");
const PILLOW: &str = include_str!("workers/pillow.py");

/// Who does a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Candidate {
    Ours,
    Sharp,
    Pillow,
}

impl Candidate {
    /// In the order in which they take turns.
    pub(crate) const ALL: [Self; 3] = [Self::Ours, Self::Sharp, Self::Pillow];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Sharp => "sharp",
            Self::Pillow => "Pillow",
        }
    }

    /// The program and its arguments. `tools` is what `infra/setup.sh bench-photos` has filled.
    fn command(self, tools: &Path) -> Result<Command, Trouble> {
        let (program, arguments) = match self {
            Self::Ours => (std::env::current_exe()?, vec!["work"]),
            Self::Sharp => ("node".into(), vec!["--eval", SHARP]),
            Self::Pillow => (tools.join("bin/python"), vec!["-c", PILLOW]),
        };
        let mut command = on_one_core();
        command.arg(program).args(arguments);
        if self == Self::Sharp {
            command.env("NODE_PATH", std::path::absolute(tools)?.join("node_modules")).env("UV_THREADPOOL_SIZE", "1");
        }
        Ok(command)
    }
}

/// `taskset` becomes the program that it starts, so that the process is the worker's own. The last core: the first has more
/// of the machine's interrupts.
fn on_one_core() -> Command {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", &(cores - 1).to_string()]);
    command
}

/// A running candidate.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) candidate: Candidate,
    child: Child,
    tasks: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// Its peak memory before the first task.
    pub(crate) idle_bytes: u64,
}

impl Worker {
    /// Starts a process and waits until it is ready for tasks.
    ///
    /// # Errors
    /// When something is not installed.
    pub(crate) fn start(candidate: Candidate, tools: &Path) -> Result<Self, Trouble> {
        let mut command = candidate.command(tools)?;
        Self::spawn(candidate, &mut command)
    }

    /// The same for a command that becomes a worker.
    pub(crate) fn spawn(candidate: Candidate, command: &mut Command) -> Result<Self, Trouble> {
        let name = candidate.name();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{name} does not start ({error}): infra/setup.sh bench-photos installs it"))?;
        let (Some(tasks), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("a child without pipes".into());
        };
        let mut worker = Self { candidate, child, tasks, answers: BufReader::new(answers), idle_bytes: 0 };
        worker.answer()?;
        worker.idle_bytes = worker.peak_bytes()?;
        Ok(worker)
    }

    /// Has a task done; the ms that the worker measured.
    ///
    /// # Errors
    /// Where the worker fails.
    pub(crate) fn ask(&mut self, task: &Task) -> Result<f64, Trouble> {
        writeln!(self.tasks, "{}", serde_json::to_string(task)?)?;
        self.answer().map_err(|error| format!("{}: {error}", task.photo.display()).into())
    }

    /// The largest resident memory that the process has had so far.
    ///
    /// # Errors
    /// On systems without `/proc`.
    pub(crate) fn peak_bytes(&self) -> Result<u64, Trouble> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let peak_kib: Option<u64> =
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        Ok(1024 * peak_kib.ok_or("no VmHWM in /proc: memory can only be measured on Linux")?)
    }

    /// Closes its standard input and waits for its end.
    ///
    /// # Errors
    /// Those of waiting.
    pub(crate) fn finish(self) -> Result<(), Trouble> {
        let Self { mut child, tasks, .. } = self;
        drop(tasks);
        child.wait()?;
        Ok(())
    }

    fn answer(&mut self) -> Result<f64, Trouble> {
        let name = self.candidate.name();
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        match serde_json::from_str(&line) {
            Ok(Answer::Done { ms }) => Ok(ms),
            Ok(Answer::Failed { error }) => Err(format!("{name}: {error}").into()),
            Err(_) => Err(format!("{name} has ended, or said what is no answer: {line:?}").into()),
        }
    }
}
