//! `POST /api/routing/calculate`.

use super::{Case, deep_json};
use crate::http::Request;
use crate::server::Server;
use serde_json::{Value, json};

const TARGET: &str = "/api/routing/calculate";
/// Munich to Nuremberg, roughly, with precision 6.
const POLYLINE_6: &str = "_ixvzA_g_cU_evi@~reK_ptf@~~oR";

pub(super) fn cases(_: &Server) -> Vec<Case> {
    let post = || Request::new("POST", TARGET);
    let mut cases = bodies();
    cases.extend(routes().into_iter().map(|(route, fields)| Case::bad(post().json(&json!({"route": route})), fields)));
    cases.extend(options().into_iter().map(|(name, value, fields)| {
        let mut body = json!({"route": {"origin": {"lat": 1, "lng": 1}, "destination": {"lat": 2, "lng": 2}}});
        body[name] = value;
        Case::bad(post().json(&body), fields)
    }));
    cases
}

fn bodies() -> Vec<Case> {
    let text = |body: &str| Request::new("POST", TARGET).body("application/json", body);
    let huge = json!({"route": {"polyline": "?".repeat(3_000_000), "precision": 5}});
    vec![
        Case::bad(text(""), "body"),
        Case::bad(text("{"), "body"),
        Case::bad(text("[]"), "body"),
        Case::bad(text("null"), "body"),
        Case::bad(text("\"route\""), "body"),
        Case::bad(text("{} trailing"), "body"),
        Case::bad(text("{}"), "route"),
        Case::bad(text(r#"{"route": 1e999}"#), "body"),
        Case::bad(text(r#"{"route": NaN}"#), "body"),
        Case::bad(text(&deep_json(100_000)), "body"),
        Case::bad(text(&format!("{{\"route\": {}}}", deep_json(100))), "route.a,route.polyline"),
        Case::bad(Request::new("POST", TARGET).body("application/json", b"{\"route\": \"\xFF\xFE\"}".to_vec()), "body"),
        Case::bad(Request::new("POST", TARGET).body("text/plain", "not json"), "body"),
        Case::bad(Request::new("POST", TARGET).body("multipart/form-data; boundary=x", "--x--"), "body"),
        Case::bad(Request::new("POST", format!("{TARGET}?limit=5")).json(&json!({"route": {}})), "limit"),
        Case::problem(Request::new("POST", TARGET).json(&huge), 413),
    ]
}

fn routes() -> Vec<(Value, &'static str)> {
    let stop = json!({"lat": 48.1, "lng": 11.6});
    vec![
        (json!("somewhere"), "route"),
        (json!({}), "route.polyline"),
        (json!({"polyline": POLYLINE_6}), "route.precision"),
        (json!({"polyline": POLYLINE_6, "precision": 5}), "route.polyline"),
        (json!({"polyline": POLYLINE_6, "precision": 7}), "route.precision"),
        (json!({"polyline": "_p~iF~ps|U\u{1F}", "precision": 5}), "route.polyline"),
        (json!({"polyline": "", "precision": 5}), "route.polyline"),
        (json!({"polyline": 7, "precision": 5}), "route.polyline"),
        (json!({"type": "LineString", "coordinates": []}), "route.coordinates"),
        (json!({"type": "LineString", "coordinates": [[0, 0]]}), "route.coordinates"),
        (json!({"type": "LineString", "coordinates": [[0, 0], [1]]}), "route.coordinates[1]"),
        (json!({"type": "LineString", "coordinates": [[0, 0], [1, 91]]}), "route.coordinates[1]"),
        (json!({"type": "LineString", "coordinates": [[0, 0], ["1", "1"]]}), "route.coordinates[1]"),
        (json!({"type": "LineString", "coordinates": vec![[1, 1]; 20_001]}), "route.coordinates"),
        (json!({"type": "Polygon", "coordinates": [[0, 0], [1, 1]]}), "route.type"),
        (json!({"type": "LineString", "coordinates": [[0, 10], [179.999, -10]]}), "route.coordinates"),
        (json!({"origin": {"lat": 0, "lng": 0}, "destination": {"lat": 0, "lng": 180}}), "route.destination"),
        (json!({"origin": stop}), "route.destination"),
        (
            json!({"origin": stop, "destination": {"lat": 91, "lng": "x"}}),
            "route.destination.lat,route.destination.lng",
        ),
        (json!({"origin": stop, "destination": [48, 11]}), "route.destination"),
        (json!({"origin": stop, "destination": stop, "waypoints": [stop, 7]}), "route.waypoints[1]"),
        (json!({"origin": stop, "destination": stop, "waypoints": vec![stop.clone(); 26]}), "route.waypoints"),
        (json!({"origin": stop, "destination": stop, "via": 1}), "route.via"),
    ]
}

fn options() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("max_detour_km", json!(0), "max_detour_km"),
        ("max_detour_km", json!(50.1), "max_detour_km"),
        ("max_detour_km", json!("5"), "max_detour_km"),
        ("limit", json!(501), "limit"),
        ("limit", json!(1.5), "limit"),
        ("limit", json!(1e300), "limit"),
        ("order", json!("fastest"), "order"),
        ("spread_km", json!(-1), "spread_km"),
        ("port_type", json!("CCS"), "port_type"),
        ("port_type", json!(["CCS", "Plug", 3]), "port_type[1],port_type[2]"),
        ("amenity", json!({"0": "wifi"}), "amenity"),
        ("updated_since", json!(20_260_101), "updated_since"),
        ("cursor", json!("A".repeat(48)), "cursor"),
        ("cursor", json!(7), "cursor"),
        ("colour", json!("red"), "colour"),
    ]
}
