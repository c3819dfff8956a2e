//! What the running server takes and answers is what is described.

use crate::document::{check, check_answer, document, operations};
use crate::http::Request;
use crate::server::Server;
use crate::{pictures, uploads};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A body that uses everything that the document describes.
pub(crate) fn full_charger(photos: Value) -> Value {
    json!({"name": "Depot", "address": "1 Main St", "latitude": 42.65, "longitude": -73.75,
        "connectors": [{"type": "CCS", "power_kw": 150, "count": 2}, {"type": "CHAdeMO"}], "total_ports": 3,
        "operator": "Voltway", "amenities": ["wifi", "rest_area"], "notes": "Behind the mall", "photos": photos,
        "allow_duplicate": false})
}

pub(crate) fn full_search() -> Value {
    json!({"route": {"origin": {"lat": 42.6, "lng": -73.8}, "destination": {"lat": 42.7, "lng": -73.7},
        "waypoints": [{"lat": 42.65, "lng": -73.75}]}, "max_detour_km": 10, "verification_level": 1, "port_type": ["CCS"],
        "amenity": ["wifi"], "min_power_kw": 100, "updated_since": "2026-01-31T12:00:00Z", "order": "along_route",
        "spread_km": 1, "limit": 5})
}

/// Every field that a schema describes, but those in `without`, is in the example; `schema` is a pointer from `components/schemas`.
fn check_is_full(document: &Value, schema: &str, example: &Value, without: &[&str]) {
    let schema = document["components"]["schemas"].pointer(schema).unwrap();
    check(document, schema, example);
    let described = schema["properties"].as_object().unwrap().keys().map(String::as_str);
    let described: BTreeSet<_> = described.filter(|name| !without.contains(name)).collect();
    assert_eq!(example.as_object().unwrap().keys().map(String::as_str).collect::<BTreeSet<_>>(), described);
}

/// A server, and the document that every one of its answers is held to.
struct Stage {
    server: Server,
    document: Value,
    _data: tempfile::TempDir,
}

impl Stage {
    fn set() -> Self {
        let data = tempfile::tempdir().unwrap();
        Self { server: Server::start(data.path()), document: document(), _data: data }
    }

    fn get(&self, path: &str, target: &str) -> Value {
        check_answer(&self.server, &self.document, path, &Request::new("GET", target), 200)
    }

    fn post(&self, path: &str, body: &Value, status: u16) -> Value {
        self.post_as(&self.server.token, path, path, body, status)
    }

    fn post_as(&self, token: &str, path: &str, target: &str, body: &Value, status: u16) -> Value {
        let request = Request::new("POST", target).bearer(token).json(body);
        check_answer(&self.server, &self.document, path, &request, status)
    }
}

#[test]
fn every_documented_field_of_a_charger_and_a_search_is_taken_and_every_answer_is_as_described() {
    let stage = Stage::set();
    let Stage { server, document, .. } = &stage;
    let photo_id = uploads::upload(server, "image/jpeg", &pictures::phone_photo(600, 400));
    uploads::finished(server, &photo_id);
    stage.get("/api/photos/{id}", &format!("/api/photos/{photo_id}"));

    let charger = full_charger(json!([photo_id, "no base64!"]));
    check_is_full(document, "/NewCharger", &charger, &["port_types"]);
    let created = stage.post("/api/chargers", &charger, 201);
    assert_eq!(created["photo_errors"][0]["index"], 1);
    stage.post("/api/chargers", &charger, 409);
    stage.get("/api/chargers/{id}", &format!("/api/chargers/{}", created["charger"]["id"].as_str().unwrap()));

    let near = "/api/chargers?user_lat=42.65&user_lng=-73.75&max_distance=5&sort=distance";
    assert_eq!(stage.get("/api/chargers", near)["items"].as_array().unwrap().len(), 1);
    stage.get("/api/chargers", "/api/chargers");
    stage.get("/api/chargers", "/api/chargers?min_power_kw=5");
    let geojson = Request::new("GET", near).header("accept", "application/geo+json");
    let collection = check_answer(server, document, "/api/chargers", &geojson, 200);
    assert_eq!(collection["features"].as_array().unwrap().len(), 1);

    check_is_full(document, "/RouteSearch", &full_search(), &["cursor"]);
    let found = stage.post("/api/routing/calculate", &full_search(), 200);
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
}

#[test]
fn every_documented_detail_of_a_verification_is_taken_and_read_again_as_described() {
    let stage = Stage::set();
    let added = stage.post("/api/chargers", &full_charger(json!([])), 201);
    let charger = format!("/api/chargers/{}", added["charger"]["id"].as_str().unwrap());
    let photo = json!({"kind": "verification", "content_type": "image/png", "size_bytes": 9});
    // Not who has added it: they may not verify it again so soon.
    let ben = stage.server.token("ben", &[]);
    let report = json!({"action": "partial", "notes": "One is broken", "wait_time": 5, "port_type_used": "CCS",
        "ports_available": 1, "charging_success": true, "payment_method": "Card", "station_lighting": "Poor",
        "cleanliness_rating": 3, "charging_speed_rating": 4, "amenities_rating": 2, "would_recommend": true,
        "photo_id": stage.post_as(&ben, "/api/uploads", "/api/uploads", &photo, 201)["photo_id"]});
    check_is_full(&stage.document, "/Report", &report, &["photo_url"]);
    let verify =
        |status| stage.post_as(&ben, "/api/chargers/{id}/verify", &format!("{charger}/verify"), &report, status);
    verify(201);
    verify(429);
    let history = stage.get("/api/chargers/{id}/verifications", &format!("{charger}/verifications"));
    assert_eq!(history["items"][0]["payment_method"], "Card");
}

#[test]
fn every_documented_field_of_an_upload_is_taken_and_every_state_of_a_photo_is_as_described() {
    let stage = Stage::set();
    let charger = stage.post("/api/chargers", &full_charger(json!([])), 201);
    let upload = json!({"kind": "charger", "content_type": "image/png", "size_bytes": 9, "sha256": "0f".repeat(32),
        "charger_id": charger["charger"]["id"]});
    check_is_full(&stage.document, "/UploadRequest/anyOf/1", &upload, &[]);
    let pending = stage.post("/api/uploads", &upload, 201);
    stage.post("/api/uploads", &json!({"files": [upload.clone(), upload]}), 201);
    stage.get("/api/photos/{id}", &format!("/api/photos/{}", pending["photo_id"].as_str().unwrap()));
    let rejected = uploads::upload(&stage.server, "image/jpeg", b"no picture");
    assert_eq!(uploads::finished(&stage.server, &rejected)["state"], "rejected");
    stage.get("/api/photos/{id}", &format!("/api/photos/{rejected}"));
}

#[test]
fn every_endpoint_answers_bad_input_with_the_problem_that_is_described() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let document = document();
    let admin = server.token("bob", &["admin"]);
    for (method, path, _) in operations(&document) {
        let target = format!("{}?nonsense=1", path.replace("{id}", "0195c7a4-0000-7000-8000-000000000000"));
        let request = Request::new(&method.to_uppercase(), target).bearer(&admin).json(&json!({}));
        let problem = check_answer(&server, &document, path, &request, 400);
        assert_eq!(problem["errors"][0]["field"], "nonsense", "{method} {path}");
    }
}
