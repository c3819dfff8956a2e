//! Those who ask: wrk, with a script that draws from every kind of request.

use super::client::Client;
use super::questions::{MIX, Questions};
use crate::Trouble;
use crate::book::{Book, Failure};
use std::process::Stdio;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::process::Command;

const SCRIPT: &str = include_str!("reads.lua");
/// Longer than API Gateway waits: what comes later never comes.
const TIMEOUT: &str = "35s";

/// Asks for so long; answers what was answered, and how many requests there were in a second.
///
/// # Errors
/// When wrk is not installed or does not run.
pub(super) async fn run(
    client: &Client,
    questions: &Questions,
    readers: usize,
    seconds: u64,
) -> Result<(Book, f64), Trouble> {
    let place = tempfile::tempdir()?;
    let write = |name: &str, text: &str| {
        let path = place.path().join(name);
        std::fs::write(&path, text).map(|()| path)
    };
    let script = write("reads.lua", SCRIPT)?;
    let requests = write("requests", &questions.lines())?;
    let mix = write("mix", &MIX.map(|(kind, share)| format!("{kind}\t{share}\n")).concat())?;
    let book = Book::new();
    let began = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64();
    let readers = readers.to_string();
    let output = Command::new("wrk")
        .args(["-t", &readers, "-c", &readers, "-d", &format!("{seconds}s"), "--timeout", TIMEOUT, "-s"])
        .arg(script)
        .arg(client.url())
        .arg("--")
        .args([requests, mix])
        .arg(began.to_string())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| format!("wrk: {error} (infra/setup.sh load installs it)"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        return Err(format!("wrk: {said}{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    read(book, &said).ok_or_else(|| format!("wrk said what nobody understands: {said}").into())
}

/// Enters what the script has said; `None` where that is not understood.
fn read(mut book: Book, said: &str) -> Option<(Book, f64)> {
    let mut rate = None;
    for line in said.lines().filter_map(|line| line.strip_prefix("load\t")) {
        let parts: Vec<&str> = line.split('\t').collect();
        match *parts {
            ["good", kind, count] => {
                book.answers.entry(kind.to_owned()).or_default().good += count.parse::<u64>().ok()?
            }
            ["time", kind, bucket, count] => {
                let times = &mut book.answers.entry(kind.to_owned()).or_default().times;
                times.push_many(bucket.parse().ok()?, count.parse().ok()?);
            }
            ["cache", kind, said, count] => {
                let counts = &mut book.answers.entry(kind.to_owned()).or_default().cache;
                *counts.entry(said.to_owned()).or_default() += count.parse::<u64>().ok()?;
            }
            ["failure", kind, at_s, status, wait, detail] => book.failed(Failure {
                kind: kind.to_owned(),
                at_s: at_s.parse().ok()?,
                status: Some(status.parse().ok()?),
                detail: detail.to_owned(),
                retry_after_s: wait.parse().ok(),
            }),
            ["given up", kind] => book.given_up.push(format!("{kind}: not answered when the run ended")),
            ["lost", "0"] => {}
            ["lost", count] => book.given_up.push(format!("{count} connections ended without an answer")),
            ["rate", per_s] => rate = per_s.parse().ok(),
            _ => return None,
        }
    }
    Some((book, rate?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_script_says_is_entered() {
        let said = "Running 1s test @ http://localhost\nload\tgood\tnear me\t3\nload\tgood\tnear me\t4\n\
            load\ttime\tnear me\t400\t7\nload\tcache\tnear me\thit\t5\n\
            load\tfailure\tlist\t1.250\t503\t2\tThe database is away.\nload\tfailure\tlist\t1.3\t500\t-\t\n\
            load\tgiven up\tlist\nload\tlost\t0\nload\trate\t12.5\n";
        let (book, rate) = read(Book::new(), said).unwrap();
        let near = &book.answers["near me"];
        assert_eq!((near.good, near.failed, near.cache["hit"], rate), (7, 0, 5, 12.5));
        assert!((2.7..2.9).contains(&near.times.percentile_ms(50)), "{}", near.times.percentile_ms(50));
        assert_eq!(book.answers["list"].failed, 2);
        assert_eq!((book.failures[0].at_s, book.failures[0].retry_after_s), (1.25, Some(2)));
        assert_eq!((book.failures[1].status, book.failures[1].retry_after_s), (Some(500), None));
        assert_eq!(book.given_up.len(), 1);
    }

    #[test]
    fn what_is_not_understood_or_broken_off_is_no_report() {
        assert!(read(Book::new(), "load\tgood\tlist\t1\n").is_none());
        assert!(read(Book::new(), "load\tnew\tline\nload\trate\t1\n").is_none());
    }
}
