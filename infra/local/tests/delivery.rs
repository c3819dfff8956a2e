//! Events of the local bucket reach a handler, come again when it fails, and survive a kill.

#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use local::delivery::{self, Handler, HandlerError, Settings};
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use storage::{Local, LocalSettings, ObjectHeaders};
use tokio::sync::watch;

struct Bench {
    dir: tempfile::TempDir,
    store: Local,
}

fn bench() -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let store = Local::open(LocalSettings {
        dir: dir.path().to_owned(),
        public_endpoint: "http://localhost:3000".to_owned(),
        bucket: "photos".to_owned(),
        now: || domain::Timestamp::from_micros(1_795_174_200_123_456),
    })
    .unwrap();
    Bench { dir, store }
}

impl Bench {
    async fn put(&self, key: &str) {
        let headers = ObjectHeaders { content_type: "image/jpeg".to_owned(), cache_control: None };
        self.store.put(key, Bytes::from_static(b"hello"), &headers).await.unwrap();
    }

    fn files(&self, folder: &str) -> Vec<std::path::PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.dir.path().join("events").join(folder)) else {
            return Vec::new();
        };
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    fn start(&self, handler: Handler) -> (watch::Sender<bool>, tokio::task::JoinHandle<()>) {
        let (stop, stopped) = watch::channel(false);
        let store = self.store.clone();
        (stop, tokio::spawn(async move { delivery::run(&store, quick(), handler, stopped).await }))
    }

    /// Runs until the condition holds, and fails where it never does.
    async fn run_until(&self, handler: Handler, done: impl Fn() -> bool) {
        let (stop, run) = self.start(handler);
        wait_for(done).await;
        stop.send(true).unwrap();
        run.await.unwrap();
    }
}

fn quick() -> Settings {
    Settings {
        retry_delays: [Duration::from_millis(20), Duration::from_millis(40)],
        poll_interval: Duration::from_millis(10),
        timeout: Duration::from_millis(500),
        stop_within: Duration::from_millis(200),
        ..Settings::default()
    }
}

async fn wait_for(done: impl Fn() -> bool) {
    for _ in 0..500 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came to that");
}

fn error() -> HandlerError {
    HandlerError { error_type: "Storage".to_owned(), error_message: "no answer".to_owned() }
}

/// Answers with the number of the call, from 1.
fn handler(
    answer: impl Fn(usize, &Value) -> Result<(), HandlerError> + Send + Sync + 'static,
) -> (Handler, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let (count, answer) = (calls.clone(), Arc::new(answer));
    let handler: Handler = Arc::new(move |event| {
        let (count, answer) = (count.clone(), answer.clone());
        Box::pin(async move { answer(count.fetch_add(1, Ordering::SeqCst) + 1, &event) })
    });
    (handler, calls)
}

fn letter(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[tokio::test]
async fn a_handler_that_fails_twice_is_called_a_third_time_and_then_no_more() {
    let bench = bench();
    bench.put("raw/a b").await;
    let seen = Arc::new(Mutex::new(Value::Null));
    let (handler, calls) = handler({
        let seen = seen.clone();
        move |call, event| {
            *seen.lock().unwrap() = event.clone();
            if call < 3 { Err(error()) } else { Ok(()) }
        }
    });
    bench.run_until(handler, || bench.files("pending").is_empty()).await;
    assert_eq!(calls.load(Ordering::SeqCst), 3);
    assert!(bench.files("dead-letter").is_empty() && bench.files("attempts").is_empty());
    let record = &seen.lock().unwrap()["Records"][0];
    assert_eq!(record["s3"]["object"]["key"], "raw/a+b");
    assert_eq!(record["eventName"], "ObjectCreated:Put");
}

#[tokio::test]
async fn an_event_that_nobody_can_take_becomes_a_dead_letter() {
    let bench = bench();
    bench.put("raw/x").await;
    let (handler, calls) = handler(|_, _| Err(error()));
    bench.run_until(handler, || bench.files("pending").is_empty()).await;
    assert_eq!(calls.load(Ordering::SeqCst), 3);
    let letter = letter(&bench.files("dead-letter")[0]);
    assert_eq!(letter["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(letter["requestContext"]["approximateInvokeCount"], 3);
    assert_eq!(letter["requestPayload"]["Records"][0]["s3"]["object"]["key"], "raw/x");
    assert_eq!(letter["responsePayload"]["errorMessage"], "no answer");
}

#[tokio::test]
async fn a_dead_letter_that_is_put_back_is_delivered_as_the_event_that_it_holds_with_every_try() {
    let bench = bench();
    bench.put("raw/x").await;
    let (failing, _) = handler(|_, _| Err(error()));
    bench.run_until(failing.clone(), || bench.files("pending").is_empty()).await;
    let back = |path: std::path::PathBuf| {
        let pending = bench.dir.path().join("events/pending").join(path.file_name().unwrap());
        std::fs::rename(path, pending).unwrap();
    };
    let first = letter(&bench.files("dead-letter")[0]);
    back(bench.files("dead-letter").remove(0));
    bench.run_until(failing, || bench.files("pending").is_empty()).await;
    let second = letter(&bench.files("dead-letter")[0]);
    assert_eq!(second["requestPayload"], first["requestPayload"]);
    assert_eq!(second["requestContext"]["approximateInvokeCount"], 3);
    back(bench.files("dead-letter").remove(0));
    let seen = Arc::new(Mutex::new(Value::Null));
    let (taking, calls) = handler({
        let seen = seen.clone();
        move |_, event| {
            *seen.lock().unwrap() = event.clone();
            Ok(())
        }
    });
    bench.run_until(taking, || bench.files("pending").is_empty()).await;
    assert_eq!((calls.load(Ordering::SeqCst), &*seen.lock().unwrap()), (1, &first["requestPayload"]));
    assert!(bench.files("dead-letter").is_empty() && bench.files("attempts").is_empty());
}

#[tokio::test]
async fn what_is_no_event_is_set_aside_whatever_it_is() {
    let bench = bench();
    bench.put("raw/x").await;
    for (name, content) in [("1.json", "7"), ("2.json", "[]"), ("3.json", "null"), ("4.json", "{"), ("5.json", "{}")] {
        std::fs::write(bench.dir.path().join("events/pending").join(name), content).unwrap();
    }
    let (taking, calls) = handler(|_, _| Ok(()));
    bench.run_until(taking, || bench.files("pending").is_empty()).await;
    assert_eq!((calls.load(Ordering::SeqCst), bench.files("dead-letter").len()), (1, 5));
}

#[tokio::test]
async fn a_panic_and_a_handler_that_hangs_are_failures_like_others() {
    let bench = bench();
    bench.put("raw/x").await;
    let calls = Arc::new(AtomicUsize::new(0));
    let handler: Handler = Arc::new({
        let calls = calls.clone();
        move |_| match calls.fetch_add(1, Ordering::SeqCst) {
            0 => panic!("at the call"),
            1 => Box::pin(async { panic!("in the future") }),
            _ => Box::pin(std::future::pending()),
        }
    });
    bench.run_until(handler, || bench.files("pending").is_empty()).await;
    let letter = letter(&bench.files("dead-letter")[0]);
    assert_eq!(letter["responsePayload"]["errorType"], "Sandbox.Timedout");
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn what_is_pending_at_the_start_is_delivered_and_its_attempts_are_not_forgotten() {
    let bench = bench();
    bench.put("raw/x").await;
    let (failing, calls) = handler(|_, _| Err(error()));
    let (_stop, run) = bench.start(failing);
    wait_for(|| calls.load(Ordering::SeqCst) == 2).await;
    // A kill: nothing of the run gets another turn.
    run.abort();
    let _ = run.await;
    assert_eq!(bench.files("pending").len(), 1);
    let (failing, calls) = handler(|_, _| Err(error()));
    bench.run_until(failing, || bench.files("pending").is_empty()).await;
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    assert_eq!(letter(&bench.files("dead-letter")[0])["requestContext"]["approximateInvokeCount"], 3);
}

#[tokio::test]
async fn an_event_that_takes_the_process_down_each_time_is_given_up() {
    let bench = bench();
    bench.put("raw/x").await;
    let mut runs = 0;
    while !bench.files("pending").is_empty() {
        runs += 1;
        assert!(runs < 10, "it is tried for ever");
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = calls.clone();
        let hanging: Handler = Arc::new(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            Box::pin(std::future::pending())
        });
        let (_stop, run) = bench.start(hanging);
        wait_for(|| calls.load(Ordering::SeqCst) == 1 || bench.files("pending").is_empty()).await;
        run.abort();
        let _ = run.await;
    }
    assert_eq!(letter(&bench.files("dead-letter")[0])["responsePayload"]["errorType"], "Runtime.ExitError");
}

#[tokio::test]
async fn no_more_than_two_events_are_handled_at_once() {
    let bench = bench();
    for number in 0..6 {
        bench.put(&format!("raw/{number}")).await;
    }
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let handler: Handler = Arc::new({
        let most = most.clone();
        move |_| {
            let (now, most) = (now.clone(), most.clone());
            Box::pin(async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(20)).await;
                now.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            })
        }
    });
    bench.run_until(handler, || bench.files("pending").is_empty()).await;
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_stop_waits_for_the_call_that_has_begun_but_not_for_ever() {
    let bench = bench();
    bench.put("raw/x").await;
    let begun = Arc::new(AtomicUsize::new(0));
    let slow = |time: Duration| -> Handler {
        let begun = begun.clone();
        Arc::new(move |_| {
            begun.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move {
                tokio::time::sleep(time).await;
                Ok(())
            })
        })
    };
    let (stop, run) = bench.start(slow(Duration::from_millis(450)));
    wait_for(|| begun.load(Ordering::SeqCst) == 1).await;
    stop.send(true).unwrap();
    run.await.unwrap();
    assert_eq!(bench.files("pending").len(), 1, "too slow: it stays");
    let (stop, run) = bench.start(slow(Duration::from_millis(100)));
    wait_for(|| begun.load(Ordering::SeqCst) == 2).await;
    stop.send(true).unwrap();
    run.await.unwrap();
    assert!(bench.files("pending").is_empty(), "quick enough: it was finished");
}
