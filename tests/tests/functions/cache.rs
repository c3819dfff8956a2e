//! What is kept is what would be made: to the byte, and no longer than it is true.

mod freshness;

use crate::stage::{PHOTOS, Reply, request, with_query};
use crate::town::{PLAZA, populate};
use cache::Cache;
use domain::Timestamp;
use domain::connection;
use lambda_http::Body;
use serde_json::{Value, json};
use tests::behind::number;
use tests::repository::event;
use tests::seed::{NOON, id, new_charger, point};
use tests::{TestDb, eventually, on_both_engines};

on_both_engines!(
    cold_warm_and_bypassed_answers_are_the_same_to_the_byte,
    a_client_that_has_what_is_kept_gets_304,
    pages_far_from_the_first_are_not_kept_but_their_total_is,
    what_is_not_there_is_not_kept,
    two_addresses_of_photos_share_no_answer,
);

pub(crate) fn memory() -> Cache {
    Cache::open(&connection::Cache::in_memory(1 << 24), now).unwrap()
}

fn now() -> Timestamp {
    NOON
}

/// Sends a payload to the function that it is for.
pub(crate) async fn send(test_db: &TestDb, cache: &Cache, payload: &Value) -> lambda_http::Response<Body> {
    let (db, photos, request) = (test_db.db.clone(), PHOTOS.to_owned(), request(payload));
    if payload["routeKey"] == "POST /api/routing/calculate" {
        let app = route_search::App::new(db, photos).with_cache(cache.clone());
        return route_search::handle(&app, request).await.unwrap();
    }
    chargers::handle(&chargers::App::new(db, photos).with_cache(cache.clone()), request).await.unwrap()
}

async fn ask(test_db: &TestDb, cache: &Cache, payload: &Value) -> Reply {
    Reply::of(send(test_db, cache, payload).await)
}

/// Asks until the answer is one that was kept: transactions of other tests on the same server hold stamps back.
pub(crate) async fn warm(test_db: &TestDb, cache: &Cache, payload: &Value) -> Reply {
    eventually("an answer that is kept", async || ask(test_db, cache, payload).await.header("x-cache") == Some("hit"))
        .await;
    ask(test_db, cache, payload).await
}

fn questions() -> Vec<Value> {
    let near = "user_lat=42.6526&user_lng=-73.7562&max_distance=100&sort=distance&page_size=7";
    let queries =
        ["", "page=2&page_size=5", near, "port_type=CCS&page_size=3", "min_power_kw=60", "bbox=170,-30,-170,0"];
    let mut questions: Vec<Value> = queries.map(|query| with_query("get-chargers.nearby", query)).into();
    let cases = [
        "get-chargers.bbox-geojson",
        "get-charger",
        "get-verifications",
        "post-routing-calculate.polyline",
        "post-routing-calculate.great-circle",
    ];
    questions.extend(cases.map(event));
    questions
}

/// All of an answer that does not depend on when and how it was made.
fn essence(response: &lambda_http::Response<Body>) -> (u16, Vec<(String, String)>, String) {
    let by_the_way = ["x-cache", "x-request-time", "server-timing"];
    let headers = response.headers().iter().filter(|(name, _)| !by_the_way.contains(&name.as_str()));
    let mut headers: Vec<_> =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    let Body::Text(body) = response.body() else { panic!("text") };
    (response.status().as_u16(), headers, body.clone())
}

async fn cold_warm_and_bypassed_answers_are_the_same_to_the_byte(test_db: &TestDb) {
    populate(&test_db.db).await;
    for question in questions() {
        let made = send(test_db, &Cache::default(), &question).await;
        assert!(!made.headers().contains_key("x-cache"));
        let made = essence(&made);
        assert_eq!(made.0, 200, "{}", made.2);
        for name in ["etag", "cache-control", "vary"] {
            assert!(made.1.iter().any(|(header, _)| header == name), "{name} of {question}");
        }
        let cache = memory();
        let mut seen = Vec::new();
        eventually("an answer that is kept", async || {
            let response = send(test_db, &cache, &question).await;
            assert_eq!(essence(&response), made);
            seen.push(response.headers()["x-cache"].to_str().unwrap().to_owned());
            seen.last().is_some_and(|word| word == "hit")
        })
        .await;
        seen.dedup();
        seen.retain(|word| word != "bypass");
        assert_eq!(seen, ["miss", "hit"], "{question}");
    }
}

async fn a_client_that_has_what_is_kept_gets_304(test_db: &TestDb) {
    populate(&test_db.db).await;
    let cache = memory();
    for mut question in questions() {
        let tag = warm(test_db, &cache, &question).await.header("etag").unwrap().to_owned();
        question["headers"]["if-none-match"] = json!(tag);
        let reply = ask(test_db, &cache, &question).await;
        assert_eq!((reply.status, &reply.body, reply.header("etag")), (304, &Value::Null, Some(tag.as_str())));
        let control = reply.header("cache-control").unwrap();
        assert!(control.contains("stale-while-revalidate=") && reply.header("x-cache").is_some(), "{reply:?}");
    }
}

async fn pages_far_from_the_first_are_not_kept_but_their_total_is(test_db: &TestDb) {
    populate(&test_db.db).await;
    let cache = memory();
    let page = |number: u32| with_query("get-chargers.nearby", &format!("page_size=1&page={number}"));
    warm(test_db, &cache, &page(10)).await;
    for _ in 0..2 {
        let reply = ask(test_db, &cache, &page(11)).await;
        assert_eq!((reply.header("x-cache"), &reply.body["total"]), (Some("bypass"), &json!(32)));
    }
}

async fn what_is_not_there_is_not_kept(test_db: &TestDb) {
    let cache = memory();
    let question = event("get-charger");
    for _ in 0..2 {
        assert_eq!(ask(test_db, &cache, &question).await.status, 404);
    }
    tests::seed::add(&test_db.db, PLAZA, &new_charger("There", point(1.0, 2.0)), NOON).await;
    assert_eq!(ask(test_db, &cache, &question).await.body["name"], "There");
    warm(test_db, &cache, &question).await;
    test_db.db.remove_charger(id(PLAZA), &[]).await.unwrap();
    assert_eq!(ask(test_db, &cache, &question).await.status, 404);
    assert_eq!(number(&test_db.db, "SELECT count(*) FROM charger_changes WHERE NOT is_deleted").await, 0);
}

async fn two_addresses_of_photos_share_no_answer(test_db: &TestDb) {
    populate(&test_db.db).await;
    let (cache, question) = (memory(), event("get-charger"));
    assert!(warm(test_db, &cache, &question).await.body.to_string().contains(PHOTOS));
    let app = chargers::App::new(test_db.db.clone(), "https://elsewhere.example".to_owned()).with_cache(cache);
    let reply = Reply::of(chargers::handle(&app, request(&question)).await.unwrap());
    assert!(reply.body.to_string().contains("https://elsewhere.example"));
}
