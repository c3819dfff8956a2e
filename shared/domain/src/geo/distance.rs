use std::sync::LazyLock;

use geographiclib_rs::{Geodesic, InverseGeodesic};

use super::Point;

static WGS84: LazyLock<Geodesic> = LazyLock::new(Geodesic::wgs84);

/// The length in metres of the shortest path between two points on WGS84, to about 15 nanometres.
///
/// The one definition of distance of the whole system (C. F. F. Karney, "Algorithms for geodesics", Journal of
/// Geodesy 87, 2013). A spherical distance differs by up to 0.5 %.
pub fn distance_m(a: Point, b: Point) -> f64 {
    WGS84.inverse(a.lat(), a.lng(), b.lat(), b.lng())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(lat: f64, lng: f64) -> Point {
        Point::new(lat, lng).unwrap()
    }

    #[test]
    fn known_geodesics_have_their_length() {
        // JFK to LHR from GeographicLib's documentation; a quarter meridian; one degree of the equator.
        for (a, b, expected_m) in [
            (point(40.6, -73.8), point(51.6, -0.5), 5_551_759.400),
            (point(0.0, 0.0), point(90.0, 0.0), 10_001_965.729),
            (point(0.0, 179.5), point(0.0, -179.5), 111_319.491),
            (point(0.0, 0.0), point(0.0, 180.0), 20_003_931.459),
        ] {
            assert!((distance_m(a, b) - expected_m).abs() < 1e-3, "{} is not {expected_m}", distance_m(a, b));
            assert_eq!(distance_m(a, b), distance_m(b, a));
        }
        assert_eq!(distance_m(point(12.0, 180.0), point(12.0, -180.0)), 0.0);
    }
}
