//! `DELETE /api/photos/{id}`: who may, what it takes along, and what stays consistent. Over S3's protocol, and with a store that
//! fails: `infra/local/tests/s3/removal.rs`.

use crate::stage::{PHOTOS, Reply, Store, WORLD, request};
use db::photos::NewPhoto;
use domain::filter::Filter;
use domain::photo::{PhotoKind, PhotoState, raw_key};
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use storage::ObjectHeaders;
use tests::repository::{event, small_jpeg};
use tests::seed::{NOON, add, id, new_charger, point};
use tests::{TestDb, on_both_engines};
use uuid::Uuid;

on_both_engines!(
    its_uploader_removes_a_photo_with_everything_that_was_stored_of_it,
    renditions_of_earlier_bytes_go_too_and_those_of_other_photos_stay,
    anothers_photo_is_left_alone_but_by_an_admin,
    nobody_without_a_token_and_no_guest_removes_a_photo,
    a_charger_that_showed_the_photo_has_changed,
    a_removed_photo_counts_no_longer,
    an_event_that_comes_after_the_removal_publishes_nothing,
    a_removal_beside_a_delivery_leaves_no_row,
);

/// The photo that the payloads are about.
fn photo_id() -> Uuid {
    event("delete-photo")["pathParameters"]["id"].as_str().unwrap().parse().unwrap()
}

fn owner() -> String {
    event("delete-photo")["requestContext"]["authorizer"]["jwt"]["claims"]["sub"].as_str().unwrap().to_owned()
}

fn key_of(id: Uuid) -> String {
    raw_key(PhotoKind::Charger, "20260301", id)
}

fn uploads(test_db: &TestDb, store: &Store) -> upload::App {
    upload::App::new(test_db.db.clone(), store.storage.clone(), PHOTOS.to_owned(), 25 << 20, WORLD)
}

fn optimizer(test_db: &TestDb, store: &Store) -> optimize_photo::App {
    let config = config::Config::read(&|_| None).unwrap();
    optimize_photo::App::new(test_db.db.clone(), store.storage.clone(), &config.photos, WORLD)
}

async fn send(test_db: &TestDb, store: &Store, payload: &Value) -> Reply {
    Reply::of(upload::handle(&uploads(test_db, store), request(payload)).await.unwrap())
}

/// Promises a photo of the owner's and stores its bytes; answers S3's event.
async fn upload_photo(test_db: &TestDb, store: &Store, id: Uuid, charger_id: Option<Uuid>) -> Value {
    let photo = NewPhoto { id, charger_id, kind: PhotoKind::Charger, raw_key: key_of(id), hash8: None };
    test_db.db.promise_photos(&owner(), &[photo], NOON).await.unwrap();
    put(store, &key_of(id)).await;
    let etag = store.storage.head(&key_of(id)).await.unwrap().unwrap().etag;
    let object = json!({"key": key_of(id), "eTag": etag.trim_matches('"')});
    let bucket = json!({"name": store.storage.bucket()});
    json!({"Records": [{"eventName": "ObjectCreated:Post", "s3": {"bucket": bucket, "object": object}}]})
}

async fn put(store: &Store, key: &str) {
    let headers = ObjectHeaders { content_type: "image/jpeg".to_owned(), cache_control: None };
    store.storage.put(key, small_jpeg().into(), &headers).await.unwrap();
}

async fn publish(test_db: &TestDb, store: &Store, id: Uuid, charger_id: Option<Uuid>) {
    let delivered = upload_photo(test_db, store, id, charger_id).await;
    optimize_photo::handle(&optimizer(test_db, store), delivered).await.unwrap();
    assert_eq!(test_db.db.photo(id).await.unwrap().unwrap().state, PhotoState::Ready);
}

async fn stored(store: &Store) -> Vec<String> {
    store.storage.list("").await.unwrap().into_iter().map(|object| object.key).collect()
}

fn problem(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.body["detail"].as_str().unwrap())
}

async fn its_uploader_removes_a_photo_with_everything_that_was_stored_of_it(test_db: &TestDb) {
    let store = Store::new().await;
    publish(test_db, &store, photo_id(), None).await;
    assert_eq!(stored(&store).await.len(), 3);
    assert_json_snapshot!("get-photo.ready", send(test_db, &store, &event("get-photo")).await.snapshot());
    assert_json_snapshot!("delete-photo", send(test_db, &store, &event("delete-photo")).await.snapshot());
    assert_eq!(stored(&store).await, [""; 0]);
    assert_eq!(test_db.db.photo(photo_id()).await.unwrap(), None);
    for payload in [event("delete-photo"), event("get-photo")] {
        assert_eq!(problem(&send(test_db, &store, &payload).await), (404, "There is no such photo."));
    }
}

async fn renditions_of_earlier_bytes_go_too_and_those_of_other_photos_stay(test_db: &TestDb) {
    let store = Store::new().await;
    publish(test_db, &store, photo_id(), None).await;
    let prefix = key_of(photo_id()).replacen("raw", "processed", 1);
    put(&store, &format!("{prefix}_01234567_240.webp")).await;
    let other = format!("{}_01234567.jpg", key_of(id(5)).replacen("raw", "processed", 1));
    put(&store, &other).await;
    assert_eq!(send(test_db, &store, &event("delete-photo")).await.status, 204);
    assert_eq!(stored(&store).await, [other]);
}

async fn anothers_photo_is_left_alone_but_by_an_admin(test_db: &TestDb) {
    let store = Store::new().await;
    publish(test_db, &store, photo_id(), None).await;
    let mut payload = event("delete-photo.of-another");
    let refused = send(test_db, &store, &payload).await;
    assert_json_snapshot!("delete-photo.of-another", refused.snapshot());
    assert_eq!(stored(&store).await.len(), 3);
    payload["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = json!("[editor admin]");
    assert_eq!(send(test_db, &store, &payload).await.status, 204);
    assert_eq!(stored(&store).await, [""; 0]);
}

async fn nobody_without_a_token_and_no_guest_removes_a_photo(test_db: &TestDb) {
    let store = Store::new().await;
    publish(test_db, &store, photo_id(), None).await;
    let mut guest = event("delete-photo");
    guest["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = json!("[guest]");
    assert_eq!(send(test_db, &store, &guest).await.status, 403);
    let mut stranger = event("delete-photo");
    stranger["requestContext"].as_object_mut().unwrap().remove("authorizer");
    assert_eq!(send(test_db, &store, &stranger).await.status, 401);
    assert_eq!(stored(&store).await.len(), 3);
}

async fn a_charger_that_showed_the_photo_has_changed(test_db: &TestDb) {
    const BEFORE: domain::Timestamp = domain::Timestamp::from_micros(1_772_000_000_000_000);
    let store = Store::new().await;
    add(&test_db.db, 9, &new_charger("Park", point(1.0, 2.0)), BEFORE).await;
    add(&test_db.db, 10, &new_charger("Mall", point(1.0, 2.1)), BEFORE).await;
    publish(test_db, &store, photo_id(), Some(id(9))).await;
    let changed = async || {
        let filter = Filter { updated_since: Some(NOON), ..Filter::default() };
        test_db
            .db
            .newest_chargers(&filter, None, 0, 10)
            .await
            .unwrap()
            .into_iter()
            .map(|(_, id)| id)
            .collect::<Vec<_>>()
    };
    assert!(changed().await.is_empty());
    assert_eq!(test_db.db.charger(id(9)).await.unwrap().unwrap().photos.len(), 1);
    assert_eq!(send(test_db, &store, &event("delete-photo")).await.status, 204);
    let charger = test_db.db.charger(id(9)).await.unwrap().unwrap();
    assert_eq!((charger.photos.len(), charger.updated_at), (0, NOON));
    assert_eq!(changed().await, [id(9)]);
}

async fn photos_of_owner(test_db: &TestDb) -> (i32, i32) {
    const SQL: &str = "SELECT photos_uploaded, trust_score FROM contributors WHERE sub = $1";
    match &test_db.db {
        db::Db::Postgres(db) => sqlx::query_as(SQL).bind(owner()).fetch_one(db.pool()).await.unwrap(),
        db::Db::Sqlite(db) => sqlx::query_as(SQL).bind(owner()).fetch_one(db.pool()).await.unwrap(),
    }
}

async fn a_removed_photo_counts_no_longer(test_db: &TestDb) {
    let store = Store::new().await;
    publish(test_db, &store, id(1), None).await;
    publish(test_db, &store, photo_id(), None).await;
    assert_eq!(photos_of_owner(test_db).await, (2, 6));
    send(test_db, &store, &event("delete-photo")).await;
    assert_eq!(photos_of_owner(test_db).await, (1, 3));
    upload_photo(test_db, &store, photo_id(), None).await;
    send(test_db, &store, &event("delete-photo")).await;
    assert_eq!(photos_of_owner(test_db).await, (1, 3), "a pending photo never counted");
}

async fn an_event_that_comes_after_the_removal_publishes_nothing(test_db: &TestDb) {
    let store = Store::new().await;
    let delivered = upload_photo(test_db, &store, photo_id(), None).await;
    assert_eq!(send(test_db, &store, &event("delete-photo")).await.status, 204);
    let counts = optimize_photo::handle(&optimizer(test_db, &store), delivered).await.unwrap();
    assert_eq!(counts, json!({"ready": 0, "rejected": 0, "skipped": 1}));
    assert_eq!(stored(&store).await, [""; 0]);
}

async fn a_removal_beside_a_delivery_leaves_no_row(test_db: &TestDb) {
    let store = Store::new().await;
    for pauses in 0..12 {
        let delivered = upload_photo(test_db, &store, photo_id(), None).await;
        let app = optimizer(test_db, &store);
        let running =
            tokio::spawn(async move { optimize_photo::handle(&app, delivered).await.map_err(|e| e.to_string()) });
        for _ in 0..pauses {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        assert_eq!(send(test_db, &store, &event("delete-photo")).await.status, 204, "after {pauses} pauses");
        running.await.unwrap().unwrap();
        assert_eq!(test_db.db.photo(photo_id()).await.unwrap(), None, "after {pauses} pauses");
        let raw = store.storage.head(&key_of(photo_id())).await.unwrap();
        assert_eq!(raw, None, "after {pauses} pauses");
    }
}
