//! Parameters and headers of requests are taken as described and refused by name otherwise.

use crate::answers::{full_charger, full_search};
use crate::document::document;
use crate::http::Request;
use crate::server::Server;
use serde_json::{Value, json};

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
fn values_of(parameter: &Value) -> (Vec<String>, Vec<String>) {
    let schema = &parameter["schema"];
    let schema = schema.get("items").filter(|items| items.is_object()).unwrap_or(schema);
    if let Some(words) = schema["enum"].as_array() {
        return (words.iter().map(|word| word.as_str().unwrap().to_owned()).collect(), vec!["none of them".to_owned()]);
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
        let (inside, outside) = values_of(parameter);
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
