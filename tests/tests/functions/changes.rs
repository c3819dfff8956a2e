//! `GET /api/changes`: what an offline client follows.

use crate::stage::{PHOTOS, Reply, bad_fields, request, with_query};
use crate::town::{PLAZA, populate};
use chargers::{App, handle};
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use tests::repository::event;
use tests::seed::id;
use tests::{TestDb, eventually, on_both_engines};

on_both_engines!(
    a_client_without_a_token_gets_every_charger_as_created,
    a_client_that_comes_back_gets_what_has_happened_since,
    nothing_new_is_answered_with_the_same_token_and_304,
    tokens_of_something_else_are_refused,
);

async fn get(test_db: &TestDb, payload: &Value) -> Reply {
    let app = App::new(test_db.db.clone(), PHOTOS.to_owned());
    Reply::of(handle(&app, request(payload)).await.unwrap())
}

async fn ask(test_db: &TestDb, query: &str) -> Reply {
    get(test_db, &with_query("get-changes", query)).await
}

/// Follows the feed to its end, as soon as it has so many items: type and id of each, and the last token.
async fn follow(test_db: &TestDb, since: Option<&str>, count: usize) -> (Vec<(String, String)>, String) {
    let pages = async || {
        let (mut items, mut token) = (Vec::new(), since.map(str::to_owned));
        loop {
            let since = token.map_or(String::new(), |token| format!("&since={token}"));
            let page = ask(test_db, &format!("limit=10{since}")).await.body;
            let word = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
            items.extend(page["items"].as_array().unwrap().iter().map(|item| (word(item, "type"), word(item, "id"))));
            let next = word(&page, "next_since");
            if page["has_more"] == false {
                return (items, next);
            }
            token = Some(next);
        }
    };
    eventually("changes", async || pages().await.0.len() == count).await;
    pages().await
}

async fn a_client_without_a_token_gets_every_charger_as_created(test_db: &TestDb) {
    populate(&test_db.db).await;
    let (items, _) = follow(test_db, None, 32).await;
    assert!(items.iter().all(|(word, _)| word == "created"));
    let mut reply = get(test_db, &event("get-changes")).await;
    // The number of a transaction and the time of the server are never the same twice.
    for item in reply.body["items"].as_array_mut().unwrap() {
        assert!(item["changed_at"].as_str().is_some_and(|time| time.ends_with('Z')));
        item["changed_at"] = json!("2026-03-01T12:00:00Z");
    }
    assert_eq!(reply.body["next_since"].as_str().map(str::len), Some(43));
    reply.body["next_since"] = json!("[a place in the feed]");
    assert_json_snapshot!("get-changes", reply.snapshot());
}

async fn a_client_that_comes_back_gets_what_has_happened_since(test_db: &TestDb) {
    let db = &test_db.db;
    populate(db).await;
    let (_, token) = follow(test_db, None, 32).await;
    db.remove_charger(id(PLAZA), &[id(1)]).await.unwrap();
    let rename = |charger: &mut domain::charger::Charger| {
        charger.name = "Renamed".to_owned();
        Ok(())
    };
    db.edit_charger(id(1), tests::seed::NOON, rename).await.unwrap();
    tests::seed::add(db, 999, &tests::seed::new_charger("New", tests::seed::point(1.0, 2.0)), tests::seed::NOON).await;
    // One that comes and goes between two visits is nothing to the client.
    tests::seed::add(db, 998, &tests::seed::new_charger("Brief", tests::seed::point(1.0, 2.0)), tests::seed::NOON)
        .await;
    db.remove_charger(id(998), &[]).await.unwrap();
    let (items, _) = follow(test_db, Some(&token), 3).await;
    let of = |word: &str, number| (word.to_owned(), id(number).to_string());
    assert_eq!(items, [of("deleted", PLAZA), of("changed", 1), of("created", 999)]);
    let page = ask(test_db, &format!("since={token}")).await.body;
    assert!(page["items"][0].get("charger").is_none());
    assert_eq!(page["items"][1]["charger"]["name"], "Renamed");
}

async fn nothing_new_is_answered_with_the_same_token_and_304(test_db: &TestDb) {
    let empty = ask(test_db, "").await;
    assert_eq!((&empty.body["items"], &empty.body["has_more"]), (&json!([]), &json!(false)));
    populate(&test_db.db).await;
    let (_, token) = follow(test_db, empty.body["next_since"].as_str(), 32).await;
    let nothing = ask(test_db, &format!("since={token}")).await;
    assert_eq!(nothing.body, json!({"items": [], "next_since": token, "has_more": false}));
    let mut again = with_query("get-changes", &format!("since={token}"));
    again["headers"]["if-none-match"] = json!(nothing.header("etag").unwrap());
    assert_eq!(get(test_db, &again).await.status, 304);
}

async fn tokens_of_something_else_are_refused(test_db: &TestDb) {
    let beyond = domain::changes::Position { changed_in: i64::MAX, charger_id: id(1) }.encode();
    let cursor = domain::cursor::Cursor::after_metres(1, 1, 1.0, id(1)).encode();
    let table = [
        (format!("since={beyond}"), vec!["since outdated"]),
        (format!("since={cursor}&limit=0&page=1"), vec!["limit out_of_range", "page unknown", "since not_a_token"]),
        ("since=".to_owned(), vec!["since not_a_token"]),
    ];
    for (query, expected) in table {
        assert_eq!(bad_fields(&ask(test_db, &query).await), expected);
    }
}
