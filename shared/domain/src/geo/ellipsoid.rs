use s2::r3::vector::Vector;

/// Semi-major axis in metres and flattening of WGS84 (NIMA TR8350.2).
const WGS84_A: f64 = 6_378_137.0;
const WGS84_F: f64 = 1.0 / 298.257_223_563;
const ECCENTRICITY_SQUARED: f64 = WGS84_F * (2.0 - WGS84_F);
const POLAR_SQUARED: f64 = 1.0 - ECCENTRICITY_SQUARED;

/// The smallest radius of curvature of WGS84 in metres: along the meridian, at the equator.
///
/// With geodetic latitudes taken as they are, no path on the ellipsoid is shorter than this times the angle between
/// its ends on the unit sphere, since one radian of latitude or longitude is nowhere shorter.
pub(super) const MIN_RADIUS_M: f64 = WGS84_A * POLAR_SQUARED;

/// Radii a little outside the least and greatest (6335.4 and 6399.6 km), for bounds on the circle of curvature.
const TIGHTEST_RADIUS_M: f64 = 6.33e6;
const WIDEST_RADIUS_M: f64 = 6.41e6;

/// What the second and third derivatives of `surface` by the angle along a great circle do not exceed, in metres.
pub(super) const MAX_ACCELERATION_M: f64 = 6.6e6;

/// Up to this chord the bounds on the geodesic are close.
const LONGEST_CLOSE_CHORD_M: f64 = 2e6;

/// The place of a unit vector (geodetic latitude, longitude) on the ellipsoid, in metres from the earth's centre.
pub(super) fn surface(unit: Vector) -> Vector {
    let prime_vertical_m = prime_vertical_radius_m(unit.z);
    Vector::new(unit.x, unit.y, POLAR_SQUARED * unit.z) * prime_vertical_m
}

/// How `surface` moves, in metres per radian, as the unit vector moves along a unit tangent.
pub(super) fn surface_velocity(unit: Vector, tangent: Vector) -> Vector {
    let radius_m = prime_vertical_radius_m(unit.z);
    let growth_m = ECCENTRICITY_SQUARED * unit.z * tangent.z * radius_m.powi(3) / (WGS84_A * WGS84_A);
    Vector::new(
        growth_m * unit.x + radius_m * tangent.x,
        growth_m * unit.y + radius_m * tangent.y,
        POLAR_SQUARED * (growth_m * unit.z + radius_m * tangent.z),
    )
}

/// Metres on the ellipsoid per radian on the unit sphere, at a unit vector along a unit tangent.
pub(super) fn speed_m(unit: Vector, tangent: Vector) -> f64 {
    surface_velocity(unit, tangent).norm()
}

/// Bounds in metres on the geodesic between two places on the ellipsoid whose straight chord is `chord_m`.
///
/// A geodesic is as curved as a circle whose radius lies between the least and greatest radius of curvature (a chord
/// of 50 km leaves 2 mm between the bounds). Beyond 2000 km the bounds are rough: the chord, and half an ellipse.
pub(super) fn geodesic_bounds_m(chord_m: f64) -> (f64, f64) {
    if chord_m > LONGEST_CLOSE_CHORD_M {
        return (chord_m, 1.6 * chord_m);
    }
    let arc = |radius_m: f64| 2.0 * radius_m * (0.5 * chord_m / radius_m).asin();
    (arc(WIDEST_RADIUS_M), arc(TIGHTEST_RADIUS_M))
}

/// The longest chord whose geodesic may be no longer than `geodesic_m`: what `geodesic_bounds_m` says the other way
/// round.
pub(super) fn chord_reach_m(geodesic_m: f64) -> f64 {
    if geodesic_m > LONGEST_CLOSE_CHORD_M {
        return geodesic_m;
    }
    2.0 * WIDEST_RADIUS_M * (0.5 * geodesic_m / WIDEST_RADIUS_M).sin()
}

/// How far apart two places with about the same chord may lie for their geodesics to differ as their chords do, to
/// `tolerance_m`.
///
/// Geodesic less chord is c³ / 24 R², where R, the radius of curvature in the direction of the chord (Euler), changes
/// by less than e² R per radian of direction: e² c² / 12 R² per metre across. A quarter of what that allows.
pub(super) fn same_direction_m(chord_m: f64, tolerance_m: f64) -> f64 {
    if chord_m > LONGEST_CLOSE_CHORD_M {
        return 0.0;
    }
    3.0 * tolerance_m * (TIGHTEST_RADIUS_M / chord_m).powi(2) / ECCENTRICITY_SQUARED
}

fn prime_vertical_radius_m(sin_lat: f64) -> f64 {
    WGS84_A / (1.0 - ECCENTRICITY_SQUARED * sin_lat * sin_lat).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::{Point, distance_m};

    #[test]
    fn bounds_hold_the_geodesic_from_a_metre_to_the_antipode() {
        for step in 0..2000_u32 {
            let i = f64::from(step);
            let a = Point::new(90.0 * (i * 0.37).sin(), 180.0 * (i * 0.91).sin()).unwrap();
            let reach = 10f64.powf(-5.0 + 7.0 * (i / 2000.0));
            let b = Point::new(
                (a.lat() + reach * (i * 1.7).sin()).clamp(-90.0, 90.0),
                (a.lng() + reach * (i * 2.3).cos()).clamp(-180.0, 180.0),
            );
            let b = b.unwrap();
            let geodesic_m = distance_m(a, b);
            let (low_m, high_m) = geodesic_bounds_m((surface(a.to_unit()) - surface(b.to_unit())).norm());
            assert!(low_m <= geodesic_m + 1e-6 && geodesic_m <= high_m + 1e-6, "{a:?} {b:?}");
            if geodesic_m < 50_000.0 {
                assert!(high_m - low_m < 0.004, "{a:?} {b:?}");
            }
            let angle = crate::geo::sphere::angle_rad(a.to_unit(), b.to_unit());
            assert!(angle * MIN_RADIUS_M <= geodesic_m + 1e-6, "{a:?} {b:?}");
        }
    }

    #[test]
    fn in_one_direction_geodesics_differ_as_chords_do() {
        for step in 0..2000_u32 {
            let i = f64::from(step);
            let from = Point::new(89.0 * (i * 0.37).sin(), 180.0 * (i * 0.91).sin()).unwrap().to_unit();
            let north = (Vector::new(0.0, 0.0, 1.0) - from * from.z).normalize();
            let east = north.cross(&from);
            let reach_rad = 10f64.powf(-5.0 + 4.2 * (i / 2000.0));
            let at = |bearing_rad: f64| {
                let ahead = north * bearing_rad.cos() + east * bearing_rad.sin();
                from * reach_rad.cos() + ahead * reach_rad.sin()
            };
            let (a, b) = (at(i), {
                let apart_m = same_direction_m(reach_rad * 6.37e6, 1e-5);
                at(i + (0.9 * apart_m / (reach_rad * 6.37e6)).min(3.0))
            });
            let chord_m = |unit| (surface(unit) - surface(from)).norm();
            let geodesic_m = |unit| distance_m(Point::from_unit(from), Point::from_unit(unit));
            let growth_m = chord_m(b) - chord_m(a);
            // Along the chord, geodesics grow faster by c² / 8 R².
            let slack_m = 1e-5 + growth_m.abs() * 0.2 * reach_rad * reach_rad + 1e-8;
            assert!((geodesic_m(b) - geodesic_m(a) - growth_m).abs() < slack_m, "{step}");
        }
    }

    #[test]
    fn a_chord_reaches_as_far_as_its_least_geodesic() {
        for geodesic_m in [0.0, 1.0, 50_000.0, 1e6, 1.99e6, 2.01e6, 1e7, f64::INFINITY] {
            let chord_m = chord_reach_m(geodesic_m);
            assert!(chord_m == f64::INFINITY || geodesic_bounds_m(chord_m).0 >= geodesic_m - 1e-6);
        }
    }

    #[test]
    fn the_derivatives_along_great_circles_are_bounded() {
        for step in 0..20_000_u32 {
            let i = f64::from(step);
            let unit = Point::new(90.0 * (i * 0.37).sin(), 0.0).unwrap().to_unit();
            let tangent = (unit.ortho() * i.cos() + unit.cross(&unit.ortho()) * i.sin()).normalize();
            let at = |angle_rad: f64| surface(unit * angle_rad.cos() + tangent * angle_rad.sin());
            let acceleration_m = (at(1e-3) + at(-1e-3) - at(0.0) * 2.0).norm() / 1e-6;
            assert!(acceleration_m < 0.99 * MAX_ACCELERATION_M, "{acceleration_m}");
            let jerk_m = (at(0.02) - at(-0.02) - (at(0.01) - at(-0.01)) * 2.0).norm() / 2e-6;
            assert!(jerk_m < 0.99 * MAX_ACCELERATION_M, "{jerk_m}");
        }
    }

    #[test]
    fn the_smallest_radius_of_curvature_is_that_of_wgs84() {
        assert!((MIN_RADIUS_M - 6_335_439.327).abs() < 1e-3);
    }
}
