//! `contribute`: a charger that somebody adds.

use crate::stage::{PHOTOS, Reply, Store, WORLD, bad_fields, request, with_body};
use contribute::{App, handle};
use domain::filter::Filter;
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use tests::repository::event;
use tests::{TestDb, on_both_engines};

on_both_engines!(
    a_charger_is_added_with_its_authors_verification,
    a_photo_in_base64_is_stored_and_promised,
    a_like_charger_nearby_is_a_conflict_unless_it_is_wanted,
    a_photos_trouble_does_not_fail_the_charger,
    nobody_but_the_authorizer_says_who_calls,
    bad_chargers_are_refused_whole,
);

async fn send_to(test_db: &TestDb, store: &Store, payload: &Value) -> Reply {
    let app = App::new(test_db.db.clone(), store.storage.clone(), PHOTOS.to_owned(), WORLD);
    Reply::of(handle(&app, request(payload)).await.unwrap())
}

async fn send(test_db: &TestDb, payload: &Value) -> Reply {
    send_to(test_db, &Store::new().await, payload).await
}

fn body(case: &str) -> Value {
    serde_json::from_str(event(case)["body"].as_str().unwrap()).unwrap()
}

async fn count(test_db: &TestDb) -> u64 {
    test_db.db.count_chargers(&Filter::default()).await.unwrap().count
}

async fn a_charger_is_added_with_its_authors_verification(test_db: &TestDb) {
    let reply = send(test_db, &event("post-chargers")).await;
    assert_json_snapshot!("post-chargers", reply.snapshot());
    assert_eq!(count(test_db).await, 1);
}

async fn a_photo_in_base64_is_stored_and_promised(test_db: &TestDb) {
    let store = Store::new().await;
    let reply = send_to(test_db, &store, &event("post-chargers.base64-photo")).await;
    assert_json_snapshot!("post-chargers.base64-photo", reply.snapshot());
    let stored = store.storage.list("raw/").await.unwrap();
    let id = reply.body["charger"]["photos"][0]["id"].as_str().unwrap().parse().unwrap();
    let photo = test_db.db.photo(id).await.unwrap().unwrap();
    assert_eq!(stored.iter().map(|object| &object.key).collect::<Vec<_>>(), [&photo.raw_key]);
}

async fn a_like_charger_nearby_is_a_conflict_unless_it_is_wanted(test_db: &TestDb) {
    let first = send(test_db, &event("post-chargers")).await;
    let reply = send(test_db, &event("post-chargers")).await;
    assert_eq!((reply.status, count(test_db).await), (409, 1));
    assert_eq!(reply.body["candidates"][0]["id"], first.body["charger"]["id"]);
    let mut wanted = body("post-chargers");
    wanted["allow_duplicate"] = json!(true);
    assert_eq!(send(test_db, &with_body("post-chargers", &wanted)).await.status, 201);
    assert_eq!(count(test_db).await, 2);
}

async fn a_photos_trouble_does_not_fail_the_charger(test_db: &TestDb) {
    let mut with_photos = body("post-chargers");
    with_photos["photos"] = json!(["!", "00000000-0000-0000-0000-000000000007", "SGVsbG8="]);
    let reply = send(test_db, &with_body("post-chargers", &with_photos)).await;
    assert_eq!((reply.status, &reply.body["charger"]["photos"]), (201, &json!([])));
    let errors = reply.body["photo_errors"].as_array().unwrap();
    let codes: Vec<_> = errors.iter().map(|error| (error["index"].as_u64(), error["code"].as_str())).collect();
    assert_eq!(codes, [(Some(0), Some("not_base64")), (Some(1), Some("not_found")), (Some(2), Some("not_a_photo"))]);
}

async fn nobody_but_the_authorizer_says_who_calls(test_db: &TestDb) {
    let mut stranger = event("post-chargers");
    stranger["requestContext"].as_object_mut().unwrap().remove("authorizer");
    assert_eq!(send(test_db, &stranger).await.status, 401);
    let mut guest = event("post-chargers");
    guest["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = json!("[guest]");
    assert_eq!(send(test_db, &guest).await.status, 403);
    assert_eq!(count(test_db).await, 0);
}

async fn bad_chargers_are_refused_whole(test_db: &TestDb) {
    let mut bad = body("post-chargers");
    for (field, value) in [("latitude", json!("x")), ("amenities", json!(["pool"])), ("colour", json!(1))] {
        bad[field] = value;
    }
    let named = bad_fields(&send(test_db, &with_body("post-chargers", &bad)).await);
    assert_eq!(named, ["amenities[0] unknown_value", "colour unknown", "latitude wrong_type"]);
    for text in ["", "{", "[]", "null", "\"x\""] {
        let reply = send(test_db, &with_body("post-chargers", &json!(text))).await;
        assert_eq!(reply.status, 400, "{text}");
    }
    let mut large = body("post-chargers");
    large["photos"] = json!(["A".repeat(6_000_004)]);
    assert_eq!(send(test_db, &with_body("post-chargers", &large)).await.status, 413);
    assert_eq!(count(test_db).await, 0);
}
