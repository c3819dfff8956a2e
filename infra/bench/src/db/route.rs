//! Routes as a routing engine draws them: from town to town, through what lies between, with a vertex every 90 metres.

use super::places::Place;
use crate::Trouble;
use domain::geo::{Line, MAX_VERTICES, Point, decode_polyline, distance_m};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use serde_json::{Value, json};
use std::f64::consts::TAU;

const VERTICES_PER_KM: f64 = 11.0;
/// How much longer a road is than the straight line, as the curves below make it.
const WINDING: f64 = 1.17;
/// Roads lead from stop to stop about so far apart, each a place with a charger where one is near enough.
const LEG_M: f64 = 80_000.0;
const DETOUR_M: f64 = 30_000.0;
/// The lengths of a road's curves, and how far they lead aside for each metre of their length.
const CURVES_M: [f64; 5] = [31_000.0, 9_700.0, 3_100.0, 970.0, 410.0];
const CURVING: f64 = 0.055;
/// How far from the route a charger may be.
const CORRIDOR_M: f64 = 5_000.0;
const METRES_PER_DEGREE: f64 = 111_195.0;

/// A route that is asked about.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// As they are decoded from what is sent.
    pub(crate) vertices: Vec<Point>,
    pub(crate) line: Line,
    pub(crate) radius_m: f64,
    /// The body of the request.
    pub(crate) body: Value,
}

impl Route {
    /// A route of about that length between two of the places.
    pub(crate) fn draw(random: &mut ChaCha8Rng, places: &[Place], length_km: f64) -> Result<Self, Trouble> {
        let stops = stops(random, places, length_km * 1000.0 / WINDING).ok_or("no two places are that far apart")?;
        let straight_m: f64 = stops.windows(2).map(|leg| distance_m(leg[0], leg[1])).sum();
        let count = (VERTICES_PER_KM * length_km).min(MAX_VERTICES as f64 - stops.len() as f64 - 1.0);
        let mut drawn = Vec::new();
        for leg in stops.windows(2) {
            let share = distance_m(leg[0], leg[1]) / straight_m;
            wind(random, leg[0], leg[1], (count * share).ceil() as usize, &mut drawn);
        }
        drawn.extend(stops.last().map(|stop| (stop.lat(), stop.lng())));
        let polyline = encode(&drawn);
        let vertices = decode_polyline(&polyline, 5)?;
        let line = Line::new(vertices.clone())?;
        let route = json!({"polyline": polyline, "precision": 5});
        let body = json!({"route": route, "max_detour_km": CORRIDOR_M / 1000.0, "limit": 100});
        Ok(Self { vertices, line, radius_m: CORRIDOR_M, body })
    }
}

/// Two places that far apart, and the stops between them.
fn stops(random: &mut ChaCha8Rng, places: &[Place], straight_m: f64) -> Option<Vec<Point>> {
    let near = (0.97 * straight_m)..=(1.03 * straight_m);
    let (from, to) = (0..200).find_map(|_| {
        let from = places[random.random_range(0..places.len())].point;
        let far: Vec<Point> =
            places.iter().map(|place| place.point).filter(|to| near.contains(&distance_m(from, *to))).collect();
        (!far.is_empty()).then(|| (from, far[random.random_range(0..far.len())]))
    })?;
    let legs = (straight_m / LEG_M).ceil();
    let between = (1..legs as usize).filter_map(|leg| {
        let share = leg as f64 / legs;
        let on_line = Point::new(mix(from.lat(), to.lat(), share), mix(from.lng(), to.lng(), share))?;
        let distances = places.iter().map(|place| (distance_m(on_line, place.point), place.point));
        let (distance_m, nearest) = distances.min_by(|one, other| one.0.total_cmp(&other.0))?;
        Some(if distance_m <= DETOUR_M { nearest } else { on_line })
    });
    let mut stops: Vec<Point> = std::iter::once(from).chain(between).chain([to]).collect();
    stops.dedup();
    Some(stops)
}

/// A leg without its end: curves of all lengths, none of them at the stops.
fn wind(random: &mut ChaCha8Rng, from: Point, to: Point, count: usize, drawn: &mut Vec<(f64, f64)>) {
    let phases: Vec<f64> = CURVES_M.iter().map(|_| random.random::<f64>() * TAU).collect();
    let length_m = distance_m(from, to);
    let east_per_degree = METRES_PER_DEGREE * from.lat().to_radians().cos();
    let (north_m, east_m) = ((to.lat() - from.lat()) * METRES_PER_DEGREE, (to.lng() - from.lng()) * east_per_degree);
    for index in 0..count {
        let share = index as f64 / count as f64;
        let curves = CURVES_M.iter().zip(&phases).filter(|(curve_m, _)| **curve_m < length_m);
        let aside_m: f64 =
            curves.map(|(curve_m, p)| CURVING * curve_m * (TAU * share * length_m / curve_m + p).sin()).sum();
        // Nothing at both ends, everything from a twentieth of the leg on.
        let aside_m = aside_m * (20.0 * share.min(1.0 - share)).min(1.0);
        let (side_north, side_east) = (east_m / length_m, -north_m / length_m);
        drawn.push((
            mix(from.lat(), to.lat(), share) + side_north * aside_m / METRES_PER_DEGREE,
            mix(from.lng(), to.lng(), share) + side_east * aside_m / east_per_degree,
        ));
    }
}

fn mix(from: f64, to: f64, share: f64) -> f64 {
    from + (to - from) * share
}

/// Google's encoding with five decimals.
fn encode(vertices: &[(f64, f64)]) -> String {
    let mut text = String::new();
    let mut last = (0, 0);
    for (lat, lng) in vertices {
        let next = ((lat * 1e5).round() as i64, (lng * 1e5).round() as i64);
        for difference in [next.0 - last.0, next.1 - last.1] {
            let mut rest = ((difference << 1) ^ (difference >> 63)) as u64;
            while rest >= 0x20 {
                text.push(char::from((rest as u8 & 0x1f | 0x20) + 63));
                rest >>= 5;
            }
            text.push(char::from(rest as u8 + 63));
        }
        last = next;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use uuid::Uuid;

    #[test]
    fn a_route_has_the_length_and_the_vertices_of_a_real_one() -> Result<(), Trouble> {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut place = |_| {
            Some(Place {
                id: Uuid::nil(),
                point: Point::new(37.0 + 22.0 * random.random::<f64>(), 39.0 * random.random::<f64>() - 9.0)?,
            })
        };
        let places: Vec<Place> = (0..4000).filter_map(&mut place).collect();
        let mut random = ChaCha8Rng::seed_from_u64(2);
        for length_km in [20.0, 200.0, 1000.0, 3000.0] {
            let route = Route::draw(&mut random, &places, length_km)?;
            let drawn_km = route.line.length_m() / 1000.0;
            assert!((0.8 * length_km..1.3 * length_km).contains(&drawn_km), "{drawn_km} of {length_km}");
            assert!(route.vertices.len() as f64 > (length_km * 10.0).min(19_000.0), "{}", route.vertices.len());
        }
        Ok(())
    }
}
