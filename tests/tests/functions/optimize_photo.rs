//! `optimize-photo`: what becomes of a raw upload, whatever S3 delivers and however often.

use crate::stage::{Store, WORLD};
use db::photos::NewPhoto;
use domain::photo::{PhotoKind, PhotoState, photo_id_of};
use optimize_photo::{App, handle};
use serde_json::{Value, json};
use std::time::Duration;
use storage::ObjectHeaders;
use tests::repository::{event, event_cases, shared_data, small_jpeg};
use tests::seed::NOON;
use tests::{TestDb, on_both_engines};

on_both_engines!(
    a_photo_becomes_ready_and_a_second_delivery_changes_nothing,
    what_is_no_photo_is_rejected_with_a_reason_and_publishes_nothing,
    events_that_concern_nobody_are_skipped,
    an_object_above_the_limit_is_rejected_even_where_the_event_names_another,
    the_row_describes_the_object_in_the_store_whichever_delivery_ends_last,
    a_real_camera_photo_comes_out_upright,
);

pub(crate) fn app(test_db: &TestDb, store: &Store) -> App {
    app_with(test_db, store, &|_| None)
}

pub(crate) fn app_with(test_db: &TestDb, store: &Store, environment: &dyn Fn(&str) -> Option<String>) -> App {
    let config = config::Config::read(environment).unwrap();
    App::new(test_db.db.clone(), store.storage.clone(), &config.photos, WORLD)
}

/// The key in `events/s3-put.json`.
pub(crate) fn key() -> String {
    event("s3-put")["Records"][0]["s3"]["object"]["key"].as_str().unwrap().to_owned()
}

/// Promises the photo of `events/s3-put.json`, stores these bytes for it, and answers the event that S3 would send.
pub(crate) async fn upload(test_db: &TestDb, store: &Store, bytes: Vec<u8>) -> Value {
    let (raw_key, id) = (key(), photo_id_of(&key()).unwrap());
    let photo = NewPhoto { id, charger_id: None, kind: PhotoKind::Charger, raw_key: raw_key.clone(), hash8: None };
    test_db.db.promise_photos("ann", &[photo], NOON).await.unwrap();
    let headers = ObjectHeaders { content_type: "image/jpeg".to_owned(), cache_control: None };
    store.storage.put(&raw_key, bytes.into(), &headers).await.unwrap();
    put_event(store).await
}

/// The event that S3 sends for the object that is there now.
pub(crate) async fn put_event(store: &Store) -> Value {
    let mut put = event("s3-put");
    let s3 = &mut put["Records"][0]["s3"];
    s3["bucket"]["name"] = json!(store.storage.bucket());
    let etag = store.storage.head(&key()).await.unwrap().unwrap().etag;
    s3["object"]["eTag"] = json!(etag.trim_matches('"'));
    put
}

pub(crate) async fn photo(test_db: &TestDb) -> domain::photo::Photo {
    test_db.db.photo(photo_id_of(&key()).unwrap()).await.unwrap().unwrap()
}

pub(crate) async fn published(store: &Store) -> usize {
    store.storage.list("processed/").await.unwrap().len()
}

async fn a_photo_becomes_ready_and_a_second_delivery_changes_nothing(test_db: &TestDb) {
    let store = Store::new().await;
    let delivered = upload(test_db, &store, small_jpeg()).await;
    let app = app(test_db, &store);
    let counts = handle(&app, delivered.clone()).await.unwrap();
    assert_eq!(counts, json!({"ready": 1, "rejected": 0, "skipped": 0}));
    let ready = photo(test_db).await;
    assert_eq!((ready.state, ready.width, ready.height), (PhotoState::Ready, Some(32), Some(24)));
    assert_eq!(published(&store).await, ready.renditions.len());
    let again = handle(&app, delivered).await.unwrap();
    assert_eq!(again, json!({"ready": 0, "rejected": 0, "skipped": 1}));
    assert_eq!(photo(test_db).await, ready);
}

async fn what_is_no_photo_is_rejected_with_a_reason_and_publishes_nothing(test_db: &TestDb) {
    let mut truncated = small_jpeg();
    truncated.truncate(truncated.len() / 2);
    let store = Store::new().await;
    for bytes in [truncated, b"<svg onload=alert(1)>".to_vec(), Vec::new()] {
        let delivered = upload(test_db, &store, bytes).await;
        let counts = handle(&app(test_db, &store), delivered).await.unwrap();
        assert_eq!(counts, json!({"ready": 0, "rejected": 1, "skipped": 0}));
        let rejected = photo(test_db).await;
        assert_eq!(rejected.state, PhotoState::Rejected);
        assert!(rejected.reason.is_some_and(|reason| reason.ends_with('.')));
        assert_eq!(published(&store).await, 0);
        test_db.db.forget_pending_photo(rejected.id).await.unwrap();
        forget(test_db).await;
    }
}

/// Photos that were dealt with cannot be taken back by `db`.
pub(crate) async fn forget(test_db: &TestDb) {
    match &test_db.db {
        db::Db::Postgres(postgres) => drop(sqlx::query("DELETE FROM photos").execute(postgres.pool()).await.unwrap()),
        db::Db::Sqlite(sqlite) => drop(sqlx::query("DELETE FROM photos").execute(sqlite.pool()).await.unwrap()),
    }
}

async fn events_that_concern_nobody_are_skipped(test_db: &TestDb) {
    let app = app(test_db, &Store::new().await);
    for case in event_cases().iter().filter(|case| case.starts_with("s3-")) {
        let counts = handle(&app, event(case)).await.unwrap();
        assert_eq!((&counts["ready"], &counts["rejected"]), (&json!(0), &json!(0)), "{case}");
    }
    let garbage = json!({"Records": [{}, 7, {"s3": {"object": {"key": "%FF"}}}]});
    for (odd, skipped) in [(json!({}), 0), (json!([]), 0), (json!(null), 0), (garbage, 3)] {
        assert_eq!(handle(&app, odd).await.unwrap(), json!({"ready": 0, "rejected": 0, "skipped": skipped}));
    }
}

async fn an_object_above_the_limit_is_rejected_even_where_the_event_names_another(test_db: &TestDb) {
    let store = Store::new().await;
    let mut delivered = upload(test_db, &store, vec![0xff; 2_000]).await;
    delivered["Records"][0]["s3"]["object"]["eTag"] = json!("of-an-earlier-object");
    let app = app_with(test_db, &store, &|name| (name == "PHOTO_MAX_BYTES").then(|| "1024".to_owned()));
    // A bound for the test, not for the handler: going round in circles must not hang the suite.
    let counts =
        tokio::time::timeout(Duration::from_secs(30), handle(&app, delivered)).await.expect("it ends").unwrap();
    assert_eq!(counts, json!({"ready": 0, "rejected": 1, "skipped": 0}));
    assert_eq!(photo(test_db).await.reason.as_deref(), Some("The photo is larger than 1024 bytes."));
}

async fn the_row_describes_the_object_in_the_store_whichever_delivery_ends_last(test_db: &TestDb) {
    let store = Store::new().await;
    for pauses in 0..8 {
        let first = upload(test_db, &store, small_jpeg()).await;
        let app = app(test_db, &store);
        let running = tokio::spawn({
            let app = app.clone();
            async move { handle(&app, first).await.map(drop).map_err(|error| error.to_string()) }
        });
        for _ in 0..pauses {
            tokio::task::yield_now().await;
        }
        let headers = ObjectHeaders { content_type: "image/jpeg".to_owned(), cache_control: None };
        store.storage.put(&key(), b"no photo at all".as_slice().into(), &headers).await.unwrap();
        let mut second = put_event(&store).await;
        second["Records"][0]["s3"]["object"]["sequencer"] = json!("FF");
        handle(&app, second).await.unwrap();
        running.await.unwrap().unwrap();
        assert_eq!(photo(test_db).await.state, PhotoState::Rejected, "after {pauses} pauses");
        forget(test_db).await;
    }
}

async fn a_real_camera_photo_comes_out_upright(test_db: &TestDb) {
    let Some(bytes) = shared_data("photos/camera-3mp-orientation6-gps.jpg") else { return };
    let store = Store::new().await;
    let delivered = upload(test_db, &store, bytes).await;
    handle(&app(test_db, &store), delivered).await.unwrap();
    let ready = photo(test_db).await;
    assert_eq!((ready.state, ready.width, ready.height), (PhotoState::Ready, Some(1536), Some(2048)));
    for rendition in &ready.renditions {
        let object = store.storage.get(&rendition.key, u64::MAX).await.unwrap().unwrap();
        assert!(!object.bytes.windows(4).any(|window| window == b"Exif"), "{}", rendition.key);
    }
}
