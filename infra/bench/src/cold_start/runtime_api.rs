//! The Lambda Runtime API for one process: a listener that hands out one event.

use crate::Trouble;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

const ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/// The API of one process.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    listener: TcpListener,
    requests: Option<Receiver<Request>>,
    /// Waits for its event.
    asking: Option<TcpStream>,
}

/// A request, and the connection that waits for its answer.
struct Request {
    at: Instant,
    target: String,
    body: String,
    connection: TcpStream,
}

impl RuntimeApi {
    pub(super) fn listen() -> Result<Self, Trouble> {
        Ok(Self { listener: TcpListener::bind("127.0.0.1:0")?, requests: None, asking: None })
    }

    pub(super) fn address(&self) -> String {
        self.listener.local_addr().map(|address| address.to_string()).unwrap_or_default()
    }

    /// Waits for the first `GET /invocation/next`; when it came.
    pub(super) fn next(&mut self, patience: Duration) -> Result<Instant, Trouble> {
        let (said, requests) = channel();
        let listener = self.listener.try_clone()?;
        std::thread::spawn(move || {
            while let Ok((connection, _)) = listener.accept() {
                let said = said.clone();
                std::thread::spawn(move || read_all(connection, &said));
            }
        });
        let request = requests.recv_timeout(patience)?;
        if !request.target.ends_with("/invocation/next") {
            return Err(format!("{}: {}", request.target, request.body).into());
        }
        (self.requests, self.asking) = (Some(requests), Some(request.connection));
        Ok(request.at)
    }

    /// Hands an event out; how long its answer took, which must hold the text `expected`.
    pub(super) fn invoke(&mut self, event: &str, expected: &str, patience: Duration) -> Result<Duration, Trouble> {
        let (requests, mut asking) = self.requests.as_ref().zip(self.asking.take()).ok_or("nobody has asked yet")?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
        let deadline_ms = (now + patience).as_millis();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nLambda-Runtime-Aws-Request-Id: {ID}\r\n\
             Lambda-Runtime-Deadline-Ms: {deadline_ms}\r\nLambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700\r\n\
             Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-central-1:123456789012:function:bench\r\n\r\n",
            event.len()
        );
        let started = Instant::now();
        asking.write_all((head + event).as_bytes())?;
        let request = requests.recv_timeout(patience)?;
        if request.body.contains(expected) {
            Ok(request.at - started)
        } else {
            Err(format!("{}: {}", request.target, request.body).into())
        }
    }
}

fn read_all(connection: TcpStream, said: &Sender<Request>) {
    let Ok(reading) = connection.try_clone() else { return };
    let mut reader = BufReader::new(reading);
    while let Ok(Some((target, body, at))) = read(&mut reader) {
        let Ok(connection) = connection.try_clone() else { return };
        if said.send(Request { at, target, body, connection }).is_err() {
            return;
        }
    }
}

/// One request, and when it was complete; `None` where the connection has ended.
fn read(reader: &mut BufReader<TcpStream>) -> Result<Option<(String, String, Instant)>, Trouble> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let Some(target) = line.split(' ').nth(1).map(str::to_owned) else { return Ok(None) };
    let (mut length, mut is_chunked) = (0, false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let header = header.trim_end().to_ascii_lowercase();
        match header.split_once(": ") {
            Some(("content-length", value)) => length = value.parse()?,
            Some(("transfer-encoding", value)) => is_chunked = value == "chunked",
            Some(_) => {}
            None => break,
        }
    }
    let body = if is_chunked { read_chunks(reader)? } else { read_bytes(reader, length)? };
    Ok(Some((target, String::from_utf8_lossy(&body).into_owned(), Instant::now())))
}

fn read_bytes(reader: &mut impl Read, length: usize) -> Result<Vec<u8>, Trouble> {
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn read_chunks(reader: &mut BufReader<TcpStream>) -> Result<Vec<u8>, Trouble> {
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        reader.read_line(&mut size)?;
        let size = usize::from_str_radix(size.trim(), 16)?;
        body.extend(read_bytes(reader, size)?);
        reader.read_line(&mut String::new())?;
        if size == 0 {
            return Ok(body);
        }
    }
}
