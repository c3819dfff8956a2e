//! `POST /api/chargers`.

use super::{Case, deep_json};
use crate::http::Request;
use crate::server::Server;
use serde_json::{Value, json};

const TARGET: &str = "/api/chargers";

pub(super) fn cases(server: &Server) -> Vec<Case> {
    let post = || Request::new("POST", TARGET).bearer(&server.token);
    let mut cases = bodies(server);
    cases.extend(fields().into_iter().map(|(name, value, fields)| {
        let mut body = valid();
        body[name] = value;
        Case::bad(post().json(&body), fields)
    }));
    cases
}

fn valid() -> Value {
    json!({"name": "Depot", "address": "1 Main St", "latitude": 42.65, "longitude": -73.75, "port_types": ["CCS"],
        "total_ports": 2})
}

fn bodies(server: &Server) -> Vec<Case> {
    let post = || Request::new("POST", TARGET).bearer(&server.token);
    let text = |body: &str| post().body("application/json", body);
    let guest = Request::new("POST", TARGET).bearer(&server.token("visitor", &["guest"])).json(&valid());
    let mut photos = valid();
    photos["photos"] = json!(["A".repeat(3_100_000), "A".repeat(3_000_004)]);
    let everything = "name,address,latitude,longitude,port_types,total_ports";
    vec![
        Case::bad(text(""), "body"),
        Case::bad(text("null"), "body"),
        Case::bad(text("[{}]"), "body"),
        Case::bad(text("{\"name\": \"a\"\n"), "body"),
        Case::bad(text("{}"), everything),
        Case::bad(text(&deep_json(5_000)), "body"),
        Case::bad(text(r#"{"name": "\ud800"}"#), "body"),
        Case::bad(post().body("application/x-www-form-urlencoded", "name=Depot"), "body"),
        Case::bad(Request::new("POST", "/api/chargers?dry_run=1").bearer(&server.token).json(&valid()), "dry_run"),
        Case::problem(guest, 403),
        Case::problem(post().json(&photos), 413),
    ]
}

fn fields() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("name", json!(""), "name"),
        ("name", json!("  \n"), "name"),
        ("name", json!("x".repeat(201)), "name"),
        ("name", json!("a\u{0}b"), "name"),
        ("name", json!(["Depot"]), "name"),
        ("address", json!("ü".repeat(501)), "address"),
        ("address", Value::Null, "address"),
        ("latitude", json!(-90.01), "latitude"),
        ("latitude", json!("42.65"), "latitude"),
        ("longitude", json!(1e308), "longitude"),
        ("port_types", json!([]), "port_types"),
        ("port_types", json!(["CCS", "CCS2"]), "port_types[1]"),
        ("port_types", json!(vec!["CCS"; 11]), "port_types"),
        ("total_ports", json!(0), "total_ports"),
        ("total_ports", json!(i64::MAX), "total_ports"),
        ("total_ports", json!(u64::MAX), "total_ports"),
        ("total_ports", json!(2.5), "total_ports"),
        ("connectors", json!([{"type": "CCS"}]), "connectors"),
        ("amenities", json!("wifi"), "amenities"),
        ("amenities", json!(["wifi", 1]), "amenities[1]"),
        ("notes", json!("x".repeat(2001)), "notes"),
        ("operator", json!(""), "operator"),
        ("allow_duplicate", json!("yes"), "allow_duplicate"),
        ("photos", json!(vec!["x"; 11]), "photos"),
        ("photos", json!([{}]), "photos[0]"),
        ("verification_level", json!(5), "verification_level"),
        ("id", json!("0195c7a4-0000-7000-8000-000000000000"), "id"),
    ]
}
