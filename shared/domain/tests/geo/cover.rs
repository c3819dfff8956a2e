use domain::geo::{
    BoundingBox, Disc, KeyRange, Line, MAX_RANGES, Point, cell_key, cover_box, cover_corridor, cover_disc, distance_m,
};
use proptest::prelude::*;

use crate::brute_force::{interpolate, walk};
use crate::shapes::{EARTH_RADIUS_M, any_point, any_route, metres};

fn point(lat: f64, lng: f64) -> Point {
    Point::new(lat, lng).unwrap()
}

fn holds(ranges: &[KeyRange], point: Point) -> bool {
    let key = cell_key(point);
    let after = ranges.partition_point(|range| range.lo <= key);
    after > 0 && key <= ranges[after - 1].hi
}

fn assert_is_well_formed(ranges: &[KeyRange]) {
    assert!(!ranges.is_empty() && ranges.len() <= MAX_RANGES);
    assert!(ranges.iter().all(|range| 0 <= range.lo && range.lo <= range.hi));
    assert!(ranges.windows(2).all(|pair| pair[0].hi + 1 < pair[1].lo), "sorted, disjoint, coalesced");
}

/// A box anywhere, from 1e-5 degrees to the globe, often across ±180° or up to a pole.
fn any_box() -> impl Strategy<Value = BoundingBox> {
    let edge = |size: f64| prop_oneof![4 => Just(size), 1 => Just(0.0)];
    (any_point(), metres(1e-5, 360.0).prop_flat_map(edge), metres(1e-5, 180.0).prop_flat_map(edge)).prop_map(
        |(corner, width, height)| {
            let east = corner.lng() + width;
            let east = if width >= 360.0 {
                180.0
            } else if east > 180.0 {
                east - 360.0
            } else {
                east
            };
            let west = if width >= 360.0 { -180.0 } else { corner.lng() };
            BoundingBox::new(west, corner.lat(), east, (corner.lat() + height).min(90.0)).unwrap()
        },
    )
}

fn inside(area: &BoundingBox, lng_share: f64, lat_share: f64) -> Point {
    let width = if area.west() <= area.east() { area.east() - area.west() } else { area.east() - area.west() + 360.0 };
    let lng = area.west() + lng_share * width;
    let lat = area.south() + lat_share * (area.north() - area.south());
    point(lat.clamp(area.south(), area.north()), if lng > 180.0 { lng - 360.0 } else { lng })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn a_covering_of_a_corridor_misses_nothing(
        route in any_route(), radius_m in metres(50.0, 50_000.0),
        places in prop::collection::vec((0.0..1.0, 0.0..std::f64::consts::TAU, 0.8..1.01), 60),
    ) {
        let line = Line::new(route.clone()).unwrap();
        let ranges = cover_corridor(&line, radius_m);
        assert_is_well_formed(&ranges);
        for (place, bearing_rad, share) in places {
            let along: f64 = place * (route.len() - 1) as f64;
            let segment = (along as usize).min(route.len() - 2);
            let on_route = interpolate(route[segment], route[segment + 1], along - segment as f64);
            let query = walk(on_route, bearing_rad, share * radius_m / EARTH_RADIUS_M);
            if distance_m(on_route, query) <= radius_m {
                prop_assert!(holds(&ranges, query), "{:?}", query);
            }
        }
    }

    #[test]
    fn a_covering_of_a_disc_misses_nothing(
        center in any_point(), radius_m in metres(1.0, 21e6),
        places in prop::collection::vec((0.0..std::f64::consts::TAU, 0.0..1.01), 60),
    ) {
        let disc = Disc::new(center, radius_m).unwrap();
        let ranges = cover_disc(&disc);
        assert_is_well_formed(&ranges);
        for (bearing_rad, share) in places {
            let query = walk(center, bearing_rad, share * radius_m / EARTH_RADIUS_M);
            prop_assert!(!disc.contains(query) || holds(&ranges, query), "{:?}", query);
        }
    }

    #[test]
    fn a_covering_of_a_box_misses_nothing(
        area in any_box(), places in prop::collection::vec((0.0..=1.0, 0.0..=1.0), 60),
    ) {
        let ranges = cover_box(&area);
        assert_is_well_formed(&ranges);
        let corners = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0), (0.5, 0.0), (0.5, 1.0)];
        for (lng_share, lat_share) in places.into_iter().chain(corners) {
            let query = inside(&area, lng_share, lat_share);
            prop_assert!(!area.contains(query) || holds(&ranges, query), "{:?} {:?}", area, query);
        }
    }
}

#[test]
fn whole_globe_areas_cover_every_key() {
    let everything = [KeyRange { lo: 0, hi: 6 * (1 << 60) - 1 }];
    assert_eq!(cover_box(&BoundingBox::new(-180.0, -90.0, 180.0, 90.0).unwrap()), everything);
    assert_eq!(cover_disc(&Disc::new(point(12.0, 34.0), 20_100_000.0).unwrap()), everything);
}

#[test]
fn boxes_at_the_antimeridian_and_the_poles_hold_their_points() {
    for ([west, south, east, north], (lat, lng)) in [
        ([179.0, -1.0, -179.0, 1.0], (0.0, 180.0)),
        ([179.0, -1.0, -180.0, 1.0], (0.5, 180.0)),
        ([-180.0, -1.0, -179.0, 1.0], (0.5, 180.0)),
        ([180.0, -1.0, 180.0, 1.0], (1.0, 180.0)),
        ([-10.0, 80.0, 10.0, 90.0], (90.0, 5.0)),
        ([-10.0, 90.0, 10.0, 90.0], (90.0, -10.0)),
        ([-180.0, -90.0, 180.0, -89.9], (-89.95, 77.0)),
        ([40.0, 89.999_999, 41.0, 90.0], (89.999_999_9, 40.0)),
    ] {
        let area = BoundingBox::new(west, south, east, north).unwrap();
        assert!(area.contains(point(lat, lng)) && holds(&cover_box(&area), point(lat, lng)), "{area:?}");
    }
}

#[test]
fn a_meridian_is_covered_up_to_the_pole() {
    for (lng, pole) in [(40.0, 90.0), (-123.4, 90.0), (179.9, -90.0), (0.1, -90.0)] {
        let area = BoundingBox::new(lng, f64::min(pole, 0.0), lng, f64::max(pole, 0.0)).unwrap();
        let ranges = cover_box(&area);
        for exponent in 0..=140 {
            let lat = pole - pole.signum() * 10f64.powf(-f64::from(exponent) / 10.0);
            assert!(holds(&ranges, point(lat, lng)), "{lat}, {lng}");
        }
    }
}

#[test]
fn a_covering_holds_little_more_than_its_area() {
    // A grid of points over twice the area: how many are examined for each one that belongs.
    let center = point(47.3, 8.5);
    let grid = || (-100..=100).flat_map(|i| (-100..=100).map(move |j| (f64::from(i) / 100.0, f64::from(j) / 100.0)));
    for radius_m in [500.0, 5_000.0, 100_000.0] {
        let disc = Disc::new(center, radius_m).unwrap();
        let ranges = cover_disc(&disc);
        let degrees = 2.0 * radius_m / 111_000.0;
        let points: Vec<_> = grid().map(|(x, y)| point(47.3 + y * degrees, 8.5 + x * degrees / 0.68)).collect();
        let examined = points.iter().filter(|query| holds(&ranges, **query)).count();
        let returned = points.iter().filter(|query| disc.contains(**query)).count();
        assert!((examined as f64) < 1.35 * returned as f64, "{radius_m}: {examined} for {returned}");
        assert!(ranges.len() < 200, "{}", ranges.len());
    }
    let area = BoundingBox::new(8.0, 47.0, 9.0, 47.6).unwrap();
    let ranges = cover_box(&area);
    let points: Vec<_> = grid().map(|(x, y)| point(47.3 + 0.6 * y, 8.5 + x)).collect();
    let examined = points.iter().filter(|query| holds(&ranges, **query)).count();
    let returned = points.iter().filter(|query| area.contains(**query)).count();
    assert!((examined as f64) < 1.35 * returned as f64, "{examined} for {returned}");
}

#[test]
fn a_radius_of_nothing_still_covers_the_route_itself() {
    let route = [point(52.5, 13.4), point(52.4, 13.6)];
    let line = Line::new(route.to_vec()).unwrap();
    for radius_m in [0.0, -1.0, f64::NAN] {
        let ranges = cover_corridor(&line, radius_m);
        assert_is_well_formed(&ranges);
        assert!((0..=50).all(|i| holds(&ranges, interpolate(route[0], route[1], f64::from(i) / 50.0))));
    }
    assert!(holds(&cover_disc(&Disc::new(route[0], 0.0).unwrap()), route[0]));
}
