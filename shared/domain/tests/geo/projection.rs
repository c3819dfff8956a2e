use domain::geo::{Line, Point, Side, distance_m};
use proptest::prelude::*;

use crate::brute_force::{BruteForce, interpolate, is_left, walk};
use crate::shapes::{EARTH_RADIUS_M, any_point, any_route, metres};

const TOLERANCE_M: f64 = 0.1;

fn point(lat: f64, lng: f64) -> Point {
    Point::new(lat, lng).unwrap()
}

fn line(vertices: &[(f64, f64)]) -> Line {
    Line::new(vertices.iter().map(|&(lat, lng)| point(lat, lng)).collect()).unwrap()
}

/// Points around random places of a route, up to about `reach_m` away.
fn around(route: &[Point], places: &[(f64, f64, f64)], reach_m: f64) -> Vec<Point> {
    places
        .iter()
        .map(|&(place, bearing_rad, share)| {
            let along = place * (route.len() - 1) as f64;
            let segment = (along as usize).min(route.len() - 2);
            let on_route = interpolate(route[segment], route[segment + 1], along - segment as f64);
            walk(on_route, bearing_rad, share * reach_m / EARTH_RADIUS_M)
        })
        .collect()
}

fn places() -> impl Strategy<Value = Vec<(f64, f64, f64)>> {
    prop::collection::vec((0.0..1.0, 0.0..std::f64::consts::TAU, 0.0..1.3), 4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_projection_is_what_brute_force_finds(
        route in any_route(), radius_m in metres(50.0, 50_000.0), places in places(),
    ) {
        let brute = BruteForce::new(&route);
        let line = Line::new(route.clone()).unwrap();
        prop_assert!((line.length_m() - brute.length_m()).abs() < 0.01 + 1e-8 * brute.length_m());
        for query in around(&route, &places, radius_m) {
            let expected_m = brute.distance_m(query);
            let found = line.project(query);
            prop_assert!((found.distance_m - expected_m).abs() < 0.01, "{} {}", found.distance_m, expected_m);
            prop_assert!((distance_m(query, found.point) - found.distance_m).abs() < 1e-6);
            let walked = brute.at(found.position_m);
            prop_assert!(distance_m(walked, found.point) < 1.0, "{:?} {:?}", walked, found.point);

            let within = line.project_within(query, radius_m);
            if expected_m < radius_m - TOLERANCE_M {
                prop_assert!(within == Some(found));
            } else if expected_m > radius_m + TOLERANCE_M {
                prop_assert!(within.is_none());
            }
        }
    }

    #[test]
    fn a_projection_on_a_heap_of_vertices_is_what_brute_force_finds(
        center in any_point(), spread_m in metres(0.5, 2_000.0), distance_m in metres(0.1, 60_000.0),
        turns in prop::collection::vec((0.0..std::f64::consts::TAU, 0.0..1.0_f64), 2..40),
        bearing_rad in 0.0..std::f64::consts::TAU, laps in 1..4_usize,
    ) {
        let lap: Vec<_> =
            turns.iter().map(|&(turn, share)| walk(center, turn, share * spread_m / EARTH_RADIUS_M)).collect();
        let (brute, once) = (BruteForce::new(&lap), Line::new(lap.clone()).unwrap());
        let line = Line::new(lap.iter().cycle().take(laps * lap.len()).copied().collect()).unwrap();
        let query = walk(center, bearing_rad, distance_m / EARTH_RADIUS_M);
        let (first, found) = (once.project(query), line.project(query));
        prop_assert!((first.distance_m - brute.distance_m(query)).abs() < 0.01);
        prop_assert!(found.distance_m <= first.distance_m + 1e-4);
        // What is as near on a later lap does not count.
        prop_assert!(found.position_m <= first.position_m + 1e-3 || found.distance_m < first.distance_m - 5e-5);
    }

    #[test]
    fn a_far_projection_is_what_brute_force_finds(
        route in any_route(), distance_m in metres(50_000.0, 1_000_000.0), places in places(),
    ) {
        let brute = BruteForce::new(&route);
        let line = Line::new(route.clone()).unwrap();
        for query in around(&route, &places, distance_m) {
            let (found_m, expected_m) = (line.project(query).distance_m, brute.distance_m(query));
            prop_assert!((found_m - expected_m).abs() < TOLERANCE_M, "{} {}", found_m, expected_m);
        }
    }

    #[test]
    fn on_the_way_there_and_back_the_way_there_counts(route in any_route(), places in places()) {
        let there_m = Line::new(route.clone()).unwrap().length_m();
        let both_ways: Vec<_> = route.iter().chain(route.iter().rev()).copied().collect();
        let line = Line::new(both_ways).unwrap();
        for query in around(&route, &places, 20_000.0) {
            prop_assert!(line.project(query).position_m <= there_m + 1e-3);
        }
    }

    #[test]
    fn the_side_of_a_segment_is_that_of_its_great_circle(
        start in any_point(), bearing_rad in 0.0..std::f64::consts::TAU, length_m in metres(1_000.0, 3e6),
        share in 0.05..0.95_f64, off_m in metres(2.0, 400.0), is_right: bool,
    ) {
        let end = walk(start, bearing_rad, length_m / EARTH_RADIUS_M);
        let on_route = interpolate(start, end, share);
        // Turned by some angle clearly to one side of where the segment leads from here.
        let query = (0..8)
            .map(|eighth| walk(on_route, f64::from(eighth) * 0.785, off_m / EARTH_RADIUS_M))
            .find(|query| is_left(start, end, *query) != is_right)
            .unwrap();
        let found = Line::new(vec![start, end]).unwrap().project(query);
        let side = if is_right { Side::Right } else { Side::Left };
        prop_assert!(found.side == side || found.distance_m < 1.0);
    }

    #[test]
    fn the_inside_of_a_loop_is_to_the_left_however_sharp_its_bends(
        center in any_point(), radii in prop::collection::vec(0.1..1.0_f64, 3..16),
        size_m in metres(500.0, 20_000.0), query_turn in 0.0..1.0_f64, query_radius in 0.0..1.4_f64,
    ) {
        // A star around the centre, counter-clockwise: bearings run clockwise, so they fall.
        let count = radii.len() as f64;
        let bearing_rad = |turn: f64| -turn * std::f64::consts::TAU;
        let mut vertices: Vec<_> = radii
            .iter()
            .enumerate()
            .map(|(i, radius)| walk(center, bearing_rad(i as f64 / count), radius * size_m / EARTH_RADIUS_M))
            .collect();
        vertices.push(vertices[0]);
        let query = walk(center, bearing_rad(query_turn), query_radius * size_m / EARTH_RADIUS_M);
        let sector = (query_turn * count) as usize;
        let is_inside = is_left(vertices[sector], vertices[sector + 1], query);
        let found = Line::new(vertices).unwrap().project(query);
        let side = if is_inside { Side::Left } else { Side::Right };
        prop_assert!(found.side == side || found.distance_m < 1.0);
    }
}

#[test]
fn of_equally_near_places_the_first_one_counts() {
    // There and back, a closed loop seen from its start, a crossing, and the centre of a circle.
    let there_and_back = line(&[(50.0, 10.0), (50.0, 10.5), (50.2, 11.0), (50.0, 10.5), (50.0, 10.0)]);
    let found = there_and_back.project(point(50.01, 10.2));
    assert!(found.position_m < 0.5 * there_and_back.length_m() && found.side == Side::Left);
    let circle = line(&[(50.0, 10.0), (50.1, 10.1), (50.1, 9.9), (50.0, 10.0)]);
    assert_eq!(circle.project(point(49.9, 10.0)).position_m, 0.0);
    let crossing = line(&[(0.0, -1.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (-1.0, 0.0)]);
    let crossed = crossing.project(point(0.0, 0.0));
    assert!((crossed.position_m - distance_m(point(0.0, -1.0), point(0.0, 0.0))).abs() < 1e-3);
}

#[test]
fn within_a_metre_a_point_is_on_the_route() {
    let equator = line(&[(0.0, 10.0), (0.0, 11.0)]);
    for (lat, side) in [(0.000_008, Side::On), (0.000_01, Side::Left), (-0.000_01, Side::Right)] {
        assert_eq!(equator.project(point(lat, 10.5)).side, side, "{lat}");
    }
}

#[test]
fn beyond_the_ends_the_nearest_point_is_the_end() {
    let route = line(&[(10.0, 179.5), (10.0, -179.5)]);
    let before = route.project(point(10.0, 179.0));
    assert_eq!((before.position_m, before.point), (0.0, point(10.0, 179.5)));
    let after = route.project(point(10.0, -179.0));
    assert_eq!(after.position_m, route.length_m());
    assert!(distance_m(after.point, point(10.0, -179.5)) < 1e-6);
    assert_eq!(route.project_within(point(10.0, 179.0), 54_000.0), None);
}

#[test]
fn a_line_without_length_acts_as_a_point() {
    let spot = line(&[(52.5, 13.4), (52.5, 13.4), (52.5, 13.4)]);
    let query = point(52.6, 13.5);
    let found = spot.project(query);
    assert_eq!((found.position_m, found.side, spot.length_m()), (0.0, Side::On, 0.0));
    assert!((found.distance_m - distance_m(point(52.5, 13.4), query)).abs() < 1e-6);
}

#[test]
fn a_route_over_the_pole_is_projected_on_both_sides() {
    let route = line(&[(89.0, 20.0), (89.0, -160.0)]);
    let near_pole = route.project(point(89.9, -70.0));
    assert!((near_pole.position_m - 0.5 * route.length_m()).abs() < 1.0, "{near_pole:?}");
    assert!((near_pole.distance_m - distance_m(point(89.9, -70.0), point(90.0, 0.0))).abs() < 0.01);
    assert_ne!(near_pole.side, route.project(point(89.9, 110.0)).side);
}

#[test]
fn the_far_side_of_the_globe_has_a_projection() {
    let route = line(&[(42.65, -73.75), (42.89, -78.88)]);
    for (lat, lng) in [(-42.65, 106.25), (-42.7, 103.0), (0.0, 10.0), (90.0, 0.0), (-90.0, 0.0)] {
        let found = route.project(point(lat, lng));
        let ends = [point(42.65, -73.75), point(42.89, -78.88)];
        assert!(ends.iter().all(|end| found.distance_m <= distance_m(*end, point(lat, lng)) + 5_000.0));
    }
}
