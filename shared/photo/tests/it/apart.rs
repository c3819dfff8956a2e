//! Runs the pipeline in a process of its own, whose memory and time the system counts and ends.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

/// How it ended: a rejection's code and reason, or `accepted` and the size.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: String,
    pub(crate) reason: String,
    /// The most memory that the process ever held, its program and the file included.
    pub(crate) peak_mb: u64,
}

/// Far above what any file may need: whoever reaches these is hanging, or asks for memory without end.
const MAX_SECONDS: u32 = 60;
const MAX_ADDRESS_SPACE_KB: u32 = 1_500_000;

/// `optimize` with the default settings. Fails where the process does not end by itself.
#[track_caller]
pub(crate) fn optimize_apart(name: &str, raw: &[u8]) -> Outcome {
    let limits = format!("ulimit -t {MAX_SECONDS}; ulimit -v {MAX_ADDRESS_SPACE_KB}; exec \"$0\" \"$@\"");
    let mut child = Command::new("sh")
        .args(["-c", &limits])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "apart::child", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(raw).unwrap();
    let output = child.wait_with_output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{name}: {}: {printed}", output.status);
    let answer = printed.lines().find_map(|line| line.split_once("answer|").map(|(_, answer)| answer)).unwrap();
    let mut parts = answer.split('|').map(str::to_owned);
    let mut next = || parts.next().unwrap();
    Outcome { code: next(), reason: next(), peak_mb: next().parse().unwrap() }
}

#[test]
#[ignore = "the process that the other tests start and watch"]
fn child() {
    let mut raw = Vec::new();
    std::io::stdin().read_to_end(&mut raw).unwrap();
    let (code, reason) = match photo::optimize(&raw, &photo::Settings::default()) {
        Ok(optimized) => ("accepted", format!("{} × {}", optimized.width, optimized.height)),
        Err(rejection) => (rejection.code, rejection.reason),
    };
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak_kb: u64 = peak.trim_end_matches("kB").trim().parse().unwrap();
    println!("\nanswer|{code}|{reason}|{}", peak_kb / 1024);
}
