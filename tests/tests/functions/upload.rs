//! `upload`: presigned uploads and the state of a photo.

use crate::stage::{PHOTOS, Reply, Store, WORLD, bad_fields, request, with_body};
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use tests::repository::event;
use tests::seed::{NOON, add, id, new_charger, point};
use tests::{TestDb, on_both_engines};
use upload::{App, handle};

on_both_engines!(
    an_upload_is_promised_and_its_form_signed,
    several_files_are_promised_at_once,
    guests_and_strangers_may_not_upload,
    bad_files_are_all_named,
    a_charger_that_is_not_there_is_named_and_nothing_is_promised,
);

async fn send(test_db: &TestDb, payload: &Value) -> Reply {
    let app = App::new(test_db.db.clone(), Store::new().await.storage, PHOTOS.to_owned(), 25 << 20, WORLD);
    Reply::of(handle(&app, request(payload)).await.unwrap())
}

async fn an_upload_is_promised_and_its_form_signed(test_db: &TestDb) {
    let reply = send(test_db, &event("post-uploads")).await;
    assert_json_snapshot!("post-uploads", reply.snapshot(), {
        ".body.upload.fields.policy" => "[policy]",
        ".body.upload.fields[\"x-amz-signature\"]" => "[signature]",
        ".body.upload.fields[\"x-amz-credential\"]" => "[credential]",
        ".body.upload.fields[\"x-amz-security-token\"]" => "[token]",
    });
    let mut payload = event("get-photo");
    let photo_id = reply.body["photo_id"].as_str().unwrap();
    payload["rawPath"] = json!(format!("/api/photos/{photo_id}"));
    payload["requestContext"]["http"]["path"] = payload["rawPath"].clone();
    assert_json_snapshot!("get-photo.pending", send(test_db, &payload).await.snapshot());
}

async fn several_files_are_promised_at_once(test_db: &TestDb) {
    add(&test_db.db, 9, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let file = |kind: &str, more: Value| {
        let mut file = json!({"kind": kind, "content_type": "image/png", "size_bytes": 1000});
        file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        file
    };
    let files = json!({"files": [file("charger", json!({"charger_id": id(9)})), file("profile", json!({}))]});
    let reply = send(test_db, &with_body("post-uploads", &files)).await;
    assert_eq!((reply.status, reply.body["uploads"].as_array().unwrap().len()), (201, 2));
    let charger = test_db.db.charger(id(9)).await.unwrap().unwrap();
    assert_eq!(json!(charger.photos[0].id), reply.body["uploads"][0]["photo_id"]);
}

async fn guests_and_strangers_may_not_upload(test_db: &TestDb) {
    let mut guest = event("post-uploads");
    guest["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = json!("[guest]");
    assert_eq!(send(test_db, &guest).await.status, 403);
    let mut stranger = event("post-uploads");
    stranger["requestContext"].as_object_mut().unwrap().remove("authorizer");
    assert_eq!(send(test_db, &stranger).await.status, 401);
}

async fn bad_files_are_all_named(test_db: &TestDb) {
    let body = json!({"kind": "dog", "content_type": "image/gif", "size_bytes": (25 << 20) + 1, "colour": 1});
    let reply = send(test_db, &with_body("post-uploads", &body)).await;
    let expected = ["colour unknown", "content_type unknown_value", "kind unknown_value", "size_bytes out_of_range"];
    assert_eq!(bad_fields(&reply), expected);
    let none = send(test_db, &with_body("post-uploads", &json!({}))).await;
    assert_eq!(bad_fields(&none), ["content_type required", "kind required", "size_bytes required"]);
}

async fn a_charger_that_is_not_there_is_named_and_nothing_is_promised(test_db: &TestDb) {
    let body = json!({"kind": "charger", "content_type": "image/jpeg", "size_bytes": 1, "charger_id": id(9)});
    let reply = send(test_db, &with_body("post-uploads", &body)).await;
    assert_eq!(bad_fields(&reply), ["charger_id not_found"]);
}
