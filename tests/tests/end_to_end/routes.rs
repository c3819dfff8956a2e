//! Route search: what lies along the way, all of it and nothing else.

use crate::binaries::run_ops;
use crate::geometry::{Samples, lat_lng};
use crate::population::{all_chargers, id, place};
use crate::server::Server;
use domain::geo::{Point, decode_polyline};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use tests::repository::shared_data;

/// The samples are this exact; a charger nearer to the edge may be in or out.
const TOLERANCE_M: f64 = 0.3;
/// The answer gives kilometres to the metre.
const ROUNDING_KM: f64 = 0.002;

/// A server with generated chargers around a route.
fn server_with(data: &tempfile::TempDir, chargers: &str, bbox: &str) -> Server {
    run_ops(data.path(), &["generate", "--chargers", chargers, "--seed", "11", "--bbox", bbox]);
    Server::start(data.path())
}

fn search(server: &Server, body: &Value) -> Value {
    server.post("/api/routing/calculate", body).expect(200)
}

/// Every page along the cursor; each of them says the same about the whole.
fn whole_search(server: &Server, body: &Value) -> (Value, Vec<Value>) {
    let first = search(server, body);
    let mut items = first["items"].as_array().unwrap().clone();
    let mut cursor = first["next_cursor"].clone();
    while cursor.is_string() {
        let mut next = body.clone();
        next["cursor"] = cursor;
        let page = search(server, &next);
        for name in ["total", "longest_gap", "route_length_km"] {
            assert_eq!(page[name], first[name], "{name}");
        }
        assert_eq!(page["truncated"].as_bool().unwrap(), page["next_cursor"].is_string());
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        cursor = page["next_cursor"].clone();
    }
    (first, items)
}

fn number(value: &Value, name: &str) -> f64 {
    value[name].as_f64().unwrap()
}

fn found_ids(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| id(&item["charger"])).collect()
}

/// The search against every charger of the listing, one by one.
fn check_against_all_chargers(server: &Server, samples: &Samples, route: &Value, detour_km: f64) {
    let body = json!({"route": route, "max_detour_km": detour_km, "limit": 60});
    let (answer, items) = whole_search(server, &body);
    let found: BTreeMap<_, _> = items.iter().map(|item| (id(&item["charger"]), item)).collect();
    assert_eq!(found.len(), items.len(), "each charger once");
    assert_eq!(answer["total"].as_u64(), Some(items.len() as u64));
    assert!(items.len() > 60, "the search has several pages: {}", items.len());
    for charger in all_chargers(server) {
        let distance_m = samples.distance_m(place(&charger));
        match found.get(id(&charger)) {
            Some(item) => {
                assert!(distance_m <= detour_km * 1000.0 + TOLERANCE_M, "{charger} is {distance_m} m away");
                let difference_km = number(item, "distance_from_route_km") - distance_m / 1000.0;
                assert!(difference_km.abs() <= ROUNDING_KM, "{item} is {distance_m} m away");
            }
            None => assert!(distance_m > detour_km * 1000.0 - TOLERANCE_M, "{charger} is missing: {distance_m} m"),
        }
    }
    let length_km = samples.length_m() / 1000.0;
    assert!((number(&answer, "route_length_km") - length_km).abs() <= 0.05, "{length_km}");
    check_order_and_gap(&answer, &items);
}

/// Chargers come as one meets them, and the longest stretch without one is the one that is named.
fn check_order_and_gap(answer: &Value, items: &[Value]) {
    let mut stops: Vec<f64> = items.iter().map(|item| number(item, "position_km")).collect();
    assert!(stops.is_sorted());
    stops.insert(0, 0.0);
    stops.push(number(answer, "route_length_km"));
    let longest = stops.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
    let gap = &answer["longest_gap"];
    assert!((number(gap, "length_km") - longest).abs() <= ROUNDING_KM, "{gap} is not {longest}");
    assert!((number(gap, "to_km") - number(gap, "from_km") - number(gap, "length_km")).abs() <= ROUNDING_KM);
}

/// With `spread_km` there is one charger in each stretch that has any: one of the highest level, the nearest of these.
fn check_spread(server: &Server, route: &Value, detour_km: f64) {
    let body = json!({"route": route, "max_detour_km": detour_km, "limit": 500});
    let (answer, all) = whole_search(server, &body);
    let mut body = body;
    body["spread_km"] = json!(20);
    body["limit"] = json!(5);
    let (spread_answer, kept) = whole_search(server, &body);
    for name in ["total", "longest_gap"] {
        assert_eq!(spread_answer[name], answer[name], "{name} is of the whole set");
    }
    let stretch = |item: &Value| (number(item, "position_km") / 20.0) as u64;
    let stretches: HashSet<_> = all.iter().map(stretch).collect();
    assert_eq!(kept.iter().map(stretch).collect::<HashSet<_>>(), stretches);
    assert_eq!(kept.len(), stretches.len());
    let level = |item: &Value| item["charger"]["verification_level"].as_u64().unwrap();
    for best in &kept {
        let rivals = all.iter().filter(|item| stretch(item) == stretch(best));
        for rival in rivals.filter(|rival| level(rival) == level(best)) {
            assert!(number(rival, "distance_from_route_km") >= number(best, "distance_from_route_km"));
        }
        assert!(found_ids(&all).contains(&id(&best["charger"])));
    }
}

#[test]
fn a_great_circle_from_new_york_to_buffalo_finds_every_charger_within_the_detour_and_none_beyond() {
    let data = tempfile::tempdir().unwrap();
    let server = server_with(&data, "2500", "-79.5,40.2,-73,43.5");
    let route = json!({"origin": {"lat": 40.7128, "lng": -74.006}, "destination": {"lat": 42.8864, "lng": -78.8784}});
    let samples = Samples::along(&[lat_lng(&route["origin"]), lat_lng(&route["destination"])]);
    check_against_all_chargers(&server, &samples, &route, 10.0);
    check_spread(&server, &route, 10.0);
    assert_eq!(search(&server, &json!({"route": route}))["geometry_source"], "great_circle");
}

#[test]
fn a_line_finds_every_charger_within_the_detour_and_both_orders_page_through_the_same() {
    let data = tempfile::tempdir().unwrap();
    let server = server_with(&data, "1500", "-79.5,40.2,-73,43.5");
    let line =
        json!({"type": "LineString", "coordinates": [[-74.0, 40.7], [-75.2, 42.1], [-75.2, 42.1], [-78.9, 42.9]]});
    let vertices = line["coordinates"].as_array().unwrap().iter();
    let vertices: Vec<_> =
        vertices.map(|at| Point::new(at[1].as_f64().unwrap(), at[0].as_f64().unwrap()).unwrap()).collect();
    check_against_all_chargers(&server, &Samples::along(&vertices), &line, 20.0);
    let body = |order: &str| json!({"route": line, "max_detour_km": 20, "limit": 37, "order": order});
    let (first, along) = whole_search(&server, &body("along_route"));
    let (_, by_distance) = whole_search(&server, &body("distance_from_route"));
    assert_eq!(first["geometry_source"], "provided");
    assert!(by_distance.iter().map(|item| number(item, "distance_from_route_km")).is_sorted());
    assert_eq!(along.len(), by_distance.len());
    let set = |items: &[Value]| found_ids(items).into_iter().map(str::to_owned).collect::<HashSet<_>>();
    assert_eq!(set(&along), set(&by_distance));
    assert_eq!(set(&along).len(), along.len());
}

#[test]
fn the_real_route_through_germany_finds_every_charger_within_the_detour_and_none_beyond() {
    let Some(file) = shared_data("routes/germany-254km.json") else { return };
    let polyline = serde_json::from_slice::<Value>(&file).unwrap()["polyline"].as_str().unwrap().to_owned();
    let vertices = decode_polyline(&polyline, 6).unwrap();
    let data = tempfile::tempdir().unwrap();
    let server = server_with(&data, "2500", &bbox_around(&vertices));
    let route = json!({"polyline": polyline, "precision": 6});
    check_against_all_chargers(&server, &Samples::along(&vertices), &route, 5.0);
    check_spread(&server, &route, 5.0);
}

/// With a fifth of a degree around it.
fn bbox_around(vertices: &[Point]) -> String {
    let bounds = |degrees: fn(Point) -> f64| {
        let values = vertices.iter().map(|vertex| degrees(*vertex));
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    };
    let ((south, north), (west, east)) = (bounds(|point| point.lat()), bounds(|point| point.lng()));
    format!("{},{},{},{}", west - 0.2, south - 0.2, east + 0.2, north + 0.2)
}
