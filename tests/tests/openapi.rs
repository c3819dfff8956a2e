//! `infra/openapi.yaml` and the code say the same: routes, words, limits, and the shape of every answer.

#![allow(clippy::unwrap_used)]
#![allow(dead_code, reason = "the end-to-end tests use more of these than is needed here")]

#[path = "end_to_end/binaries.rs"]
mod binaries;
#[path = "end_to_end/http.rs"]
mod http;
#[path = "end_to_end/pictures.rs"]
mod pictures;
#[path = "end_to_end/server.rs"]
mod server;
#[path = "end_to_end/uploads.rs"]
mod uploads;

use domain::photo::{PhotoKind, PhotoState};
use domain::upload::CONTENT_TYPES;
use domain::vocabulary::{Amenity, Port};
use http::Request;
use jsonschema::{Draft, Validator};
use serde_json::{Value, json};
use server::Server;
use std::collections::BTreeSet;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

fn document() -> Value {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/openapi.yaml")).unwrap();
    serde_yaml_ng::from_str(&text).unwrap()
}

/// A validator for a schema of the document, whose references lead to `#/components/…`.
fn validator(document: &Value, schema: &Value) -> Validator {
    let whole = json!({"allOf": [schema], "components": document["components"]});
    let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
    options.build(&whole).unwrap()
}

/// Fails with every difference between a value and a schema.
fn check(document: &Value, schema: &Value, value: &Value) {
    let validator = validator(document, schema);
    let differences: Vec<_> = validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(differences.is_empty(), "{schema}: {differences:#?} in {value}");
}

/// The schema of an answer; `default` where the status has none of its own.
fn answer_schema(document: &Value, method: &str, path: &str, status: u16, content_type: &str) -> Value {
    let responses = &document["paths"][path][method]["responses"];
    let response = responses.get(status.to_string()).unwrap_or(&responses["default"]);
    let response = match response["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => response,
    };
    let schema = &response["content"][content_type]["schema"];
    assert!(schema.is_object(), "{method} {path}: {status} with {content_type} is not described");
    schema.clone()
}

/// Sends a request; the answer has this status, is described, and is as described.
fn check_answer(server: &Server, document: &Value, path: &str, request: &Request, status: u16) -> Value {
    let reply = server.send(request);
    let answer = reply.expect(status);
    let method = request.line().split(' ').next().unwrap().to_lowercase();
    let content_type = reply.header("content-type").unwrap();
    check(document, &answer_schema(document, &method, path, status, content_type), &answer);
    answer
}

fn words(value: &Value) -> BTreeSet<&str> {
    value.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

#[test]
fn paths_methods_and_tokens_are_those_of_the_template() {
    let data = tempfile::tempdir().unwrap();
    let routes = Server::start(data.path()).get("/");
    let served = routes["routes"].as_array().unwrap().iter().map(|route| {
        let method = route["method"].as_str().unwrap().to_lowercase();
        (route["path"].as_str().unwrap().to_owned(), method, route["needs_token"].as_bool().unwrap())
    });
    let document = document();
    let described = document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        let methods = METHODS.into_iter().filter(|method| item[*method].is_object());
        methods.map(|method| (path.clone(), method.to_owned(), item[method]["security"] == json!([{"jwt": []}])))
    });
    assert_eq!(described.collect::<BTreeSet<_>>(), served.collect::<BTreeSet<_>>());
}

#[test]
fn vocabularies_are_those_of_the_code() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    let ports: BTreeSet<_> = Port::ALL.iter().map(|port| port.as_str()).collect();
    let amenities: BTreeSet<_> = Amenity::ALL.iter().map(|amenity| amenity.as_str()).collect();
    assert_eq!(words(&schemas["Port"]["enum"]), ports);
    assert_eq!(words(&schemas["Amenity"]["enum"]), amenities);
    assert_eq!(words(&schemas["PhotoKind"]["enum"]), PhotoKind::ALL.map(PhotoKind::as_str).into());
    let states = [PhotoState::Pending, PhotoState::Ready, PhotoState::Rejected].map(PhotoState::as_str);
    assert_eq!(words(&schemas["PhotoFields"]["properties"]["state"]["enum"]), states.into());
    assert_eq!(words(&schemas["NewUpload"]["properties"]["content_type"]["enum"]), CONTENT_TYPES.into());
}

/// Parameters that others need to be there, or not to be there, are tried alone with what they need.
fn query_with(name: &str, value: &str) -> String {
    let company = match name {
        "user_lat" => "&user_lng=1",
        "user_lng" => "&user_lat=1",
        "max_distance" => "&user_lat=1&user_lng=1",
        "sort" if value == "distance" => "&user_lat=1&user_lng=1&max_distance=1",
        "page" => "&page_size=1",
        _ => "",
    };
    let value = value.replace(' ', "%20");
    format!("/api/chargers?{name}={value}{company}")
}

/// Values that a parameter's schema allows, and values just outside.
fn values_of(document: &Value, parameter: &Value) -> (Vec<String>, Vec<String>) {
    let mut schema = &parameter["schema"];
    schema = schema.get("items").unwrap_or(schema);
    if let Some(reference) = schema["$ref"].as_str() {
        schema = document.pointer(reference.trim_start_matches('#')).unwrap();
    }
    if schema["enum"].is_array() {
        return (words(&schema["enum"]).into_iter().map(str::to_owned).collect(), vec!["none of them".to_owned()]);
    }
    let outside = if schema["type"] == "integer" { 1.0 } else { 0.01 };
    let bound = |name: &str| schema[name].as_f64();
    let bounds = [bound("minimum"), bound("maximum")];
    let beyond = [bounds[0].map(|bound| bound - outside), bounds[1].map(|bound| bound + outside)];
    let texts = |numbers: [Option<f64>; 2]| numbers.into_iter().flatten().map(|number| number.to_string()).collect();
    match parameter["name"].as_str().unwrap() {
        "bbox" => (vec!["-74,40,-73,41".to_owned()], vec!["1,2".to_owned()]),
        "updated_since" => (vec!["2026-01-31T12:00:00Z".to_owned()], vec!["today".to_owned()]),
        // Only the service itself makes one that is good; that it leads on is shown end to end.
        "cursor" => (Vec::new(), vec!["x".to_owned()]),
        _ => (texts(bounds), texts(beyond)),
    }
}

#[test]
fn each_documented_parameter_is_accepted_within_its_limits_and_refused_by_name_outside_and_no_other_is_known() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let document = document();
    let status = |target: String| {
        let reply = server.send(&Request::new("GET", target));
        let problem = reply.json();
        let named = problem["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|error| (error["field"].as_str().unwrap().to_owned(), error["code"].as_str().unwrap().to_owned()));
        (reply.status, named.collect::<Vec<_>>())
    };
    let parameters = document["paths"]["/api/chargers"]["get"]["parameters"].as_array().unwrap();
    for parameter in parameters.iter().filter(|parameter| parameter["in"] == "query") {
        let name = parameter["name"].as_str().unwrap();
        let (inside, outside) = values_of(&document, parameter);
        for value in &inside {
            assert_eq!(status(query_with(name, value)), (200, Vec::new()), "{name}={value}");
        }
        assert!(!outside.is_empty(), "{name} has no limit");
        for value in outside {
            let (status, named) = status(query_with(name, &value));
            assert_eq!(status, 400, "{name}={value}");
            assert!(named.iter().any(|(field, code)| field == name && code != "unknown"), "{name}={value}: {named:?}");
        }
    }
    let (status, named) = status("/api/chargers?charger_type=1".to_owned());
    assert_eq!((status, named), (400, vec![("charger_type".to_owned(), "unknown".to_owned())]));
}

#[test]
fn the_token_of_a_write_is_taken_by_every_read_and_anything_else_is_refused_by_its_name() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let added = server
        .send(&Request::new("POST", "/api/chargers").json(&full_charger(json!([]))).bearer(&server.token("ann", &[])));
    let id = added.expect(201)["charger"]["id"].as_str().unwrap().to_owned();
    let token = added.header("x-consistency-token").unwrap().to_owned();
    let reads = || {
        let route = Request::new("POST", "/api/routing/calculate").json(&full_search());
        [Request::new("GET", "/api/chargers"), Request::new("GET", format!("/api/chargers/{id}")), route]
    };
    for read in reads() {
        server.send(&read.header("x-consistency-token", &token)).expect(200);
    }
    for read in reads() {
        let problem = server.send(&read.header("x-consistency-token", "now")).expect(400);
        assert_eq!(problem["errors"][0]["field"], "x-consistency-token");
    }
}

/// A body that uses everything that the document describes.
fn full_charger(photos: Value) -> Value {
    json!({"name": "Depot", "address": "1 Main St", "latitude": 42.65, "longitude": -73.75,
        "connectors": [{"type": "CCS", "power_kw": 150, "count": 2}, {"type": "CHAdeMO"}], "total_ports": 3,
        "operator": "Voltway", "amenities": ["wifi", "rest_area"], "notes": "Behind the mall", "photos": photos,
        "allow_duplicate": false})
}

fn full_search() -> Value {
    json!({"route": {"origin": {"lat": 42.6, "lng": -73.8}, "destination": {"lat": 42.7, "lng": -73.7},
        "waypoints": [{"lat": 42.65, "lng": -73.75}]}, "max_detour_km": 10, "verification_level": 1, "port_type": ["CCS"],
        "amenity": ["wifi"], "min_power_kw": 100, "updated_since": "2026-01-31T12:00:00Z", "order": "along_route",
        "spread_km": 1, "limit": 5})
}

/// Every field that a schema describes, but those in `without`, is in the example.
fn check_is_full(document: &Value, schema: &str, example: &Value, without: &[&str]) {
    let schema = &document["components"]["schemas"][schema];
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
        let request = Request::new("POST", path).bearer(&self.server.token).json(body);
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
    check_is_full(document, "NewCharger", &charger, &["port_types"]);
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

    check_is_full(document, "RouteSearch", &full_search(), &["cursor"]);
    let found = stage.post("/api/routing/calculate", &full_search(), 200);
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
}

#[test]
fn every_documented_field_of_an_upload_is_taken_and_every_state_of_a_photo_is_as_described() {
    let stage = Stage::set();
    let charger = stage.post("/api/chargers", &full_charger(json!([])), 201);
    let upload = json!({"kind": "charger", "content_type": "image/png", "size_bytes": 9, "sha256": "0f".repeat(32),
        "charger_id": charger["charger"]["id"]});
    check_is_full(&stage.document, "NewUpload", &upload, &[]);
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
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in METHODS.into_iter().filter(|method| item[*method].is_object()) {
            let target = format!("{}?nonsense=1", path.replace("{id}", "0195c7a4-0000-7000-8000-000000000000"));
            let request = Request::new(&method.to_uppercase(), target).bearer(&server.token).json(&json!({}));
            let problem = check_answer(&server, &document, path, &request, 400);
            assert_eq!(problem["errors"][0]["field"], "nonsense", "{method} {path}");
        }
    }
}
