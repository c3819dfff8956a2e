//! `chargers`: listing and detail.

use crate::stage::{PHOTOS, Reply, assert_tells_nothing, bad_fields, request, with_query};
use crate::town::populate;
use chargers::{App, handle};
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use tests::repository::event;
use tests::{TestDb, on_both_engines};

on_both_engines!(
    the_second_page_near_a_point_is_sorted_by_distance,
    a_box_answers_geojson,
    a_box_across_the_antimeridian_holds_both_sides,
    unknown_and_bad_parameters_are_all_named,
    a_charger_shows_connectors_photos_and_history,
    pages_by_number_and_by_cursor_are_the_same_whole,
    a_client_that_has_the_answer_gets_304,
    what_is_not_there_is_404,
);

async fn get(test_db: &TestDb, payload: &Value) -> Reply {
    let app = App::new(test_db.db.clone(), PHOTOS.to_owned());
    Reply::of(handle(&app, request(payload)).await.unwrap())
}

async fn ask(test_db: &TestDb, query: &str) -> Reply {
    get(test_db, &with_query("get-chargers.nearby", query)).await
}

fn ids(reply: &Reply) -> Vec<String> {
    let items = reply.body["items"].as_array().unwrap_or_else(|| panic!("{}", reply.body));
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn the_second_page_near_a_point_is_sorted_by_distance(test_db: &TestDb) {
    populate(&test_db.db).await;
    let reply = get(test_db, &event("get-chargers.nearby")).await;
    assert_json_snapshot!("get-chargers.nearby", reply.snapshot());
}

async fn a_box_answers_geojson(test_db: &TestDb) {
    populate(&test_db.db).await;
    let reply = get(test_db, &event("get-chargers.bbox-geojson")).await;
    assert_eq!(reply.body["total"], 24);
    assert_json_snapshot!("get-chargers.bbox-geojson", reply.snapshot());
}

async fn a_box_across_the_antimeridian_holds_both_sides(test_db: &TestDb) {
    populate(&test_db.db).await;
    let reply = get(test_db, &event("get-chargers.antimeridian")).await;
    assert_json_snapshot!("get-chargers.antimeridian", reply.snapshot());
}

async fn unknown_and_bad_parameters_are_all_named(test_db: &TestDb) {
    let reply = get(test_db, &event("get-chargers.unknown-parameter")).await;
    assert_eq!(bad_fields(&reply), ["colour unknown", "page_size out_of_range"]);
    assert_json_snapshot!("get-chargers.unknown-parameter", reply.snapshot());
}

async fn a_charger_shows_connectors_photos_and_history(test_db: &TestDb) {
    populate(&test_db.db).await;
    let reply = get(test_db, &event("get-charger")).await;
    assert_json_snapshot!("get-charger", reply.snapshot());
}

async fn pages_by_number_and_by_cursor_are_the_same_whole(test_db: &TestDb) {
    populate(&test_db.db).await;
    let near = "user_lat=42.6526&user_lng=-73.7562&max_distance=20000&sort=distance&";
    for search in ["", "port_type=CCS&", near, "bbox=-180,-90,180,90&", "updated_since=2026-03-01T12:00:30Z&"] {
        let whole = ids(&ask(test_db, &format!("{search}page_size=500")).await);
        let (mut by_number, mut by_cursor) = (Vec::new(), Vec::new());
        let mut next = Some(String::new());
        while let Some(cursor) = next {
            let number = by_number.len() / 7 + 1;
            by_number.extend(ids(&ask(test_db, &format!("{search}page_size=7&page={number}")).await));
            let page = ask(test_db, &format!("{search}page_size=7{cursor}")).await;
            assert_eq!((&page.body["page"], &page.body["total"]), (&json!(number), &json!(whole.len())));
            assert_eq!(page.body["has_next"], json!(page.body["next_cursor"].is_string()));
            by_cursor.extend(ids(&page));
            next = page.body["next_cursor"].as_str().map(|cursor| format!("&cursor={cursor}"));
        }
        assert_eq!((&by_number, &by_cursor), (&whole, &whole), "{search}");
    }
}

async fn a_client_that_has_the_answer_gets_304(test_db: &TestDb) {
    populate(&test_db.db).await;
    let mut payload = event("get-charger");
    let tag = get(test_db, &payload).await.header("etag").unwrap().to_owned();
    payload["headers"]["if-none-match"] = json!(tag);
    let reply = get(test_db, &payload).await;
    assert_eq!((reply.status, reply.body.clone(), reply.header("etag")), (304, Value::Null, Some(tag.as_str())));
    payload["headers"]["if-none-match"] = json!("\"another\"");
    assert_eq!(get(test_db, &payload).await.status, 200);
}

async fn what_is_not_there_is_404(test_db: &TestDb) {
    for id in ["018f6d2e-7c1a-7b60-9f5e-3a1d2c4b5e6f", "7", "%20", "' OR 1=1 --"] {
        let mut payload = event("get-charger");
        payload["rawPath"] = json!(format!("/api/chargers/{id}"));
        payload["requestContext"]["http"]["path"] = payload["rawPath"].clone();
        let reply = get(test_db, &payload).await;
        assert_eq!((reply.status, &reply.body["detail"]), (404, &json!("There is no such charger.")), "{id}");
        assert_tells_nothing(&reply);
    }
}
