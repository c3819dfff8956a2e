use std::fs;
use std::path::Path;

use domain::geo::{Line, Point, PolylineError, cell_key, cover_corridor, decode_polyline, distance_m};
use serde_json::Value;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/routes");

/// The real routes, or none, with one line that says so, where the data folder is absent.
fn real_routes() -> Vec<Value> {
    if !Path::new(FOLDER).exists() {
        println!("skipped: there is no {FOLDER}");
        return Vec::new();
    }
    ["germany-254km.json", "nuremberg-11km.json"]
        .iter()
        .map(|name| serde_json::from_slice(&fs::read(Path::new(FOLDER).join(name)).unwrap()).unwrap())
        .collect()
}

fn decoded(route: &Value) -> Vec<Point> {
    let precision = route["precision"].as_u64().unwrap() as u32;
    decode_polyline(route["polyline"].as_str().unwrap(), precision).unwrap()
}

#[test]
fn real_routes_have_the_vertices_and_the_length_that_their_engine_gave() {
    for route in real_routes() {
        let points = decoded(&route);
        assert_eq!(points.len() as u64, route["vertices"].as_u64().unwrap());
        let expected_m = route["distance_m"].as_f64().unwrap();
        let length_m = Line::new(points).unwrap().length_m();
        assert!((length_m / expected_m - 1.0).abs() < 0.005, "{length_m} is not {expected_m}");
    }
}

#[test]
fn real_routes_read_with_the_wrong_precision_are_refused() {
    for route in real_routes() {
        let error = decode_polyline(route["polyline"].as_str().unwrap(), 5).unwrap_err();
        assert!(matches!(error, PolylineError::LeavesGlobe { vertex: 0, .. }), "{error:?}");
    }
}

#[test]
fn points_beside_a_real_route_are_found_where_they_are() {
    for route in real_routes() {
        let points = decoded(&route);
        let line = Line::new(points.clone()).unwrap();
        let ranges = cover_corridor(&line, 5_000.0);
        for vertex in points.iter().step_by(7) {
            let found = line.project(*vertex);
            assert!(found.distance_m < 1e-6 && distance_m(found.point, *vertex) < 1e-6);
            let beside = Point::new(vertex.lat() + 0.03, vertex.lng() - 0.03).unwrap();
            let is_covered = ranges.iter().any(|range| range.contains(cell_key(beside)));
            let nearest_vertex_m = points.iter().map(|vertex| distance_m(*vertex, beside)).fold(f64::MAX, f64::min);
            match line.project_within(beside, 5_000.0) {
                Some(found) => assert!(is_covered && found.distance_m <= nearest_vertex_m + 1e-3),
                None => assert!(nearest_vertex_m > 5_000.0),
            }
        }
    }
}
