//! A process that is killed while it writes leaves whole objects, and an event for each.

#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use domain::Timestamp;
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use storage::local::event::ObjectEvent;
use storage::{Local, LocalSettings, ObjectHeaders};

const ROUNDS: u64 = 12;
/// Large enough that a kill falls into the writing.
const OBJECT_BYTES: usize = 400_000;

fn open(dir: &Path) -> Local {
    Local::open(LocalSettings {
        dir: dir.to_owned(),
        public_endpoint: "http://localhost:3000".to_owned(),
        bucket: "photos".to_owned(),
        now: || Timestamp::from_micros(1_795_174_200_000_000),
    })
    .unwrap()
}

fn content(number: u8) -> Bytes {
    Bytes::from(vec![number; OBJECT_BYTES])
}

/// Puts `raw/<round>/0`, `1`, … and between them always the same key, and says which are acknowledged, until it is killed.
#[tokio::test]
#[ignore = "it is the process that the other test kills"]
async fn writer() {
    let mut lines = std::io::stdin().lines().map(Result::unwrap);
    let (dir, round) = (lines.next().unwrap(), lines.next().unwrap());
    let store = open(Path::new(&dir));
    let headers = ObjectHeaders { content_type: "image/jpeg".to_owned(), cache_control: None };
    for number in 0..=u8::MAX {
        store.put(&format!("raw/{round}/{number}"), content(number), &headers).await.unwrap();
        println!("\nput {number}");
        store.put("processed/same", content(number), &headers).await.unwrap();
    }
}

fn start_writer(dir: &Path, round: u64) -> Child {
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writer", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(writer.stdin.take().unwrap(), "{}\n{round}", dir.display()).unwrap();
    writer
}

/// Kills a writer some time after its first acknowledgement; gives back what it had acknowledged.
fn write_and_kill(dir: &Path, round: u64) -> Vec<u8> {
    let mut writer = start_writer(dir, round);
    let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines().map_while(Result::ok);
    let number = |line: String| line.strip_prefix("put ").and_then(|number| number.parse().ok());
    let mut acknowledged: Vec<u8> = vec![lines.by_ref().find_map(number).unwrap()];
    std::thread::sleep(Duration::from_micros(1700 * round));
    writer.kill().unwrap();
    writer.wait().unwrap();
    acknowledged.extend(lines.filter_map(number));
    acknowledged
}

fn keys_of_events(dir: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(dir.join("events/pending")).unwrap();
    let events = entries.map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    events.map(|json| serde_json::from_slice::<ObjectEvent>(&json).unwrap().key).collect()
}

#[tokio::test]
async fn a_kill_leaves_whole_objects_and_an_event_for_each() {
    let dir = tempfile::tempdir().unwrap();
    for round in 1..=ROUNDS {
        let acknowledged = write_and_kill(dir.path(), round);
        let store = open(dir.path());
        let raw: BTreeSet<_> = store.list("raw/").await.unwrap().into_iter().map(|info| info.key).collect();
        for number in acknowledged {
            assert!(raw.contains(&format!("raw/{round}/{number}")), "acknowledged and lost");
        }
        for key in &raw {
            let object = store.get(key, OBJECT_BYTES as u64).await.unwrap().unwrap();
            let number = key.rsplit('/').next().unwrap().parse().unwrap();
            assert!(object.bytes == content(number), "{key} is half written");
        }
        if let Some(same) = store.get("processed/same", OBJECT_BYTES as u64).await.unwrap() {
            assert!(same.bytes == content(same.bytes[0]), "half of one version and half of another");
        }
        assert_eq!(keys_of_events(dir.path()), raw, "every object has its event, and no event is without its object");
        assert_eq!(std::fs::read_dir(dir.path().join("tmp")).unwrap().count(), 1, "nothing but our own is left");
    }
}
