//! The same questions answered without tree, chord or quadrature: sampling, golden section, sums of geodesics.

use domain::geo::{Point, distance_m};

type Unit = [f64; 3];

/// Coarse samples of a segment, among which the nearest is refined.
const SAMPLES: u32 = 40;
/// Pieces whose geodesics add up to a length.
const PIECE_M: f64 = 2_000.0;

pub(crate) struct BruteForce {
    vertices: Vec<Point>,
    starts_m: Vec<f64>,
}

impl BruteForce {
    pub(crate) fn new(vertices: &[Point]) -> Self {
        let mut starts_m = vec![0.0];
        for pair in vertices.windows(2) {
            let pieces = (distance_m(pair[0], pair[1]) / PIECE_M).ceil().max(1.0);
            let at = |i: u32| interpolate(pair[0], pair[1], f64::from(i) / pieces);
            let length_m: f64 = (0..pieces as u32).map(|i| distance_m(at(i), at(i + 1))).sum();
            starts_m.push(starts_m[starts_m.len() - 1] + length_m);
        }
        Self { vertices: vertices.to_vec(), starts_m }
    }

    pub(crate) fn length_m(&self) -> f64 {
        self.starts_m[self.starts_m.len() - 1]
    }

    pub(crate) fn distance_m(&self, query: Point) -> f64 {
        self.vertices.windows(2).map(|pair| nearest_on_segment_m(pair[0], pair[1], query)).fold(f64::INFINITY, f64::min)
    }

    /// The point at a position, good to a few metres per 1000 km of segment.
    pub(crate) fn at(&self, position_m: f64) -> Point {
        let segment =
            self.starts_m.partition_point(|start_m| *start_m <= position_m).clamp(1, self.starts_m.len() - 1) - 1;
        let length_m = self.starts_m[segment + 1] - self.starts_m[segment];
        let (start, end) = (self.vertices[segment], self.vertices[segment + 1]);
        let (mut low, mut high) = (0.0, 1.0);
        if length_m == 0.0 {
            return start;
        }
        // Bisection on the summed length, since metres and angle are not quite proportional.
        for _ in 0..24 {
            let middle = 0.5 * (low + high);
            let pieces = (length_m * middle / PIECE_M).ceil().max(1.0);
            let point = |i: u32| interpolate(start, end, middle * f64::from(i) / pieces);
            let walked_m: f64 = (0..pieces as u32).map(|i| distance_m(point(i), point(i + 1))).sum();
            if self.starts_m[segment] + walked_m < position_m { low = middle } else { high = middle }
        }
        interpolate(start, end, 0.5 * (low + high))
    }
}

fn nearest_on_segment_m(start: Point, end: Point, query: Point) -> f64 {
    let distance_at = |share: f64| distance_m(interpolate(start, end, share), query);
    let samples = f64::from(SAMPLES);
    let nearest = (0..=SAMPLES)
        .map(|i| (distance_at(f64::from(i) / samples), i))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(0, |(_, i)| i);
    let mut low = (f64::from(nearest) - 1.0).max(0.0) / samples;
    let mut high = (f64::from(nearest) + 1.0).min(samples) / samples;
    let mut least_m = distance_at(f64::from(nearest) / samples);
    while high - low > 1e-9 {
        let (a, b) = (low + 0.382 * (high - low), low + 0.618 * (high - low));
        let (at_a, at_b) = (distance_at(a), distance_at(b));
        least_m = least_m.min(at_a).min(at_b);
        if at_a < at_b { high = b } else { low = a }
    }
    least_m
}

/// The point at a share of the great-circle arc between two points.
pub(crate) fn interpolate(start: Point, end: Point, share: f64) -> Point {
    let (a, b) = (unit(start), unit(end));
    let sum: f64 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
    let angle = 2.0 * (0.5 * sum.sqrt()).min(1.0).asin();
    if angle < 1e-12 {
        return start;
    }
    let (weight_a, weight_b) = (((1.0 - share) * angle).sin(), (share * angle).sin());
    point(std::array::from_fn(|axis| weight_a * a[axis] + weight_b * b[axis]))
}

/// Where a straight walk on the sphere leads from a point: by an angle in radians, in a direction clockwise from
/// north.
pub(crate) fn walk(from: Point, bearing_rad: f64, angle_rad: f64) -> Point {
    let (sin_lat, cos_lat) = from.lat().to_radians().sin_cos();
    let (sin_lng, cos_lng) = from.lng().to_radians().sin_cos();
    let north = [-sin_lat * cos_lng, -sin_lat * sin_lng, cos_lat];
    let east = [-sin_lng, cos_lng, 0.0];
    let here = unit(from);
    point(std::array::from_fn(|axis| {
        let ahead = bearing_rad.cos() * north[axis] + bearing_rad.sin() * east[axis];
        angle_rad.cos() * here[axis] + angle_rad.sin() * ahead
    }))
}

/// Whether a point lies to the left of the great circle through two others.
pub(crate) fn is_left(start: Point, end: Point, query: Point) -> bool {
    let ([ax, ay, az], [bx, by, bz], [qx, qy, qz]) = (unit(start), unit(end), unit(query));
    (ay * bz - az * by) * qx + (az * bx - ax * bz) * qy + (ax * by - ay * bx) * qz > 0.0
}

fn unit(point: Point) -> Unit {
    let (sin_lat, cos_lat) = point.lat().to_radians().sin_cos();
    let (sin_lng, cos_lng) = point.lng().to_radians().sin_cos();
    [cos_lat * cos_lng, cos_lat * sin_lng, sin_lat]
}

fn point([x, y, z]: Unit) -> Point {
    let lat = z.atan2(x.hypot(y)).to_degrees();
    Point::new(lat.clamp(-90.0, 90.0), y.atan2(x).to_degrees().clamp(-180.0, 180.0)).unwrap()
}
