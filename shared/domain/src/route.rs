//! The question and the answer of a route search: which chargers lie along a route, in which order, and where there are none.

mod geometry;
mod request;

pub use geometry::GeometrySource;
pub use request::{MAX_BODY_BYTES, RouteOrder, RouteSearch};

use crate::charger::{Candidate, ChargerView, to_km};
use crate::geo::{Line, Point, Projection, Side};
use serde::Serialize;
use std::cmp::Ordering;
use uuid::Uuid;

/// A charger that lies within the detour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    /// The charger.
    pub id: Uuid,
    /// Its verification level, 1 to 5.
    pub verification_level: i16,
    /// Where it lies in terms of the route.
    pub projection: Projection,
}

impl Match {
    /// The candidate as a match, if it lies within the radius of the route.
    pub fn of(candidate: &Candidate, line: &Line, radius_m: f64) -> Option<Self> {
        let projection = line.project_within(candidate.point, radius_m)?;
        Some(Self { id: candidate.id, verification_level: candidate.verification_level, projection })
    }

    /// The number by which an order sorts, in metres.
    pub fn key_m(&self, order: RouteOrder) -> f64 {
        match order {
            RouteOrder::AlongRoute => self.projection.position_m,
            RouteOrder::DistanceFromRoute => self.projection.distance_m,
        }
    }
}

/// A stretch of the route without a charger.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Gap {
    from_km: f64,
    to_km: f64,
    length_km: f64,
}

/// The longest stretch between neighbouring chargers, the start and the end of the route; `matches` in any order.
pub fn longest_gap(matches: &[Match], route_length_m: f64) -> Gap {
    let mut stops: Vec<f64> = matches.iter().map(|found| found.projection.position_m).collect();
    stops.push(route_length_m);
    stops.sort_by(f64::total_cmp);
    let mut longest = (0.0, 0.0);
    let mut previous = 0.0;
    for stop in stops {
        if stop - previous > longest.1 - longest.0 {
            longest = (previous, stop);
        }
        previous = stop;
    }
    let (from_km, to_km) = (to_km(longest.0), to_km(longest.1));
    Gap { from_km, to_km, length_km: to_km_difference(from_km, to_km) }
}

/// Keeps at most one charger for each `spread_m` of the route: the one with the highest level, then the nearest to the route.
pub fn spread(matches: Vec<Match>, spread_m: f64) -> Vec<Match> {
    let mut best: std::collections::BTreeMap<u64, Match> = std::collections::BTreeMap::new();
    for found in matches {
        let stretch = (found.projection.position_m / spread_m) as u64;
        let kept = best.entry(stretch).or_insert(found);
        if is_better(&found, kept) {
            *kept = found;
        }
    }
    best.into_values().collect()
}

fn is_better(one: &Match, other: &Match) -> bool {
    let rank = |found: &Match| (std::cmp::Reverse(found.verification_level), found.projection.distance_m, found.id);
    rank(one).partial_cmp(&rank(other)) == Some(Ordering::Less)
}

/// Sorts by the order asked for; ties are broken by id.
pub fn sort(matches: &mut [Match], order: RouteOrder) {
    matches.sort_by(|a, b| compare((a.key_m(order), a.id), (b.key_m(order), b.id)));
}

/// The total order of route search results: by key in metres, then by id.
pub fn compare(a: (f64, Uuid), b: (f64, Uuid)) -> Ordering {
    a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
}

/// One charger of the answer.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct RouteItem<'a> {
    charger: ChargerView<'a>,
    distance_from_route_km: f64,
    position_km: f64,
    side: &'static str,
    route_point: LatLng,
    /// There and back along the shortest line: an estimate, roads are longer.
    detour_km_estimate: f64,
}

impl<'a> RouteItem<'a> {
    /// Puts a charger and its place along the route together.
    pub fn new(charger: ChargerView<'a>, projection: &Projection) -> Self {
        let side = match projection.side {
            Side::Left => "left",
            Side::Right => "right",
            Side::On => "on",
        };
        Self {
            charger,
            distance_from_route_km: to_km(projection.distance_m),
            position_km: to_km(projection.position_m),
            side,
            route_point: LatLng::from(projection.point),
            detour_km_estimate: to_km(2.0 * projection.distance_m),
        }
    }
}

/// The answer of a route search.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct RouteAnswer<'a> {
    /// Where the line comes from.
    pub geometry_source: GeometrySource,
    /// Length of the route.
    pub route_length_km: f64,
    /// Chargers within the detour, on all pages and before `spread_km`.
    pub total: usize,
    /// This page.
    pub items: Vec<RouteItem<'a>>,
    /// Of all matches, not of this page.
    pub longest_gap: Gap,
    /// More follow: `next_cursor` leads to them.
    pub truncated: bool,
    /// Leads to the next page.
    pub next_cursor: Option<String>,
}

/// A point in the shape of the API, to 6 decimals (0.1 m).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct LatLng {
    lat: f64,
    lng: f64,
}

impl From<Point> for LatLng {
    fn from(point: Point) -> Self {
        let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
        Self { lat: round(point.lat()), lng: round(point.lng()) }
    }
}

fn to_km_difference(from_km: f64, until_km: f64) -> f64 {
    to_km((until_km - from_km) * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(id: u128, position_m: f64, distance_m: f64, level: i16) -> Match {
        let point = Point::new(0.0, 0.0).unwrap();
        let projection = Projection { distance_m, position_m, side: Side::Left, point };
        Match { id: Uuid::from_u128(id), verification_level: level, projection }
    }

    #[test]
    fn the_longest_gap_counts_the_start_and_the_end_of_the_route() {
        let gap = |positions: &[f64]| {
            let matches: Vec<_> = positions.iter().map(|position| found(1, *position, 0.0, 1)).collect();
            let gap = longest_gap(&matches, 100_000.0);
            (gap.from_km, gap.to_km, gap.length_km)
        };
        assert_eq!(gap(&[]), (0.0, 100.0, 100.0));
        assert_eq!(gap(&[90_000.0, 60_000.0]), (0.0, 60.0, 60.0));
        assert_eq!(gap(&[10_000.0, 20_000.0, 55_000.0]), (55.0, 100.0, 45.0));
        assert_eq!(gap(&[10_000.0, 80_000.0]), (10.0, 80.0, 70.0));
    }

    #[test]
    fn spread_keeps_the_best_charger_of_each_stretch() {
        let matches =
            vec![found(1, 1.0, 50.0, 1), found(2, 900.0, 10.0, 1), found(3, 999.0, 400.0, 4), found(4, 1000.0, 5.0, 1)];
        let kept: Vec<_> = spread(matches, 1000.0).iter().map(|m| m.id.as_u128()).collect();
        assert_eq!(kept, [3, 4]);
    }

    #[test]
    fn both_orders_break_ties_by_id() {
        let mut matches = vec![found(3, 5.0, 1.0, 1), found(1, 5.0, 2.0, 1), found(2, 4.0, 2.0, 1)];
        sort(&mut matches, RouteOrder::AlongRoute);
        assert_eq!(matches.iter().map(|m| m.id.as_u128()).collect::<Vec<_>>(), [2, 1, 3]);
        sort(&mut matches, RouteOrder::DistanceFromRoute);
        assert_eq!(matches.iter().map(|m| m.id.as_u128()).collect::<Vec<_>>(), [3, 1, 2]);
    }
}
