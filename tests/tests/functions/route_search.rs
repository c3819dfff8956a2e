//! `route-search`: chargers along a route.

use crate::stage::{PHOTOS, Reply, bad_fields, request, with_body};
use crate::town::populate;
use insta::assert_json_snapshot;
use route_search::{App, handle};
use serde_json::{Value, json};
use tests::repository::event;
use tests::{TestDb, on_both_engines};

on_both_engines!(
    a_polyline_finds_the_chargers_on_its_way,
    a_great_circle_says_that_it_is_one,
    pages_of_a_route_put_together_are_the_whole,
    spread_keeps_one_charger_for_each_stretch,
    bad_bodies_name_every_bad_field,
);

async fn search(test_db: &TestDb, payload: &Value) -> Reply {
    let app = App::new(test_db.db.clone(), PHOTOS.to_owned());
    Reply::of(handle(&app, request(payload)).await.unwrap())
}

async fn ask(test_db: &TestDb, body: &Value) -> Reply {
    search(test_db, &with_body("post-routing-calculate.polyline", body)).await
}

/// The answer without the chargers themselves, which the listing's snapshots show.
fn snapshot(mut reply: Reply) -> Value {
    for item in reply.body["items"].as_array_mut().unwrap() {
        item["charger"] = item["charger"]["id"].take();
    }
    reply.snapshot()
}

fn ids(reply: &Reply) -> Vec<Value> {
    reply.body["items"].as_array().unwrap().iter().map(|item| item["charger"]["id"].clone()).collect()
}

fn along(more: Value) -> Value {
    let (albany, buffalo) = (json!({"lat": 42.6526, "lng": -73.7562}), json!({"lat": 42.8864, "lng": -78.8784}));
    let mut body = json!({"route": {"origin": albany, "destination": buffalo}, "max_detour_km": 50});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn a_polyline_finds_the_chargers_on_its_way(test_db: &TestDb) {
    populate(&test_db.db).await;
    let reply = search(test_db, &event("post-routing-calculate.polyline")).await;
    assert_json_snapshot!("stops-along-a-polyline", snapshot(reply));
}

async fn a_great_circle_says_that_it_is_one(test_db: &TestDb) {
    populate(&test_db.db).await;
    let reply = search(test_db, &event("post-routing-calculate.great-circle")).await;
    assert_eq!(reply.body["geometry_source"], "great_circle");
    assert_json_snapshot!("post-routing-calculate.great-circle", reply.snapshot());
}

async fn pages_of_a_route_put_together_are_the_whole(test_db: &TestDb) {
    populate(&test_db.db).await;
    for order in ["along_route", "distance_from_route"] {
        let whole = ask(test_db, &along(json!({"order": order}))).await;
        assert_eq!((&whole.body["truncated"], &whole.body["next_cursor"]), (&json!(false), &Value::Null));
        let (mut pages, mut cursor) = (Vec::new(), json!({}));
        loop {
            let mut more = json!({"order": order, "limit": 4});
            more.as_object_mut().unwrap().extend(cursor.as_object().unwrap().clone());
            let page = ask(test_db, &along(more)).await;
            assert_eq!(page.body["total"], whole.body["total"]);
            assert_eq!(page.body["longest_gap"], whole.body["longest_gap"], "of the whole, not of the page");
            pages.extend(ids(&page));
            if page.body["truncated"] == json!(false) {
                break;
            }
            cursor = json!({"cursor": page.body["next_cursor"]});
        }
        assert_eq!(pages, ids(&whole), "{order}");
    }
}

async fn spread_keeps_one_charger_for_each_stretch(test_db: &TestDb) {
    populate(&test_db.db).await;
    let reply = ask(test_db, &along(json!({"spread_km": 25}))).await;
    let positions: Vec<f64> = reply.body["items"].as_array().unwrap().iter().map(position).collect();
    let stretches: std::collections::HashSet<u64> = positions.iter().map(|km| (km / 25.0) as u64).collect();
    assert!(!positions.is_empty());
    assert_eq!(stretches.len(), positions.len());
}

fn position(item: &Value) -> f64 {
    item["position_km"].as_f64().unwrap()
}

async fn bad_bodies_name_every_bad_field(test_db: &TestDb) {
    let table = [
        (json!({}), vec!["route required"]),
        (
            json!({"route": {}, "limit": 0, "colour": 1}),
            vec!["colour unknown", "limit out_of_range", "route.polyline required"],
        ),
        (along(json!({"max_detour_km": 51, "order": "up"})), vec!["max_detour_km out_of_range", "order unknown_value"]),
        (
            along(json!({"port_type": ["ccs"], "amenity": "wifi"})),
            vec!["amenity wrong_type", "port_type[0] unknown_value"],
        ),
        (along(json!({"cursor": "x"})), vec!["cursor not_a_cursor"]),
        (json!({"route": {"polyline": "_p~iF~ps|U_ulLnnqC", "precision": 7}}), vec!["route.precision out_of_range"]),
        (json!("{\"route\""), vec!["body not_json"]),
        (json!("[]"), vec!["body not_an_object"]),
    ];
    for (body, expected) in table {
        assert_eq!(bad_fields(&ask(test_db, &body).await), expected, "{body}");
    }
}
