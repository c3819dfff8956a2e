//! `Idempotency-Key`: a write that is sent again has one effect and one answer.

use crate::stage::{PHOTOS, Reply, Store, WORLD, bad_fields, request};
use domain::filter::Filter;
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use tests::behind::{execute, number};
use tests::repository::event;
use tests::{TestDb, on_both_engines};

on_both_engines!(
    a_charger_that_is_sent_twice_is_added_once,
    two_that_arrive_together_are_answered_alike,
    another_body_under_the_same_key_is_refused,
    a_bad_key_is_named,
    a_key_of_somebody_else_is_another_key,
    what_was_refused_may_be_corrected_under_the_same_key,
    a_charger_whose_function_was_killed_is_finished,
    uploads_that_are_sent_twice_are_promised_once,
    uploads_whose_function_was_killed_are_signed_anew,
    a_photo_is_removed_once_and_both_are_told_so,
    without_a_key_nothing_is_kept,
);

const KEY: &str = "0b7c7e0e-6c0f-4f5e-9a53-2d1f6a1f8d11";

async fn contribute(test_db: &TestDb, store: &Store, payload: &Value) -> Reply {
    let app = contribute::App::new(test_db.db.clone(), store.storage.clone(), PHOTOS.to_owned(), WORLD);
    Reply::of(contribute::handle(&app, request(payload)).await.unwrap())
}

async fn upload(test_db: &TestDb, store: &Store, payload: &Value) -> Reply {
    let app = upload::App::new(test_db.db.clone(), store.storage.clone(), PHOTOS.to_owned(), 25 << 20, WORLD);
    Reply::of(upload::handle(&app, request(payload)).await.unwrap())
}

fn with_key(case: &str) -> Value {
    let mut payload = event(case);
    payload["headers"]["idempotency-key"] = json!(KEY);
    payload
}

async fn chargers(test_db: &TestDb) -> u64 {
    test_db.db.count_chargers(&Filter::default()).await.unwrap().count
}

/// What is left where the function was killed after its effect and before its answer was kept.
async fn kill_before_the_answer(test_db: &TestDb) {
    let kill = "UPDATE idempotency_keys SET answer = NULL, claimed_until = created_at";
    assert_eq!(execute(&test_db.db, kill).await.unwrap(), 1);
}

async fn a_charger_that_is_sent_twice_is_added_once(test_db: &TestDb) {
    let store = Store::new().await;
    let payload = event("post-chargers.idempotency-key");
    let first = contribute(test_db, &store, &payload).await;
    let again = contribute(test_db, &store, &payload).await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!((first.header("idempotency-replayed"), first.status), (None, 201));
    assert_json_snapshot!("post-chargers.idempotency-key", again.snapshot());
    assert_eq!(chargers(test_db).await, 1);
}

async fn two_that_arrive_together_are_answered_alike(test_db: &TestDb) {
    let store = Store::new().await;
    let payload = event("post-chargers.idempotency-key");
    let send = || contribute(test_db, &store, &payload);
    let (one, two, three) = tokio::join!(send(), send(), send());
    assert_eq!((one.status, &one.body, two.status), (201, &two.body, three.status));
    assert_eq!(one.body, three.body);
    assert_eq!(chargers(test_db).await, 1);
}

async fn another_body_under_the_same_key_is_refused(test_db: &TestDb) {
    let store = Store::new().await;
    contribute(test_db, &store, &with_key("post-chargers")).await;
    let other = contribute(test_db, &store, &with_key("post-chargers.base64-photo")).await;
    assert_eq!((other.status, chargers(test_db).await), (422, 1));
    assert_eq!(other.header("content-type"), Some("application/problem+json"));
}

async fn a_bad_key_is_named(test_db: &TestDb) {
    let store = Store::new().await;
    for key in ["", "a b", "ключ", &"k".repeat(256)] {
        let mut payload = event("post-chargers");
        payload["headers"]["idempotency-key"] = json!(key);
        assert_eq!(bad_fields(&contribute(test_db, &store, &payload).await), ["idempotency-key malformed"], "{key}");
    }
    assert_eq!(chargers(test_db).await, 0);
}

async fn a_key_of_somebody_else_is_another_key(test_db: &TestDb) {
    let store = Store::new().await;
    let first = contribute(test_db, &store, &with_key("post-chargers")).await;
    let mut of_another = with_key("post-chargers");
    of_another["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = json!("bob");
    let second = contribute(test_db, &store, &of_another).await;
    assert_eq!((first.status, second.status), (201, 409), "the same charger of another is a likely duplicate");
    let mut stranger = with_key("post-chargers");
    stranger["requestContext"].as_object_mut().unwrap().remove("authorizer");
    assert_eq!(contribute(test_db, &store, &stranger).await.status, 401);
}

async fn what_was_refused_may_be_corrected_under_the_same_key(test_db: &TestDb) {
    let store = Store::new().await;
    let mut bad = with_key("post-chargers");
    bad["body"] = json!("{}");
    assert_eq!(contribute(test_db, &store, &bad).await.status, 400);
    assert_eq!(contribute(test_db, &store, &with_key("post-chargers")).await.status, 201);
}

async fn a_charger_whose_function_was_killed_is_finished(test_db: &TestDb) {
    let store = Store::new().await;
    let payload = with_key("post-chargers.base64-photo");
    let first = contribute(test_db, &store, &payload).await;
    let raw = store.storage.list("raw/").await.unwrap().remove(0).key;
    // Killed before the photo's bytes were stored, too.
    store.storage.delete(&raw).await.unwrap();
    kill_before_the_answer(test_db).await;
    let again = contribute(test_db, &store, &payload).await;
    assert_eq!((again.status, &again.body, again.header("idempotency-replayed")), (201, &first.body, None));
    assert_eq!(store.storage.list("raw/").await.unwrap().remove(0).key, raw);
    assert_eq!(chargers(test_db).await, 1);
    assert_eq!(number(&test_db.db, "SELECT CAST(chargers_added + verifications AS bigint) FROM contributors").await, 2);
    assert_eq!(contribute(test_db, &store, &payload).await.header("idempotency-replayed"), Some("true"));
}

async fn uploads_that_are_sent_twice_are_promised_once(test_db: &TestDb) {
    let store = Store::new().await;
    let first = upload(test_db, &store, &with_key("post-uploads")).await;
    let again = upload(test_db, &store, &with_key("post-uploads")).await;
    assert_eq!((first.status, &first.body), (201, &again.body));
    assert_eq!(number(&test_db.db, "SELECT count(*) FROM photos").await, 1);
}

async fn uploads_whose_function_was_killed_are_signed_anew(test_db: &TestDb) {
    let store = Store::new().await;
    let mut payload = with_key("post-uploads");
    let file = json!({"kind": "charger", "content_type": "image/png", "size_bytes": 7});
    payload["body"] = json!(json!({"files": [file, file, file]}).to_string());
    let first = upload(test_db, &store, &payload).await;
    // On the day before, so that a new key would be another one.
    execute(&test_db.db, "UPDATE photos SET raw_key = replace(raw_key, '20260301', '20260228')").await.unwrap();
    kill_before_the_answer(test_db).await;
    let again = upload(test_db, &store, &payload).await;
    for (one, other) in (0..3).map(|index| (&first.body["uploads"][index], &again.body["uploads"][index])) {
        assert_eq!(one["photo_id"], other["photo_id"]);
        assert!(other["upload"]["fields"]["key"].as_str().unwrap().starts_with("raw/charger/20260228/"));
    }
    assert_eq!(number(&test_db.db, "SELECT count(*) FROM photos").await, 3);
}

async fn a_photo_is_removed_once_and_both_are_told_so(test_db: &TestDb) {
    let store = Store::new().await;
    let mut promise = event("post-uploads");
    let mut remove = with_key("delete-photo");
    promise["requestContext"]["authorizer"] = remove["requestContext"]["authorizer"].clone();
    let photo_id = upload(test_db, &store, &promise).await.body["photo_id"].clone();
    let path = json!(format!("/api/photos/{}", photo_id.as_str().unwrap()));
    remove["rawPath"] = path.clone();
    remove["requestContext"]["http"]["path"] = path;
    assert_eq!(upload(test_db, &store, &remove).await.status, 204);
    assert_eq!(upload(test_db, &store, &remove).await.status, 204);
    kill_before_the_answer(test_db).await;
    assert_eq!(upload(test_db, &store, &remove).await.status, 204);
    remove["headers"]["idempotency-key"] = json!("another");
    assert_eq!(upload(test_db, &store, &remove).await.status, 404);
}

async fn without_a_key_nothing_is_kept(test_db: &TestDb) {
    let store = Store::new().await;
    contribute(test_db, &store, &event("post-chargers")).await;
    upload(test_db, &store, &event("post-uploads")).await;
    assert_eq!(number(&test_db.db, "SELECT count(*) FROM idempotency_keys").await, 0);
}
