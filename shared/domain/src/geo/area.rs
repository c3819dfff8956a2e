use super::{Point, distance_m};

/// Everything within a geodesic distance of a centre.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Disc {
    center: Point,
    radius_m: f64,
}

impl Disc {
    /// A disc, or `None` where the radius in metres is negative or not finite.
    pub fn new(center: Point, radius_m: f64) -> Option<Self> {
        (radius_m.is_finite() && radius_m >= 0.0).then_some(Self { center, radius_m })
    }

    /// The middle.
    pub fn center(&self) -> Point {
        self.center
    }

    /// The radius in metres.
    pub fn radius_m(&self) -> f64 {
        self.radius_m
    }

    /// Whether the point is within the radius, its edge included.
    pub fn contains(&self, point: Point) -> bool {
        distance_m(self.center, point) <= self.radius_m
    }
}

/// A rectangle of latitudes and longitudes in degrees, edges included, which may cross ±180°.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoundingBox {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

impl BoundingBox {
    /// A box in the order of GeoJSON (RFC 7946 §5), or `None` where an edge is not a coordinate or south lies above
    /// north.
    ///
    /// `west > east` means that it crosses ±180°. West -180 and east 180 are the whole globe around; both edges on
    /// the antimeridian (in either spelling of the same sign) are that meridian alone.
    pub fn new(west: f64, south: f64, east: f64, north: f64) -> Option<Self> {
        Point::new(south, west)?;
        Point::new(north, east)?;
        // An eastern edge at -180 means 180 reached from the west, as in the box 170, -180.
        let (west, east) = match (west, east) {
            (-180.0, -180.0) => (180.0, 180.0),
            (west, -180.0) => (west, 180.0),
            edges => edges,
        };
        (south <= north).then_some(Self { west, south, east, north })
    }

    /// The western edge in degrees.
    pub fn west(&self) -> f64 {
        self.west
    }

    /// The southern edge in degrees.
    pub fn south(&self) -> f64 {
        self.south
    }

    /// The eastern edge in degrees.
    pub fn east(&self) -> f64 {
        self.east
    }

    /// The northern edge in degrees.
    pub fn north(&self) -> f64 {
        self.north
    }

    /// Whether the point's coordinates lie in the box, edges included. A pole has the longitude it was given with.
    pub fn contains(&self, point: Point) -> bool {
        let (lat, lng) = (point.lat(), point.lng());
        let in_lat = self.south <= lat && lat <= self.north;
        // A point on the antimeridian lies at both ends of the longitudes.
        in_lat && (self.contains_lng(lng) || (lng == 180.0 && self.contains_lng(-180.0)))
    }

    fn contains_lng(&self, lng: f64) -> bool {
        if self.west <= self.east { self.west <= lng && lng <= self.east } else { lng >= self.west || lng <= self.east }
    }

    /// How far the box reaches from west to east, in degrees, 0 to 360.
    pub(super) fn width_deg(&self) -> f64 {
        let width = self.east - self.west;
        if width < 0.0 { width + 360.0 } else { width }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_must_be_coordinates_and_south_below_north() {
        for (west, south, east, north) in [
            (f64::NAN, 0.0, 1.0, 1.0),
            (0.0, 0.0, f64::INFINITY, 1.0),
            (-181.0, 0.0, 1.0, 1.0),
            (0.0, -91.0, 1.0, 1.0),
            (0.0, 0.0, 1.0, 90.5),
            (0.0, 2.0, 1.0, 1.0),
        ] {
            assert_eq!(BoundingBox::new(west, south, east, north), None);
        }
    }

    #[test]
    fn a_box_knows_its_points_on_both_sides_of_the_antimeridian() {
        let cases: [([f64; 4], f64, bool); 18] = [
            ([-10.0, -5.0, 10.0, 5.0], 0.0, true),
            ([-10.0, -5.0, 10.0, 5.0], 10.0, true),
            ([-10.0, -5.0, 10.0, 5.0], 10.1, false),
            ([-10.0, -5.0, 10.0, 5.0], 180.0, false),
            ([170.0, -5.0, -170.0, 5.0], 175.0, true),
            ([170.0, -5.0, -170.0, 5.0], -175.0, true),
            ([170.0, -5.0, -170.0, 5.0], 180.0, true),
            ([170.0, -5.0, -170.0, 5.0], 0.0, false),
            ([170.0, -5.0, -180.0, 5.0], -180.0, true),
            ([170.0, -5.0, -180.0, 5.0], -179.0, false),
            ([-180.0, -5.0, -170.0, 5.0], 180.0, true),
            ([180.0, -5.0, -170.0, 5.0], -180.0, true),
            ([180.0, -5.0, -170.0, 5.0], 179.0, false),
            ([-180.0, -5.0, 180.0, 5.0], 77.0, true),
            ([-180.0, -5.0, -180.0, 5.0], 180.0, true),
            ([-180.0, -5.0, -180.0, 5.0], 0.0, false),
            ([10.0, -5.0, -10.0, 5.0], 0.0, false),
            ([10.0, -5.0, -10.0, 5.0], -170.0, true),
        ];
        for ([west, south, east, north], lng, inside) in cases {
            let area = BoundingBox::new(west, south, east, north).unwrap();
            assert_eq!(area.contains(Point::new(0.0, lng).unwrap()), inside, "{area:?} {lng}");
            assert!(!area.contains(Point::new(5.1, lng).unwrap()));
        }
    }

    #[test]
    fn a_disc_has_a_sensible_radius_and_includes_its_edge() {
        let center = Point::new(50.0, 10.0).unwrap();
        assert_eq!(Disc::new(center, -1.0), None);
        assert_eq!(Disc::new(center, f64::NAN), None);
        let edge = Point::new(50.1, 10.0).unwrap();
        assert!(Disc::new(center, distance_m(center, edge)).unwrap().contains(edge));
        assert!(!Disc::new(center, distance_m(center, edge) - 0.001).unwrap().contains(edge));
    }
}
