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
    if chord_m > 2e6 {
        return (chord_m, 1.6 * chord_m);
    }
    let arc = |radius_m: f64| 2.0 * radius_m * (0.5 * chord_m / radius_m).asin();
    (arc(WIDEST_RADIUS_M), arc(TIGHTEST_RADIUS_M))
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
    fn the_smallest_radius_of_curvature_is_that_of_wgs84() {
        assert!((MIN_RADIUS_M - 6_335_439.327).abs() < 1e-3);
    }
}
