//! The embedded server as a process of its own, on a port of its own.

use crate::binaries::server_command;
use crate::http::{Reply, Request};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The last line of the greeting.
const SERVES: &str = "Ctrl-C stops it.";
/// Generous: the machine may be building something else.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// A running server; it ends with the value, and the test fails if its log has a panic.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    pub(crate) data_dir: PathBuf,
    log: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
    /// Alice's.
    pub(crate) token: String,
}

impl Server {
    /// Starts on a data folder and waits until it says that it serves.
    pub(crate) fn start(data_dir: &Path) -> Self {
        // Somebody else may take the port between its choice and its use.
        (0..5).find_map(|_| Self::try_start(data_dir, free_port())).expect("a free port within five attempts")
    }

    fn try_start(data_dir: &Path, port: u16) -> Option<Self> {
        let mut command = server_command(data_dir, port);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the server starts");
        let log = Arc::new(Mutex::new(String::new()));
        let (out, greeting) = collect(child.stdout.take().expect("its output"), log.clone());
        let (err, _) = collect(child.stderr.take().expect("its log"), log.clone());
        let data_dir = data_dir.to_owned();
        let mut server = Self { child, port, data_dir, log, readers: vec![out, err], token: String::new() };
        server.token = server.read_greeting(&greeting)?;
        Some(server)
    }

    /// The token of the greeting, once the greeting is whole; `None` where the port was taken.
    fn read_greeting(&mut self, lines: &Receiver<String>) -> Option<String> {
        let mut token = None;
        loop {
            match lines.recv_timeout(PATIENCE) {
                Ok(line) if line == SERVES => return token,
                Ok(line) => token = line.strip_prefix("TOKEN=").map(str::to_owned).or(token),
                Err(RecvTimeoutError::Timeout) => panic!("the server does not serve: {}", self.log()),
                Err(RecvTimeoutError::Disconnected) => {
                    let _ = self.child.wait();
                    self.readers.drain(..).for_each(|reader| drop(reader.join()));
                    assert!(self.log().contains("is taken"), "the server did not start: {}", self.log());
                    return None;
                }
            }
        }
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    pub(crate) fn send(&self, request: &Request) -> Reply {
        request.send(self.port)
    }

    /// The JSON of a 200.
    pub(crate) fn get(&self, target: &str) -> Value {
        self.send(&Request::new("GET", target)).expect(200)
    }

    /// What Alice is answered.
    pub(crate) fn post(&self, target: &str, body: &Value) -> Reply {
        self.send(&Request::new("POST", target).bearer(&self.token).json(body))
    }

    pub(crate) fn token(&self, sub: &str, groups: &[&str]) -> String {
        let request = Request::new("POST", "/dev/token").json(&json!({"sub": sub, "groups": groups}));
        self.send(&request).expect(200)["token"].as_str().expect("a token").to_owned()
    }

    /// Output and log so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.end();
    }

    /// SIGTERM, and how the process ended.
    pub(crate) fn stop(mut self) -> ExitStatus {
        kill_process(Pid::from_child(&self.child), Signal::TERM).expect("the server can be told to stop");
        poll("the server stops", || self.child.try_wait().expect("the server can be waited for"))
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.readers.drain(..).for_each(|reader| drop(reader.join()));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
        let log = self.log();
        if std::thread::panicking() {
            eprintln!("--- the server's log ---\n{log}");
        } else {
            assert!(!log.contains("panicked"), "a panic reached the log: {log}");
        }
    }
}

/// Looks until there is something to see.
pub(crate) fn poll<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < deadline, "in vain: {what}");
        std::thread::sleep(LOOK_AGAIN);
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// Reads a stream to its end: into the log, and line by line for whoever waits.
fn collect(stream: impl Read + Send + 'static, log: Arc<Mutex<String>>) -> (JoinHandle<()>, Receiver<String>) {
    let (sender, lines) = channel();
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            log.push_str(&line);
            log.push('\n');
            drop(log);
            let _ = sender.send(line);
        }
    });
    (reader, lines)
}
