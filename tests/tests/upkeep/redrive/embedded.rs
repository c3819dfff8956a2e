//! The same of the embedded server's letters, and its delivery of what it is given again.

use super::{command, text};
use local::delivery::{self, Handler, HandlerError, Settings};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use storage::Storage;
use tempfile::TempDir;
use tests::eventually;
use tokio::sync::watch;

/// The embedded server's delivery with a handler, until nothing waits any more.
async fn deliver(storage: &Storage, handler: Handler) {
    let Storage::Local(local) = storage else { panic!("a folder") };
    let settings = Settings {
        retry_delays: [Duration::from_millis(1); 2],
        poll_interval: Duration::from_millis(5),
        ..Settings::default()
    };
    let (stop, stopped) = watch::channel(false);
    let (running, pending) = (local.clone(), local.events_dir().join("pending"));
    let run = tokio::spawn(async move { delivery::run(&running, settings, handler, stopped).await });
    eventually("nothing waits", async || std::fs::read_dir(&pending).unwrap().count() == 0).await;
    stop.send(true).unwrap();
    run.await.unwrap();
}

/// What a handler was given.
type Seen = Arc<Mutex<Vec<Value>>>;

/// Keeps what it is given, and fails or not.
fn handler(seen: &Seen, fails: bool) -> Handler {
    let seen = seen.clone();
    Arc::new(move |event| {
        seen.lock().unwrap().push(event);
        let error = HandlerError { error_type: "Error".to_owned(), error_message: "no answer".to_owned() };
        Box::pin(async move { if fails { Err(error) } else { Ok(()) } })
    })
}

#[tokio::test]
async fn the_embedded_server_gives_an_event_up_and_is_given_it_again() {
    let data = TempDir::new().unwrap();
    let dir = data.path().to_str().unwrap();
    let config = config::Config::read(&|name| (name == "DATA_DIR").then(|| dir.to_owned())).unwrap();
    let storage = Storage::open(&config.store, config::world().now).await.unwrap();
    let headers = storage::ObjectHeaders { content_type: "image/jpeg".to_owned(), cache_control: None };
    storage.put("raw/charger/20260301/x", b"x".to_vec().into(), &headers).await.unwrap();
    let (failed, taken) = (Seen::default(), Seen::default());
    deliver(&storage, handler(&failed, true)).await;
    let run = async |arguments: &[&str]| {
        let output = command(&[("DATA_DIR", dir)], arguments).await.output().await.unwrap();
        assert!(output.status.success(), "{}", text(&output));
        text(&output)
    };
    let looked = run(&["--dry-run"]).await;
    assert!(looked.contains("1 letters in the folder of the embedded server\n"), "{looked}");
    assert!(
        looked.contains("  optimize-photo  RetriesExhausted\n") && looked.contains("    Error: no answer\n"),
        "{looked}"
    );
    let said = run(&[]).await;
    assert!(
        said.contains("redriven 1 / kept 0 of the folder of the embedded server\n  1 to optimize-photo\n"),
        "{said}"
    );
    deliver(&storage, handler(&taken, false)).await;
    let (failed, taken) = (failed.lock().unwrap().clone(), taken.lock().unwrap().clone());
    assert_eq!((failed.len(), taken.len(), &failed[0]), (3, 1, &taken[0]));
    assert!(!data.path().join("sharaspot.db").exists(), "no database is needed for that");
    assert!(run(&[]).await.contains("redriven 0 / kept 0"));
}
