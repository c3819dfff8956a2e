//! `POST /api/chargers/{id}/verify`, and how the history of a charger is read.

use crate::stage::{PHOTOS, Reply, Store, WORLD, assert_tells_nothing, bad_fields, request, with_body};
use crate::town::{PLAZA, populate};
use db::photos::NewPhoto;
use db::verifications::NewVerification;
use domain::photo::{PhotoKind, raw_key};
use domain::verification::Action;
use domain::verification::report::Report;
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use tests::behind::{execute, number};
use tests::repository::event;
use tests::rule::wrong_contributors;
use tests::seed::{NOON, id};
use tests::{TestDb, on_both_engines};

on_both_engines!(
    a_verification_is_recorded_and_scores_its_charger,
    every_detail_is_shown_with_the_photo,
    an_older_app_names_the_photo_by_its_address,
    every_bad_detail_is_named,
    a_photo_that_may_not_be_used_is_named,
    whoever_verifies_too_often_is_told_when_to_come_again,
    nobody_without_a_token_and_no_guest_verifies,
    an_unknown_charger_is_404,
    a_verification_that_is_sent_twice_counts_once,
    a_verification_whose_function_was_killed_is_answered_again,
    the_history_is_paged_newest_first,
    pages_by_number_and_by_cursor_are_the_same_whole,
    a_cursor_of_another_charger_and_bad_parameters_are_named,
    the_detail_shows_the_latest_ten,
);

/// Of `events/post-verify.all-details.json`.
const PROOF: u128 = 0xf1;

async fn verify(test_db: &TestDb, payload: &Value) -> Reply {
    let store = Store::new().await;
    let app = contribute::App::new(test_db.db.clone(), store.storage.clone(), PHOTOS.to_owned(), WORLD);
    Reply::of(contribute::handle(&app, request(payload)).await.unwrap())
}

async fn read(test_db: &TestDb, payload: &Value) -> Reply {
    let app = chargers::App::new(test_db.db.clone(), PHOTOS.to_owned());
    Reply::of(chargers::handle(&app, request(payload)).await.unwrap())
}

fn at_charger(case: &str, charger: &str) -> Value {
    let mut payload = event(case);
    let path = payload["rawPath"].as_str().unwrap().replace(&id(PLAZA).to_string(), charger);
    payload["rawPath"] = json!(path);
    payload["requestContext"]["http"]["path"] = json!(path);
    payload
}

async fn history(test_db: &TestDb, query: &str) -> Reply {
    let mut payload = event("get-verifications");
    payload["rawQueryString"] = json!(query);
    read(test_db, &payload).await
}

fn owner() -> String {
    event("post-verify")["requestContext"]["authorizer"]["jwt"]["claims"]["sub"].as_str().unwrap().to_owned()
}

async fn promise_proof(test_db: &TestDb, owner: &str) {
    let kind = PhotoKind::Verification;
    let raw_key = raw_key(kind, "20260301", id(PROOF));
    let hash8 = Some("0a1b2c3d".to_owned());
    let photo = NewPhoto { id: id(PROOF), charger_id: None, kind, raw_key, hash8 };
    test_db.db.promise_photos(owner, &[photo], NOON).await.unwrap();
}

async fn verifications(test_db: &TestDb) -> i64 {
    number(&test_db.db, "SELECT count(*) FROM verification_actions").await
}

/// Another twelve people, a day apart, two of them at a time.
async fn people(test_db: &TestDb) {
    for number in 0..12 {
        let (action, now) = (Action::ALL[number as usize % 3], NOON.plus_seconds(86_400 * (1 + number as i64 / 2)));
        let (verification_id, user_id) = (id(0x100 + number), format!("person {number}"));
        let report = Report { wait_time: Some(number as u16), ..Report::new(action) };
        let new =
            NewVerification { id: verification_id, charger_id: id(PLAZA), user_id: &user_id, report: &report, now };
        test_db.db.verify_charger(&new).await.unwrap().unwrap();
    }
}

async fn a_verification_is_recorded_and_scores_its_charger(test_db: &TestDb) {
    populate(&test_db.db).await;
    let reply = verify(test_db, &event("post-verify")).await;
    assert_json_snapshot!("post-verify", reply.snapshot());
    let charger = test_db.db.charger(id(PLAZA)).await.unwrap().unwrap();
    assert_eq!(json!(charger.verification_level), reply.body["new_level"]);
    assert_eq!((charger.verified_by_count, wrong_contributors(&test_db.db).await), (2, 0));
}

async fn every_detail_is_shown_with_the_photo(test_db: &TestDb) {
    populate(&test_db.db).await;
    promise_proof(test_db, &owner()).await;
    let reply = verify(test_db, &event("post-verify.all-details")).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let sent: Value = serde_json::from_str(event("post-verify.all-details")["body"].as_str().unwrap()).unwrap();
    let detail = read(test_db, &event("get-charger")).await;
    let latest = detail.body["verification_history"].as_array().unwrap();
    let said = latest.iter().find(|verification| verification["user_id"] == json!(owner())).unwrap();
    for (field, value) in sent.as_object().unwrap() {
        assert_eq!(&said[field], value, "{field}");
    }
    let url = format!("{PHOTOS}/processed/verification/20260301/{}_0a1b2c3d.jpg", id(PROOF));
    assert_eq!(said["photo_url"], json!(url));
    assert_eq!(history(test_db, "").await.body["items"], json!(latest), "the history shows the same");
    assert_eq!(detail.body["available_ports"], json!(1));
}

async fn an_older_app_names_the_photo_by_its_address(test_db: &TestDb) {
    populate(&test_db.db).await;
    promise_proof(test_db, &owner()).await;
    let url = format!("{PHOTOS}/processed/verification/20260301/{}_0a1b2c3d_240.webp", id(PROOF));
    let body = json!({"action": "active", "photo_url": url});
    assert_eq!(verify(test_db, &with_body("post-verify", &body)).await.status, 201);
    let photo = test_db.db.photo(id(PROOF)).await.unwrap().unwrap();
    assert_eq!(photo.charger_id, Some(id(PLAZA)));
}

async fn every_bad_detail_is_named(test_db: &TestDb) {
    populate(&test_db.db).await;
    let before = verifications(test_db).await;
    let reply = verify(test_db, &event("post-verify.bad-details")).await;
    let sent: Value = serde_json::from_str(event("post-verify.bad-details")["body"].as_str().unwrap()).unwrap();
    let mut fields: Vec<String> = sent.as_object().unwrap().keys().cloned().collect();
    fields.push("photo_url".to_owned());
    fields.sort();
    let named: Vec<String> =
        bad_fields(&reply).iter().map(|named| named.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(named, fields, "each, and that photo_id and photo_url exclude each other");
    assert_json_snapshot!("post-verify.bad-details", reply.snapshot());
    for text in ["", "{", "[]", "null"] {
        assert_eq!(verify(test_db, &with_body("post-verify", &json!(text))).await.status, 400, "{text}");
    }
    assert_eq!(verifications(test_db).await, before);
}

async fn a_photo_that_may_not_be_used_is_named(test_db: &TestDb) {
    populate(&test_db.db).await;
    promise_proof(test_db, "ann").await;
    let before = verifications(test_db).await;
    let reply = verify(test_db, &event("post-verify.all-details")).await;
    assert_eq!(bad_fields(&reply), ["photo_id not_found"]);
    assert_eq!((verifications(test_db).await, wrong_contributors(&test_db.db).await), (before, 0));
}

async fn whoever_verifies_too_often_is_told_when_to_come_again(test_db: &TestDb) {
    populate(&test_db.db).await;
    assert_eq!(verify(test_db, &event("post-verify")).await.status, 201);
    let before = verifications(test_db).await;
    let reply = verify(test_db, &event("post-verify")).await;
    assert_json_snapshot!("post-verify.too-soon", reply.snapshot());
    assert_eq!(verifications(test_db).await, before);
}

async fn nobody_without_a_token_and_no_guest_verifies(test_db: &TestDb) {
    populate(&test_db.db).await;
    let before = verifications(test_db).await;
    let mut guest = event("post-verify");
    guest["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = json!("[guest]");
    assert_eq!(verify(test_db, &guest).await.status, 403);
    let mut stranger = event("post-verify");
    stranger["requestContext"].as_object_mut().unwrap().remove("authorizer");
    assert_eq!(verify(test_db, &stranger).await.status, 401);
    assert_eq!(verifications(test_db).await, before);
}

async fn an_unknown_charger_is_404(test_db: &TestDb) {
    for charger in ["018f6d2e-7c1a-7b60-9f5e-3a1d2c4b5e60", "7", "%20", "' OR 1=1 --"] {
        for reply in [
            verify(test_db, &at_charger("post-verify", charger)).await,
            read(test_db, &at_charger("get-verifications", charger)).await,
        ] {
            assert_eq!((reply.status, &reply.body["detail"]), (404, &json!("There is no such charger.")), "{charger}");
            assert_tells_nothing(&reply);
        }
    }
    assert_eq!(number(&test_db.db, "SELECT count(*) FROM contributors").await, 0);
}

fn with_key() -> Value {
    let mut payload = event("post-verify");
    payload["headers"]["idempotency-key"] = json!("0b7c7e0e-6c0f-4f5e-9a53-2d1f6a1f8d11");
    payload
}

async fn a_verification_that_is_sent_twice_counts_once(test_db: &TestDb) {
    populate(&test_db.db).await;
    let before = verifications(test_db).await;
    let (payload, once) = (with_key(), verify(test_db, &with_key()).await);
    let again = verify(test_db, &payload).await;
    assert_eq!((once.status, &once.body), (201, &again.body));
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, Some("true")));
    assert_eq!(verifications(test_db).await, before + 1);
}

async fn a_verification_whose_function_was_killed_is_answered_again(test_db: &TestDb) {
    populate(&test_db.db).await;
    let before = verifications(test_db).await;
    let once = verify(test_db, &with_key()).await;
    let kill = "UPDATE idempotency_keys SET answer = NULL, claimed_until = created_at";
    assert_eq!(execute(&test_db.db, kill).await.unwrap(), 1);
    let again = verify(test_db, &with_key()).await;
    assert_eq!((again.status, &again.body), (201, &once.body), "no 429 of its own making");
    assert_eq!(verifications(test_db).await, before + 1);
    assert_eq!(wrong_contributors(&test_db.db).await, 0);
}

async fn the_history_is_paged_newest_first(test_db: &TestDb) {
    populate(&test_db.db).await;
    people(test_db).await;
    let reply = read(test_db, &event("get-verifications")).await;
    assert_json_snapshot!("get-verifications", reply.snapshot());
}

fn ids(reply: &Reply) -> Vec<String> {
    let items = reply.body["items"].as_array().unwrap_or_else(|| panic!("{}", reply.body));
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn pages_by_number_and_by_cursor_are_the_same_whole(test_db: &TestDb) {
    populate(&test_db.db).await;
    people(test_db).await;
    let whole = ids(&history(test_db, "").await);
    let (mut by_number, mut by_cursor) = (Vec::new(), Vec::new());
    let mut next = Some(String::new());
    while let Some(cursor) = next {
        let number = by_number.len() / 5 + 1;
        by_number.extend(ids(&history(test_db, &format!("page_size=5&page={number}")).await));
        let page = history(test_db, &format!("page_size=5{cursor}")).await;
        assert_eq!((&page.body["page"], &page.body["total"]), (&json!(number), &json!(13)));
        assert_eq!(page.header("x-total-count"), Some("13"));
        by_cursor.extend(ids(&page));
        next = page.body["next_cursor"].as_str().map(|cursor| format!("&cursor={cursor}"));
    }
    assert_eq!((whole.len(), &by_number, &by_cursor), (13, &whole, &whole));
}

async fn a_cursor_of_another_charger_and_bad_parameters_are_named(test_db: &TestDb) {
    populate(&test_db.db).await;
    people(test_db).await;
    let cursor = history(test_db, "page_size=5").await.body["next_cursor"].as_str().unwrap().to_owned();
    let mut elsewhere = at_charger("get-verifications", &id(1).to_string());
    elsewhere["rawQueryString"] = json!(format!("page_size=5&cursor={cursor}"));
    assert_eq!(bad_fields(&read(test_db, &elsewhere).await), ["cursor other_search"]);
    let bad = history(test_db, "page=0&page_size=501&colour=red").await;
    assert_eq!(bad_fields(&bad), ["colour unknown", "page out_of_range", "page_size out_of_range"]);
}

async fn the_detail_shows_the_latest_ten(test_db: &TestDb) {
    populate(&test_db.db).await;
    people(test_db).await;
    let whole = history(test_db, "").await;
    let detail = read(test_db, &event("get-charger")).await;
    let latest = &whole.body["items"].as_array().unwrap()[..10];
    assert_eq!(detail.body["verification_history"], json!(latest));
}
