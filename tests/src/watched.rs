//! Folders and servers that are gone when this process is, however it ends.

use std::fs::{Metadata, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use tempfile::TempDir;

/// Far more than a server takes to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Takes the folder away once nobody holds the pipe on its standard input any more: neither this process nor a server of ours,
/// of which the pipe is the standard output. A PostgreSQL that was killed leaves a segment of shared memory behind; its number
/// is in the seventh line of a file.
const KEEPER: &str = r#"
cat >/dev/null
segment=$(sed -n '7s/.* //p' "$1/data/postmaster.pid" 2>/dev/null)
[ -z "$segment" ] || ipcrm -m "$segment" 2>/dev/null
rm -rf "$1"
"#;

/// Starts a server, and stops it with the signal that it reads from standard input, or with its first argument when this process
/// is gone. Only the server keeps the error output open: its end is the server's end, and that of its children.
const WATCHER: &str = r#"
last=$1
shift
"$@" </dev/null &
exec 2>/dev/null
read -r signal
kill -"${signal:-$last}" $!
wait
"#;

/// A new folder of the user who runs servers: this one, or an unprivileged one where this one is root.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    owner: Option<(u32, u32)>,
    keeper: Child,
}

impl Folder {
    /// An empty one; PostgreSQL refuses to run as root.
    pub fn new(prefix: &str) -> Self {
        let dir = TempDir::with_prefix(prefix).unwrap();
        let owner = unprivileged_user(&std::fs::metadata(&dir).unwrap());
        Self::keep(dir, owner)
    }

    /// An empty one of this user, for servers that may be run by anybody.
    pub fn of_this_user(prefix: &str) -> Self {
        Self::keep(TempDir::with_prefix(prefix).unwrap(), None)
    }

    fn keep(dir: TempDir, owner: Option<(u32, u32)>) -> Self {
        let mut keeper = as_user(Command::new("sh"), owner);
        keeper.args(["-c", KEEPER, "sh"]).arg(dir.path()).process_group(0).stdin(Stdio::piped());
        let keeper = keeper.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let folder = Self { path: dir.keep(), owner, keeper };
        folder.give(&folder.path);
        folder
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A file that only the owner reads.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path.join(name);
        let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        self.give(&path);
        path
    }

    /// Runs a program as the owner of this folder, to its end.
    pub(crate) fn run(&self, program: &Path, arguments: &[&str]) {
        let output = as_user(Command::new(program), self.owner).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}: {}", program.display(), String::from_utf8_lossy(&output.stderr));
    }

    fn give(&self, path: &Path) {
        if let Some((uid, gid)) = self.owner {
            chown(path, Some(uid), Some(gid)).unwrap();
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// What a server wrote, in all its lives.
pub type Log = Arc<Mutex<String>>;

/// A running server.
#[derive(Debug)]
pub struct Process {
    watcher: Child,
    reader: Option<JoinHandle<()>>,
}

impl Process {
    /// Starts a server as the owner of the folder and waits until it says that it is `ready`; `None` where it ends instead.
    /// It ends with the signal `last` when nothing else has stopped it before.
    pub fn start(folder: &Folder, command: &[String], ready: &'static str, last: &str, log: &Log) -> Option<Self> {
        let held = folder.keeper.stdin.as_ref().unwrap().as_fd().try_clone_to_owned().unwrap();
        let mut watcher = as_user(Command::new("sh"), folder.owner)
            .args(["-c", WATCHER, "sh", last])
            .args(command)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::from(held))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (is_ready, answer) = channel();
        let (output, log) = (watcher.stderr.take().unwrap(), log.clone());
        let reader = std::thread::spawn(move || read(output, ready, &is_ready, &log));
        let process = Self { watcher, reader: Some(reader) };
        match answer.recv_timeout(PATIENCE) {
            Ok(()) => Some(process),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("{} does not start", command[0]),
        }
    }

    /// Stops it with a signal and waits until it and its children are gone.
    pub fn stop(mut self, signal: &str) {
        writeln!(self.watcher.stdin.as_ref().unwrap(), "{signal}").unwrap();
        self.end();
    }

    fn end(&mut self) {
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
        let _ = self.reader.take().map(JoinHandle::join);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// Reads to the end, whether somebody listens or not: a full pipe would stop the server.
fn read(output: ChildStderr, ready: &str, is_ready: &Sender<()>, log: &Log) {
    for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        log.lock().unwrap().push_str(&format!("{line}\n"));
        if line.contains(ready) {
            let _ = is_ready.send(());
        }
    }
}

/// A port for a server that may be away for a while. Systems give their clients' ends other ports, so that no connection takes it
/// meanwhile.
pub fn free_port() -> u16 {
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let draw = || 10_240 + (uuid::Uuid::new_v4().as_u128() % 20_000) as u16;
    std::iter::repeat_with(draw).take(1000).find(is_free).expect("a free port")
}

/// Servers refuse to run as root; then another user it is.
fn unprivileged_user(own: &Metadata) -> Option<(u32, u32)> {
    if own.uid() != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let find = |name: &str| {
        let fields: Vec<_> =
            users.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|user| user[0] == name)?;
        Some((fields[2].parse().ok()?, fields[3].parse().ok()?))
    };
    Some(find("postgres").or_else(|| find("nobody")).expect("a user that is not root"))
}

fn as_user(mut command: Command, user: Option<(u32, u32)>) -> Command {
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    // What root has at home is not for others to read.
    command.current_dir("/").env("HOME", "/");
    command
}
