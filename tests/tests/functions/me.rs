//! `/api/me`: what somebody sees of themselves, their picture, and their end.

use crate::stage::{PHOTOS, Reply, Store, WORLD, as_somebody, bad_fields, request, sub, with_body, with_query};
use db::photos::NewPhoto;
use domain::contributor::anonymous_sub;
use domain::photo::{PhotoKind, PhotoState, raw_key};
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use storage::ObjectHeaders;
use tests::behind::number;
use tests::consistency::{check_database, check_store};
use tests::repository::{event, small_jpeg};
use tests::seed::{NOON, id};
use tests::traces::columns_with;
use tests::{TestDb, on_both_engines};
use uuid::Uuid;

on_both_engines!(
    who_has_never_written_sees_zeros_and_stays_unknown,
    contributions_come_newest_first_and_by_cursor,
    a_guest_may_look_and_change_nothing,
    a_picture_is_attached_shown_replaced_and_taken_away,
    only_an_own_profile_picture_that_was_not_refused_is_attached,
    a_picture_that_is_set_again_stays,
    an_erased_person_leaves_chargers_and_no_trace,
    whoever_never_wrote_can_be_erased_and_erased_again,
    who_comes_back_after_an_erasure_is_somebody_new,
    nobody_signs_in_as_one_who_was_erased,
    a_photo_that_is_kept_elsewhere_goes_without_a_look_at_the_store,
    an_erasure_beside_other_writes_of_the_same_person_leaves_nothing_half_written,
);

fn picture_id() -> Uuid {
    let body: Value = serde_json::from_str(event("patch-me")["body"].as_str().unwrap()).unwrap();
    body["photo_id"].as_str().unwrap().parse().unwrap()
}

async fn send(test_db: &TestDb, store: &Store, payload: &Value) -> Reply {
    let app = contribute::App::new(test_db.db.clone(), store.storage.clone(), PHOTOS.to_owned(), WORLD);
    Reply::of(contribute::handle(&app, request(payload)).await.unwrap())
}

async fn promise(test_db: &TestDb, owner: &str, photo_id: Uuid, kind: PhotoKind) {
    let raw_key = raw_key(kind, "20260301", photo_id);
    let photo = NewPhoto { id: photo_id, charger_id: None, kind, raw_key, hash8: None };
    test_db.db.promise_photos(owner, &[photo], NOON).await.unwrap();
}

/// Promises a photo, stores its bytes and has it optimised.
async fn publish(test_db: &TestDb, store: &Store, owner: &str, photo_id: Uuid, kind: PhotoKind, bytes: Vec<u8>) {
    promise(test_db, owner, photo_id, kind).await;
    deliver(test_db, store, &raw_key(kind, "20260301", photo_id), bytes).await;
}

async fn deliver(test_db: &TestDb, store: &Store, key: &str, bytes: Vec<u8>) {
    let headers = ObjectHeaders { content_type: "image/jpeg".to_owned(), cache_control: None };
    store.storage.put(key, bytes.into(), &headers).await.unwrap();
    let etag = store.storage.head(key).await.unwrap().unwrap().etag;
    let object = json!({"key": key, "eTag": etag.trim_matches('"')});
    let s3 = json!({"bucket": {"name": store.storage.bucket()}, "object": object});
    let config = config::Config::read(&|_| None).unwrap();
    let app = optimize_photo::App::new(test_db.db.clone(), store.storage.clone(), &config.photos, WORLD);
    let event = json!({"Records": [{"eventName": "ObjectCreated:Post", "s3": s3}]});
    optimize_photo::handle(&app, event).await.unwrap();
}

async fn contributors(test_db: &TestDb) -> i64 {
    number(&test_db.db, "SELECT count(*) FROM contributors").await
}

/// Posts chargers far from each other.
async fn add_chargers(test_db: &TestDb, store: &Store, count: u32) -> Vec<String> {
    let mut body: Value = serde_json::from_str(event("post-chargers")["body"].as_str().unwrap()).unwrap();
    let mut ids = Vec::new();
    for number in 0..count {
        body["latitude"] = json!(number);
        let reply = send(test_db, store, &with_body("post-chargers", &body)).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        ids.push(reply.body["charger"]["id"].as_str().unwrap().to_owned());
    }
    ids
}

async fn check(test_db: &TestDb, store: &Store) {
    check_database(&test_db.db).await;
    check_store(&test_db.db, &store.storage).await;
}

async fn who_has_never_written_sees_zeros_and_stays_unknown(test_db: &TestDb) {
    let store = Store::new().await;
    let reply = send(test_db, &store, &event("get-me")).await;
    assert_json_snapshot!("get-me.never-wrote", reply.snapshot());
    assert_eq!(send(test_db, &store, &event("patch-me.no-picture")).await.status, 200);
    assert_eq!(contributors(test_db).await, 0, "nothing was written");
}

async fn contributions_come_newest_first_and_by_cursor(test_db: &TestDb) {
    let store = Store::new().await;
    let mut added = add_chargers(test_db, &store, 5).await;
    added.reverse();
    // All at the same moment: ids break the tie, and they ascend.
    let whole = send(test_db, &store, &event("get-me")).await;
    assert_eq!(whole.status, 200);
    let ids = |list: &Value, name: &str| -> Vec<String> {
        list["items"].as_array().unwrap().iter().map(|item| item[name].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&whole.body["contributions"]["chargers"], "id"), added);
    for (list, name) in [("chargers", "id"), ("verifications", "charger_id")] {
        let (mut cursor, mut seen) = (String::new(), Vec::new());
        for _ in 0..3 {
            let query = format!("page_size=2{cursor}");
            let page = send(test_db, &store, &with_query("get-me", &query)).await;
            seen.extend(ids(&page.body["contributions"][list], name));
            let next = &page.body["contributions"][list]["next_cursor"];
            cursor = next.as_str().map(|next| format!("&{list}_cursor={next}")).unwrap_or_default();
        }
        assert_eq!((seen, cursor.as_str()), (added.clone(), ""), "{list}");
    }
    let named = bad_fields(&send(test_db, &store, &with_query("get-me", "page_size=0&page=2")).await);
    assert_eq!(named, ["page unknown", "page_size out_of_range"]);
}

async fn a_guest_may_look_and_change_nothing(test_db: &TestDb) {
    let store = Store::new().await;
    for (case, expected) in [("get-me", 200), ("patch-me", 403), ("delete-me", 403)] {
        let payload = as_somebody(event(case), "cognito:groups", "[guest]");
        assert_eq!(send(test_db, &store, &payload).await.status, expected, "{case}");
    }
    assert_eq!(contributors(test_db).await, 0);
}

async fn a_picture_is_attached_shown_replaced_and_taken_away(test_db: &TestDb) {
    let store = Store::new().await;
    publish(test_db, &store, &sub(), id(1), PhotoKind::Profile, small_jpeg()).await;
    publish(test_db, &store, &sub(), picture_id(), PhotoKind::Profile, small_jpeg()).await;
    let first = json!({"photo_id": id(1)});
    let reply = send(test_db, &store, &with_body("patch-me", &first)).await;
    assert_eq!((reply.status, &reply.body["photos_uploaded"]), (200, &json!(2)));
    let reply = send(test_db, &store, &event("patch-me")).await;
    assert_json_snapshot!("patch-me", reply.snapshot());
    assert_eq!(send(test_db, &store, &event("get-me")).await.body, reply.body);
    assert_eq!(test_db.db.photo(id(1)).await.unwrap(), None, "the one before is gone");
    check(test_db, &store).await;
    let gone = send(test_db, &store, &event("patch-me.no-picture")).await;
    assert_eq!((gone.status, &gone.body["photo"], &gone.body["trust_score"]), (200, &Value::Null, &json!(0)));
    assert!(store.storage.list("").await.unwrap().is_empty());
    check(test_db, &store).await;
}

async fn only_an_own_profile_picture_that_was_not_refused_is_attached(test_db: &TestDb) {
    let store = Store::new().await;
    promise(test_db, "bob", id(1), PhotoKind::Profile).await;
    promise(test_db, &sub(), id(2), PhotoKind::Charger).await;
    promise(test_db, &sub(), id(3), PhotoKind::Verification).await;
    publish(test_db, &store, &sub(), id(4), PhotoKind::Profile, b"no picture".to_vec()).await;
    assert_eq!(test_db.db.photo(id(4)).await.unwrap().unwrap().state, PhotoState::Rejected);
    for photo_id in 1..=5 {
        let reply = send(test_db, &store, &with_body("patch-me", &json!({"photo_id": id(photo_id)}))).await;
        assert_eq!(bad_fields(&reply), ["photo_id not_found"], "{photo_id}");
    }
    for (body, expected) in [
        (json!({}), "photo_id required"),
        (json!({"photo_id": 7}), "photo_id wrong_form"),
        (json!({"photo_id": "me"}), "photo_id wrong_form"),
        (json!([]), "body not_an_object"),
    ] {
        assert_eq!(bad_fields(&send(test_db, &store, &with_body("patch-me", &body)).await), [expected]);
    }
    assert_eq!(send(test_db, &store, &event("get-me")).await.body["photo"], Value::Null);
}

async fn a_picture_that_is_set_again_stays(test_db: &TestDb) {
    let store = Store::new().await;
    publish(test_db, &store, &sub(), picture_id(), PhotoKind::Profile, small_jpeg()).await;
    for _ in 0..2 {
        let reply = send(test_db, &store, &event("patch-me")).await;
        assert_eq!((reply.status, &reply.body["photo"]["state"]), (200, &json!("ready")));
    }
    check(test_db, &store).await;
}

async fn an_erased_person_leaves_chargers_and_no_trace(test_db: &TestDb) {
    let store = Store::new().await;
    let chargers = add_chargers(test_db, &store, 2).await;
    let mut with_key = event("post-chargers.base64-photo");
    with_key["headers"]["idempotency-key"] = json!("7c1a");
    let shown = send(test_db, &store, &with_key).await.body["charger"]["photos"][0]["id"].clone();
    let photo = test_db.db.photo(shown.as_str().unwrap().parse().unwrap()).await.unwrap().unwrap();
    deliver(test_db, &store, &photo.raw_key, small_jpeg()).await;
    publish(test_db, &store, &sub(), picture_id(), PhotoKind::Profile, small_jpeg()).await;
    assert_eq!(send(test_db, &store, &event("patch-me")).await.status, 200);
    promise(test_db, &sub(), id(5), PhotoKind::Verification).await;
    let notes = "UPDATE verification_actions SET notes = 'ask me at the desk'";
    tests::behind::execute(&test_db.db, notes).await.unwrap();
    check(test_db, &store).await;
    assert!(columns_with(&test_db.db, &sub()).await.len() >= 4, "the search sees what is there");

    let reply = send(test_db, &store, &event("delete-me")).await;
    assert_json_snapshot!("delete-me", reply.snapshot());
    assert_eq!(columns_with(&test_db.db, &sub()).await, [""; 0]);
    assert_eq!(columns_with(&test_db.db, "at the desk").await, [""; 0]);
    assert!(store.storage.list("").await.unwrap().is_empty());
    check(test_db, &store).await;
    for charger_id in &chargers {
        let charger = test_db.db.charger(charger_id.parse().unwrap()).await.unwrap().unwrap();
        assert!(charger.added_by.as_ref().is_some_and(|sub| sub.starts_with("anonymous:")));
        assert_eq!((charger.verified_by_count, charger.verification_level), (1, 1));
    }
    let heirs = "SELECT count(*) FROM contributors WHERE chargers_added = 3 AND verifications = 3 AND trust_score = 36";
    assert_eq!((contributors(test_db).await, number(&test_db.db, heirs).await), (1, 1));
}

async fn whoever_never_wrote_can_be_erased_and_erased_again(test_db: &TestDb) {
    let store = Store::new().await;
    for _ in 0..2 {
        assert_eq!(send(test_db, &store, &event("delete-me")).await.status, 204);
        assert_eq!(contributors(test_db).await, 0);
    }
    promise(test_db, &sub(), id(1), PhotoKind::Charger).await;
    assert_eq!(send(test_db, &store, &event("delete-me")).await.status, 204);
    assert_eq!(contributors(test_db).await, 0, "who leaves nothing behind has no heir");
}

async fn who_comes_back_after_an_erasure_is_somebody_new(test_db: &TestDb) {
    let store = Store::new().await;
    add_chargers(test_db, &store, 2).await;
    assert_eq!(send(test_db, &store, &event("delete-me")).await.status, 204);
    let me = send(test_db, &store, &event("get-me")).await.body;
    assert_eq!((&me["chargers_added"], &me["created_at"]), (&json!(0), &Value::Null));
    assert_eq!(send(test_db, &store, &event("post-chargers")).await.status, 201);
    let me = send(test_db, &store, &event("get-me")).await.body;
    assert_eq!((&me["chargers_added"], contributors(test_db).await), (&json!(1), 2));
    check(test_db, &store).await;
}

async fn nobody_signs_in_as_one_who_was_erased(test_db: &TestDb) {
    let store = Store::new().await;
    for case in ["get-me", "patch-me", "delete-me", "post-chargers"] {
        let payload = as_somebody(event(case), "sub", &anonymous_sub(id(1)));
        assert_eq!(send(test_db, &store, &payload).await.status, 401, "{case}");
    }
}

async fn a_photo_that_is_kept_elsewhere_goes_without_a_look_at_the_store(test_db: &TestDb) {
    let store = Store::new().await;
    promise(test_db, &sub(), id(1), PhotoKind::Charger).await;
    let link = "UPDATE photos SET link = 'https://old.example/1.jpg', state = 'ready', raw_key = 'elsewhere:1'";
    tests::behind::execute(&test_db.db, link).await.unwrap();
    assert_eq!(send(test_db, &store, &event("delete-me")).await.status, 204);
    assert_eq!(test_db.db.photo(id(1)).await.unwrap(), None);
}

async fn an_erasure_beside_other_writes_of_the_same_person_leaves_nothing_half_written(test_db: &TestDb) {
    let store = Store::new().await;
    let mut with_photo: Value =
        serde_json::from_str(event("post-chargers.base64-photo")["body"].as_str().unwrap()).unwrap();
    for round in 0..12 {
        let picture = id(1_000 + round);
        publish(test_db, &store, &sub(), picture, PhotoKind::Profile, small_jpeg()).await;
        with_photo["latitude"] = json!(round);
        let new = with_body("post-chargers.base64-photo", &with_photo);
        let attach = with_body("patch-me", &json!({"photo_id": picture}));
        let wait = async |pauses: u128| {
            for _ in 0..pauses {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
        };
        let (added, attached, ()) = tokio::join!(
            async { send(test_db, &store, &new).await.status },
            async { send(test_db, &store, &attach).await.status },
            async {
                wait(round).await;
                assert_eq!(send(test_db, &store, &event("delete-me")).await.status, 204);
            },
        );
        assert!(added == 201 && [200, 400].contains(&attached), "{added} {attached}");
        check(test_db, &store).await;
    }
    assert_eq!(send(test_db, &store, &event("delete-me")).await.status, 204);
    assert_eq!(columns_with(&test_db.db, &sub()).await, [""; 0]);
    assert!(store.storage.list("").await.unwrap().is_empty());
    assert_eq!(number(&test_db.db, "SELECT count(*) FROM chargers").await, 12, "the chargers stay");
    check(test_db, &store).await;
}
