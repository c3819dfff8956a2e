//! The three ways to give a route: an encoded polyline, a GeoJSON line, or stops that a great circle joins.

use crate::fields::Fields;
use crate::geo::{Line, MAX_VERTICES, Point, decode_polyline};
use serde::Serialize;
use serde_json::Value;

/// Where the line of a route comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
    let value = fields.value(name)?;
    fields.object(name, value, |route| {
        let source = if route.has("origin") || route.has("destination") {
            GeometrySource::GreatCircle
        } else {
            GeometrySource::Provided
        };
        let (field, vertices) = if source == GeometrySource::GreatCircle {
            ("destination", read_stops(route)?)
        } else if route.has("polyline") {
            ("polyline", read_polyline(route)?)
        } else if route.has("coordinates") || route.has("type") {
            ("coordinates", read_line_string(route)?)
        } else {
            route.refuse(
                "polyline",
                "required",
                "Give polyline and precision, a GeoJSON LineString, or origin and destination.",
            );
            return None;
        };
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
    let text = route.value("polyline")?.as_str().map(str::to_owned);
    let precision = route.integer("precision", 5..=6);
    if !route.has("precision") {
        route.refuse("precision", "required", "Say whether it was encoded with precision 5 or 6.");
    }
    let Some(text) = text else {
        route.refuse("polyline", "wrong_type", "Must be text.");
        return None;
    };
    match decode_polyline(&text, precision? as u32) {
        Ok(vertices) => Some(vertices),
        Err(error) => {
            route.refuse("polyline", "not_a_polyline", error.to_string());
            None
        }
    }
}

fn read_line_string(route: &mut Fields<'_>) -> Option<Vec<Point>> {
    route.required("type", |f, name| f.word(name, |text| (text == "LineString").then_some(()), "LineString"));
    let items = route.required("coordinates", |f, name| f.array(name, 2..=MAX_VERTICES))?;
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
    let value = route.value(name)?;
    route.object(name, value, read_lat_lng)
}

fn read_lat_lng(stop: &mut Fields<'_>) -> Option<Point> {
    let lat = stop.required("lat", |f, name| f.number(name, -90.0..=90.0));
    let lng = stop.required("lng", |f, name| f.number(name, -180.0..=180.0));
    Point::new(lat?, lng?)
}
