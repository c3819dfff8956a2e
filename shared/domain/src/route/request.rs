//! The body of `POST /routing/calculate`.

use super::geometry::{GeometrySource, read_route};
use super::{Match, compare};
use crate::cursor::{Cursor, fingerprint};
use crate::fields::{Fields, parse_body};
use crate::filter::Filter;
use crate::geo::Line;
use crate::{Error, Result};
use serde::Serialize;
use serde_json::{Map, Value};

/// Items of an answer unless told otherwise.
const DEFAULT_LIMIT: i64 = 100;
/// The largest body: 20,000 vertices as GeoJSON with 15 digits have 0.8 MB.
pub const MAX_BODY_BYTES: usize = 2_000_000;

/// The order of the answer; ties are broken by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum RouteOrder {
    /// As they come when driving.
    AlongRoute,
    /// The nearest to the route first.
    DistanceFromRoute,
}

/// A route search that is asked for.
#[derive(Debug)]
pub struct RouteSearch {
    /// The way to go.
    pub line: Line,
    /// Where the line comes from.
    pub geometry_source: GeometrySource,
    /// How far from the route a charger may be.
    pub max_detour_m: f64,
    /// What a charger must have.
    pub filter: Filter,
    /// The order.
    pub order: RouteOrder,
    /// At most one charger for so many metres.
    pub spread_m: Option<f64>,
    /// Items of the answer at most.
    pub limit: usize,
    /// Where the answer before ended.
    pub after: Option<Cursor>,
    /// What a cursor of this search carries.
    search: u64,
}

impl RouteSearch {
    /// Reads a body.
    ///
    /// # Errors
    /// Bad input that names every bad field, the route's vertices included.
    pub fn from_body(body: &[u8]) -> Result<Self> {
        if body.len() > MAX_BODY_BYTES {
            let detail = format!("A route may have {MAX_BODY_BYTES} bytes; a polyline is the shortest form.");
            return Err(Error::new(crate::Kind::TooLarge, detail));
        }
        let object = parse_body(body)?;
        let search = fingerprint_of(&object);
        let mut fields = Fields::new(&object);
        let route = fields.required("route", read_route);
        let max_detour_km = fields.number("max_detour_km", 0.01..=50.0).unwrap_or(5.0);
        let filter = Filter::from_fields(&mut fields);
        let order = fields.word("order", parse_order, "along_route, distance_from_route");
        let spread_m = fields.number("spread_km", 0.1..=1000.0).map(|km| km * 1000.0);
        let limit = fields.integer("limit", 1..=500).unwrap_or(DEFAULT_LIMIT) as usize;
        let after = read_cursor(&mut fields, search);
        fields.finish()?;
        let (line, geometry_source) =
            route.ok_or_else(|| Error::internal("a search without a route passed the checks"))?;
        Ok(Self {
            line,
            geometry_source,
            max_detour_m: max_detour_km * 1000.0,
            filter,
            order: order.unwrap_or(RouteOrder::AlongRoute),
            spread_m,
            limit,
            after,
            search,
        })
    }

    /// Cuts the page out of all sorted matches: the items, and the cursor behind them if more follow.
    pub fn page<'m>(&self, sorted: &'m [Match]) -> (&'m [Match], Option<Cursor>) {
        let start = self.after.map_or(0, |cursor| {
            let end = (cursor.metres(), cursor.id);
            sorted.partition_point(|found| compare((found.key_m(self.order), found.id), end).is_le())
        });
        let rest = &sorted[start..];
        let items = &rest[..rest.len().min(self.limit)];
        let next = items.last().filter(|_| rest.len() > items.len()).map(|last| {
            let page = self.after.map_or(1, |cursor| cursor.page).saturating_add(1);
            Cursor::after_metres(self.search, page, last.key_m(self.order), last.id)
        });
        (items, next)
    }
}

/// What makes two bodies the same search: everything but the cursor and the limit.
fn fingerprint_of(body: &Map<String, Value>) -> u64 {
    let search: Map<String, Value> = body
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "cursor" | "limit"))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    fingerprint(Value::Object(search).to_string().as_bytes())
}

fn parse_order(text: &str) -> Option<RouteOrder> {
    match text {
        "along_route" => Some(RouteOrder::AlongRoute),
        "distance_from_route" => Some(RouteOrder::DistanceFromRoute),
        _ => None,
    }
}

fn read_cursor(fields: &mut Fields<'_>, search: u64) -> Option<Cursor> {
    let text = fields.text("cursor", 1..=100)?;
    match Cursor::decode(&text, search) {
        Ok(cursor) => Some(cursor),
        Err(error) => {
            error.fields().iter().for_each(|e| fields.refuse("cursor", e.code, e.detail.clone()));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_journey_may_go_once_around_the_earth_and_no_tangle_is_longer() {
        let zigzag = |turns: usize| -> Vec<[f64; 2]> {
            (0..turns).map(|turn| [if turn % 2 == 0 { -60.0 } else { 60.0 }, 0.0]).collect()
        };
        let read = |turns| {
            let route = json!({"type": "LineString", "coordinates": zigzag(turns)});
            RouteSearch::from_body(json!({ "route": route }).to_string().as_bytes())
        };
        assert!(read(4).is_ok());
        let error = read(6).unwrap_err();
        assert_eq!((error.fields()[0].field.as_str(), error.fields()[0].code), ("route.coordinates", "too_long"));
    }
}
