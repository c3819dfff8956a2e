use s2::latlng::LatLng;
use s2::point::Point as UnitPoint;
use s2::r3::vector::Vector;

/// A position on WGS84 in degrees, always valid: latitude in [-90, 90], longitude in (-180, 180].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    lat: f64,
    lng: f64,
}

impl Point {
    /// A point from degrees, or `None` where a value is not finite or off the globe.
    ///
    /// A longitude of -180 becomes 180, and -0 becomes 0, so that one place has one longitude (at the poles it keeps the one given).
    pub fn new(lat: f64, lng: f64) -> Option<Self> {
        // A range never contains NaN, which would otherwise get a plausible cell key.
        let valid = (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lng);
        // Adding zero takes the sign of -0.
        valid.then_some(Self { lat: lat + 0.0, lng: if lng == -180.0 { 180.0 } else { lng + 0.0 } })
    }

    /// Latitude in degrees, north positive.
    pub fn lat(self) -> f64 {
        self.lat
    }

    /// Longitude in degrees, east positive.
    pub fn lng(self) -> f64 {
        self.lng
    }

    pub(super) fn to_lat_lng(self) -> LatLng {
        LatLng::from_degrees(self.lat, self.lng)
    }

    /// The unit vector with this latitude and longitude: the sphere of the cell keys.
    pub(super) fn to_unit(self) -> Vector {
        UnitPoint::from(self.to_lat_lng()).0
    }

    pub(super) fn from_unit(unit: Vector) -> Self {
        let lat_lng = LatLng::from(UnitPoint(unit));
        let lng = lat_lng.lng.deg();
        Self { lat: lat_lng.lat.deg(), lng: if lng <= -180.0 { 180.0 } else { lng } }
    }
}

#[cfg(test)]
mod tests {
    use super::Point;

    #[test]
    fn only_finite_coordinates_on_the_globe_are_points() {
        for (lat, lng) in [
            (f64::NAN, 0.0),
            (0.0, f64::NAN),
            (f64::INFINITY, 0.0),
            (0.0, f64::NEG_INFINITY),
            (91.0, 0.0),
            (-90.000001, 0.0),
            (0.0, 180.000001),
            (0.0, -181.0),
        ] {
            assert_eq!(Point::new(lat, lng), None, "{lat}, {lng}");
        }
        for (lat, lng) in [(90.0, 0.0), (-90.0, 180.0), (0.0, 180.0), (42.65, -73.75)] {
            assert!(Point::new(lat, lng).is_some(), "{lat}, {lng}");
        }
    }

    #[test]
    fn zero_has_no_sign() {
        let point = Point::new(-0.0, -0.0).unwrap();
        assert!(point.lat().is_sign_positive() && point.lng().is_sign_positive());
    }

    #[test]
    fn the_antimeridian_has_one_longitude() {
        assert_eq!(Point::new(5.0, -180.0), Point::new(5.0, 180.0));
        assert_eq!(Point::from_unit(Point::new(5.0, -180.0).unwrap().to_unit()).lng(), 180.0);
    }

    #[test]
    fn a_unit_vector_gives_its_point_back() {
        for (lat, lng) in [(42.65, -73.75), (-33.9, 151.2), (89.9999, 12.0), (0.0, 179.9999)] {
            let back = Point::from_unit(Point::new(lat, lng).unwrap().to_unit());
            assert!((back.lat() - lat).abs() < 1e-12 && (back.lng() - lng).abs() < 1e-9, "{back:?}");
        }
    }
}
