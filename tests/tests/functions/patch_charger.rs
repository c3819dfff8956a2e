//! `PATCH /api/chargers/{id}`: who may, what it answers, what it leaves alone.

use crate::stage::{PHOTOS, Reply, Store, WORLD, bad_fields, request, with_body};
use crate::town::{PLAZA, populate};
use contribute::{App, handle};
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use tests::repository::event;
use tests::seed::id;
use tests::{TestDb, on_both_engines};

on_both_engines!(
    an_admin_changes_a_charger_and_is_answered_its_detail,
    only_who_added_a_charger_changes_it_or_an_admin,
    a_charger_of_a_data_set_is_for_admins,
    a_patch_that_changes_nothing_is_answered_all_the_same,
    bad_patches_are_refused_whole,
);

async fn send(test_db: &TestDb, payload: &Value) -> Reply {
    let store = Store::new().await;
    let app = App::new(test_db.db.clone(), store.storage.clone(), PHOTOS.to_owned(), WORLD);
    Reply::of(handle(&app, request(payload)).await.unwrap())
}

fn claims(payload: &mut Value) -> &mut Value {
    &mut payload["requestContext"]["authorizer"]["jwt"]["claims"]
}

/// The payload as of somebody else, of these groups.
fn sent_by(mut payload: Value, sub: &str, groups: &str) -> Value {
    claims(&mut payload)["sub"] = json!(sub);
    claims(&mut payload)["cognito:groups"] = json!(groups);
    payload
}

async fn an_admin_changes_a_charger_and_is_answered_its_detail(test_db: &TestDb) {
    populate(&test_db.db).await;
    let reply = send(test_db, &sent_by(event("patch-charger"), "eve", "[admin]")).await;
    assert_json_snapshot!("patch-charger", reply.snapshot());
}

async fn only_who_added_a_charger_changes_it_or_an_admin(test_db: &TestDb) {
    populate(&test_db.db).await;
    let before = test_db.db.charger(id(PLAZA)).await.unwrap();
    let reply = send(test_db, &event("patch-charger")).await;
    assert_json_snapshot!("patch-charger.of-another", reply.snapshot());
    assert_eq!(send(test_db, &sent_by(event("patch-charger"), "ann", "[guest]")).await.status, 403);
    let mut stranger = event("patch-charger");
    stranger["requestContext"].as_object_mut().unwrap().remove("authorizer");
    assert_eq!(send(test_db, &stranger).await.status, 401);
    assert_eq!(test_db.db.charger(id(PLAZA)).await.unwrap(), before);
    let reply = send(test_db, &sent_by(event("patch-charger"), "ann", "[]")).await;
    assert_eq!((reply.status, &reply.body["name"]), (200, &json!("Empire State Plaza, level P3")));
}

/// The payload, about another charger.
fn about(mut payload: Value, number: u128) -> Value {
    payload["rawPath"] = json!(format!("/api/chargers/{}", id(number)));
    payload["requestContext"]["http"]["path"] = payload["rawPath"].clone();
    payload
}

async fn a_charger_of_a_data_set_is_for_admins(test_db: &TestDb) {
    populate(&test_db.db).await;
    let payload = about(event("patch-charger"), 1);
    assert_eq!(send(test_db, &payload).await.status, 403);
    assert_eq!(send(test_db, &sent_by(payload.clone(), "eve", "[editor admin]")).await.status, 200);
    assert_eq!(send(test_db, &about(payload, 0xdead)).await.status, 404);
}

async fn a_patch_that_changes_nothing_is_answered_all_the_same(test_db: &TestDb) {
    populate(&test_db.db).await;
    let before = test_db.db.charger(id(PLAZA)).await.unwrap();
    let same = with_body("patch-charger", &json!({"total_ports": 6, "amenities": ["parking", "restroom"]}));
    let reply = send(test_db, &sent_by(same, "ann", "[]")).await;
    assert_eq!((reply.status, reply.header("x-consistency-token").is_some()), (200, true));
    assert_eq!(test_db.db.charger(id(PLAZA)).await.unwrap(), before);
}

async fn bad_patches_are_refused_whole(test_db: &TestDb) {
    populate(&test_db.db).await;
    let before = test_db.db.charger(id(PLAZA)).await.unwrap();
    let table = [
        (json!({}), vec!["body empty"]),
        (json!("[]"), vec!["body not_an_object"]),
        (
            json!({"name": null, "latitude": 1, "colour": 1, "photos": []}),
            vec!["colour unknown", "longitude required", "name not_clearable", "photos unknown"],
        ),
        // Only the charger itself tells.
        (json!({"name": "Other", "available_ports": 7}), vec!["available_ports out_of_range"]),
    ];
    for (body, expected) in table {
        let reply = send(test_db, &sent_by(with_body("patch-charger", &body), "ann", "[]")).await;
        assert_eq!(bad_fields(&reply), expected);
    }
    assert_eq!(test_db.db.charger(id(PLAZA)).await.unwrap(), before);
}
