//! Random routes, everywhere and of every size.

use domain::geo::Point;
use proptest::prelude::*;

use crate::brute_force::walk;

pub(crate) const EARTH_RADIUS_M: f64 = 6_371_000.0;

/// A point anywhere; every other one near the antimeridian or a pole.
pub(crate) fn any_point() -> impl Strategy<Value = Point> {
    let lng = -180.0..=180.0;
    prop_oneof![
        3 => (-90.0..=90.0, lng.clone()),
        1 => (-80.0..=80.0, prop_oneof![179.9..=180.0, -180.0..=-179.9]),
        1 => (prop_oneof![89.5..=90.0, -90.0..=-89.5], lng.clone()),
        1 => (prop_oneof![Just(90.0), Just(-90.0), Just(0.0)], prop_oneof![Just(180.0), Just(-180.0), Just(0.0)]),
    ]
    .prop_map(|(lat, lng): (f64, f64)| Point::new(lat, lng).unwrap())
}

/// Metres between `low` and `high`, every order of magnitude alike.
pub(crate) fn metres(low: f64, high: f64) -> impl Strategy<Value = f64> {
    (low.ln()..=high.ln()).prop_map(f64::exp)
}

/// A route of 2 to 12 vertices from 5 m to 3000 km apart, some doubled, some closed, some there and back.
pub(crate) fn any_route() -> impl Strategy<Value = Vec<Point>> {
    let step = (0.0..std::f64::consts::TAU, prop_oneof![8 => metres(5.0, 50_000.0), 1 => metres(5e4, 3e6)], 0..8_u32);
    let steps = prop::collection::vec(step, 1..8);
    (any_point(), steps, 0..6_u32).prop_map(|(start, steps, ending)| {
        let mut vertices = vec![start];
        for (bearing_rad, length_m, doubling) in steps {
            let last = vertices[vertices.len() - 1];
            vertices.push(walk(last, bearing_rad, length_m / EARTH_RADIUS_M));
            if doubling == 0 {
                vertices.push(vertices[vertices.len() - 1]);
            }
        }
        match ending {
            0 => vertices.push(start),
            1 => vertices.extend(vertices.clone().into_iter().rev()),
            _ => {}
        }
        vertices
    })
}
