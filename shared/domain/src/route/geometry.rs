//! The three ways to give a route: an encoded polyline, a GeoJSON line, or stops that a great circle joins.

use crate::fields::Fields;
use crate::geo::{Line, MAX_VERTICES, Point, decode_polyline};
use serde::Serialize;
use serde_json::{Value, json};

/// Where the line of a route comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GeometrySource {
    /// The client sent it.
    Provided,
    /// Great circles between the stops: as the crow flies, not along roads.
    GreatCircle,
}

/// More than once around the Earth is no journey but a way to keep a function busy.
const MAX_LENGTH_KM: f64 = 50_000.0;

/// Stops between origin and destination at most.
const MAX_WAYPOINTS: usize = 25;

/// Reads the field `route`.
pub(super) fn read_route(fields: &mut Fields<'_>, name: &'static str) -> Option<(Line, GeometrySource)> {
    fields.nested(name, |route| {
        let marks = ["origin", "destination", "polyline", "coordinates", "type"];
        let (field, source, vertices) = route.form(&marks, |route, form| match form {
            Some("origin" | "destination") => Some(("destination", GeometrySource::GreatCircle, read_stops(route)?)),
            Some("polyline") => Some(("polyline", GeometrySource::Provided, read_polyline(route)?)),
            Some(_) => Some(("coordinates", GeometrySource::Provided, read_line_string(route)?)),
            None => {
                let detail = "Give polyline and precision, a GeoJSON LineString, or origin and destination.";
                route.refuse("polyline", "required", detail);
                None
            }
        })?;
        match Line::new(vertices) {
            Ok(line) if line.length_m() > MAX_LENGTH_KM * 1000.0 => {
                route.refuse(field, "too_long", format!("A route may be {MAX_LENGTH_KM} km long."));
                None
            }
            Ok(line) => Some((line, source)),
            Err(error) => {
                route.refuse(field, "not_a_route", error.to_string());
                None
            }
        }
    })
}

fn read_polyline(route: &mut Fields<'_>) -> Option<Vec<Point>> {
    let text = route.required("polyline", |f, name| f.any_text(name));
    let precision = route.required("precision", |f, name| f.integer(name, 5..=6));
    match decode_polyline(text?, precision? as u32) {
        Ok(vertices) => Some(vertices),
        Err(error) => {
            route.refuse("polyline", "not_a_polyline", error.to_string());
            None
        }
    }
}

fn read_line_string(route: &mut Fields<'_>) -> Option<Vec<Point>> {
    route.required("type", |f, name| f.word(name, |text| (text == "LineString").then_some(()), "LineString"));
    let items = route.required("coordinates", |f, name| f.array_of(name, 2..=MAX_VERTICES, position_schema))?;
    let mut vertices = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        match position(item) {
            Some(point) => vertices.push(point),
            None => {
                // One bad vertex is enough to say; the file that made it has as many again.
                let detail = "Must be [longitude, latitude] in degrees.";
                route.refuse(&format!("coordinates[{index}]"), "not_a_position", detail);
                return None;
            }
        }
    }
    Some(vertices)
}

fn position_schema() -> Value {
    let degrees = |limit: f64| json!({"type": "number", "minimum": -limit, "maximum": limit});
    json!({"type": "array", "prefixItems": [degrees(180.0), degrees(90.0)], "minItems": 2, "maxItems": 3})
}

fn position(value: &Value) -> Option<Point> {
    match value.as_array()?.as_slice() {
        [lng, lat] | [lng, lat, _] => Point::new(lat.as_f64()?, lng.as_f64()?),
        _ => None,
    }
}

fn read_stops(route: &mut Fields<'_>) -> Option<Vec<Point>> {
    let origin = route.required("origin", read_stop);
    let waypoints = route.objects("waypoints", 0..=MAX_WAYPOINTS, read_lat_lng);
    let destination = route.required("destination", read_stop);
    if route.has("waypoints") && waypoints.is_none() {
        return None;
    }
    let mut stops = vec![origin?];
    stops.extend(waypoints.unwrap_or_default());
    stops.push(destination?);
    Some(stops)
}

fn read_stop<'a>(route: &mut Fields<'a>, name: &'static str) -> Option<Point> {
    route.nested(name, read_lat_lng)
}

fn read_lat_lng(stop: &mut Fields<'_>) -> Option<Point> {
    let lat = stop.required("lat", |f, name| f.number(name, -90.0..=90.0));
    let lng = stop.required("lng", |f, name| f.number(name, -180.0..=180.0));
    Point::new(lat?, lng?)
}
