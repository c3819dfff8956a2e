//! Where chargers are, as the true answers need it.

use domain::geo::Point;
use uuid::Uuid;

/// A charger's id and position.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) id: Uuid,
    pub(crate) point: Point,
}

/// Edges in degrees that hold everything within a distance of some points; no case at ±180° or the poles, which are not on this
/// continent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edges {
    pub(crate) south: f64,
    pub(crate) north: f64,
    pub(crate) west: f64,
    pub(crate) east: f64,
}

/// The shortest degree of latitude on WGS84.
const DEGREE_M: f64 = 110_500.0;

impl Edges {
    /// Around points.
    pub(crate) fn around(points: &[Point], radius_m: f64) -> Self {
        let none = Self { south: 90.0, north: -90.0, west: 180.0, east: -180.0 };
        let all = points.iter().fold(none, |edges, point| Self {
            south: edges.south.min(point.lat()),
            north: edges.north.max(point.lat()),
            west: edges.west.min(point.lng()),
            east: edges.east.max(point.lng()),
        });
        let lat = radius_m / DEGREE_M;
        // A degree of longitude is shortest at the edge that is farthest from the equator.
        let farthest = (all.south - lat).abs().max((all.north + lat).abs()).to_radians();
        let lng = lat / farthest.cos();
        Self { south: all.south - lat, north: all.north + lat, west: all.west - lng, east: all.east + lng }
    }

    /// Whether a point lies inside.
    pub(crate) fn contain(&self, point: Point) -> bool {
        (self.south..=self.north).contains(&point.lat()) && (self.west..=self.east).contains(&point.lng())
    }
}
