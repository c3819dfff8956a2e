//! Nothing is shown any more that is not so any more, however warm the cache is.

use super::{ask, memory, warm};
use crate::stage::{PHOTOS, Reply, Store, WORLD, as_somebody, request, sub, with_query};
use crate::town::{PLAZA, populate};
use cache::Cache;
use db::Db;
use db::photos::{NewPhoto, PhotoResult};
use db::verifications::NewVerification;
use domain::photo::{PhotoKind, raw_key};
use domain::verification::Action;
use domain::verification::report::Report;
use serde_json::{Value, json};
use tests::behind::execute;
use tests::repository::event;
use tests::seed::{NOON, finish_photo, id, imported, point};
use tests::{TestDb, on_both_engines};

on_both_engines!(
    whoever_is_erased_is_in_no_answer,
    a_photo_of_a_verification_is_shown_when_it_is_there_and_not_when_it_is_gone,
    whatever_of_a_history_is_changed_by_hand_is_seen,
    whoever_writes_reads_it_back_beside_seven_others,
);

async fn write(test_db: &TestDb, payload: &Value) -> Reply {
    let store = Store::new().await;
    let app = contribute::App::new(test_db.db.clone(), store.storage.clone(), PHOTOS.to_owned(), WORLD);
    Reply::of(contribute::handle(&app, request(payload)).await.unwrap())
}

/// What shows a charger: detail and history.
fn questions() -> [Value; 2] {
    [event("get-charger"), with_query("get-verifications", "")]
}

/// The answers that show a charger, kept if they can be.
async fn shown(test_db: &TestDb, cache: &Cache) -> String {
    let mut shown = String::new();
    for question in questions() {
        shown.push_str(&ask(test_db, cache, &question).await.body.to_string());
    }
    shown
}

async fn warm_all(test_db: &TestDb, cache: &Cache) -> String {
    for question in questions() {
        warm(test_db, cache, &question).await;
    }
    shown(test_db, cache).await
}

async fn whoever_is_erased_is_in_no_answer(test_db: &TestDb) {
    populate(&test_db.db).await;
    let cache = memory();
    // Of somebody else's charger: its row names nobody who is erased.
    let mut verify = event("post-verify");
    verify["body"] = json!(r#"{"action": "active", "notes": "Ask for me, Zoe."}"#);
    assert_eq!(write(test_db, &verify).await.status, 201);
    let before = warm_all(test_db, &cache).await;
    assert_eq!((before.matches("Ask for me").count(), before.matches(&sub()).count()), (2, 2), "{before}");
    assert_eq!(write(test_db, &event("delete-me")).await.status, 204);
    let after = shown(test_db, &cache).await;
    assert!(!after.contains("Ask for me") && !after.contains(&sub()), "{after}");
    assert_eq!(after.matches("anonymous:").count(), 2, "{after}");
}

async fn a_photo_of_a_verification_is_shown_when_it_is_there_and_not_when_it_is_gone(test_db: &TestDb) {
    populate(&test_db.db).await;
    let (db, cache, proof) = (&test_db.db, memory(), id(0xf1));
    let kind = PhotoKind::Verification;
    let raw_key = raw_key(kind, "20260301", proof);
    let photo = NewPhoto { id: proof, charger_id: None, kind, raw_key, hash8: Some("0a1b2c3d".to_owned()) };
    db.promise_photos("bob", &[photo], NOON).await.unwrap();
    warm_all(test_db, &cache).await;
    let report = Report { photo_id: Some(proof), ..Report::new(Action::Active) };
    let new = NewVerification { id: id(900), charger_id: id(PLAZA), user_id: "bob", report: &report, now: NOON };
    db.verify_charger(&new).await.unwrap().unwrap();
    let url = "20260301/00000000-0000-0000-0000-0000000000f1_0a1b2c3d";
    let pending = warm_all(test_db, &cache).await;
    let rejected = PhotoResult::Rejected { reason: "No photo.".to_owned() };
    assert!(finish_photo(db, proof, "one", &rejected).await);
    let without = warm_all(test_db, &cache).await;
    let (thumbhash, dominant_color) = ("hash".to_owned(), "#000000".to_owned());
    let ready = PhotoResult::Ready { width: 1, height: 1, thumbhash, dominant_color, renditions: Vec::new() };
    assert!(finish_photo(db, proof, "two", &ready).await);
    let with = warm_all(test_db, &cache).await;
    assert!(db.remove_photo(proof, NOON).await.unwrap());
    let gone = shown(test_db, &cache).await;
    let urls = |shown: &str| shown.matches(url).count();
    assert_eq!([&pending, &without, &with, &gone].map(|shown| urls(shown)), [2, 0, 2, 0], "{pending} {without}");
}

async fn whatever_of_a_history_is_changed_by_hand_is_seen(test_db: &TestDb) {
    populate(&test_db.db).await;
    let (db, cache) = (&test_db.db, memory());
    assert_eq!(write(test_db, &as_somebody(event("post-verify"), "sub", "bob")).await.status, 201);
    for (sql, expected) in [
        ("UPDATE verification_actions SET notes = 'By hand.' WHERE user_id = 'bob'", [2, 2]),
        ("DELETE FROM verification_actions WHERE user_id = 'bob'", [0, 0]),
    ] {
        warm_all(test_db, &cache).await;
        assert_eq!(execute(db, sql).await.unwrap(), 1);
        let shown = shown(test_db, &cache).await;
        assert_eq!(["By hand.", "\"bob\""].map(|word| shown.matches(word).count()), expected, "{shown}");
    }
}

/// On PostgreSQL, in a transaction that has drawn its number long before it commits.
fn rename(db: &Db, number: u128, name: &str) -> String {
    let update = format!("UPDATE chargers SET name = '{name}' WHERE id = '{}'", id(number));
    match db {
        Db::Postgres(_) => {
            format!("WITH renamed AS ({update} RETURNING id) SELECT pg_sleep(random() * 0.02) FROM renamed")
        }
        Db::Sqlite(_) => update,
    }
}

/// Two instances, each with its memory; eight who change a charger of their own and look at it at once.
async fn whoever_writes_reads_it_back_beside_seven_others(test_db: &TestDb) {
    let chargers: Vec<_> = (1..=8).map(|number| imported(number, point(42.65, -73.75))).collect();
    test_db.db.import_chargers("set", &chargers, NOON).await.unwrap();
    let caches = [memory(), memory()];
    let list = with_query("get-chargers.nearby", "");
    let writer = async |number: u128| {
        let mut detail = event("get-charger");
        detail["rawPath"] = json!(format!("/api/chargers/{}", id(number)));
        detail["requestContext"]["http"]["path"] = detail["rawPath"].clone();
        let mut kept = 0;
        for round in 0..20 {
            let name = format!("{number} in round {round}");
            execute(&test_db.db, &rename(&test_db.db, number, &name)).await.unwrap();
            for cache in caches.iter().chain(&caches) {
                let shown = ask(test_db, cache, &detail).await;
                assert_eq!(shown.body["name"], json!(name), "{:?}", shown.header("x-cache"));
                let listed = ask(test_db, cache, &list).await;
                let items = listed.body["items"].as_array().unwrap();
                let item = items.iter().find(|item| item["id"] == json!(id(number))).unwrap();
                assert_eq!(item["name"], json!(name), "{:?}", listed.header("x-cache"));
                kept += usize::from(shown.header("x-cache") == Some("hit"));
            }
        }
        kept
    };
    let kept = futures_util::future::join_all((1..=8).map(writer)).await;
    assert!(kept.iter().sum::<usize>() > 0, "nothing was ever kept: {kept:?}");
}
