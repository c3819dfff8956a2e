use super::arc::Target;
use super::nearest::{Candidate, Search};
use super::{Line, Point, distance_m};

/// Nearer to the route than this, in metres, a point lies on it rather than to one side.
pub const ON_ROUTE_M: f64 = 1.0;

/// Places of the route whose distances differ by less than this are equally near: the first one counts.
const TIE_M: f64 = 1e-4;
/// The square of a sum of unit normals so small that it has no direction.
const NO_NORMAL: f64 = 1e-12;

/// Where a point lies along a route.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projection {
    /// The geodesic distance in metres to the nearest point of the route.
    pub distance_m: f64,
    /// How far along the route in metres that nearest point lies; the smallest such position where several are
    /// equally near (within 0.1 mm).
    pub position_m: f64,
    /// On which side of the direction of travel the point lies.
    pub side: Side,
    /// The nearest point of the route.
    pub point: Point,
}

/// A side of the direction of travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// Within `ON_ROUTE_M` of the route, or beside a route without length.
    On,
}

impl Line {
    /// The nearest point of the line, however far away: distances are good to 0.1 mm up to 1000 km and to a few
    /// metres up to 5000 km; beyond that the nearest point may be one of several of about the same distance.
    pub fn project(&self, point: Point) -> Projection {
        self.project_within(point, f64::INFINITY).expect("a line has a nearest point")
    }

    /// The nearest point of the line if it lies within `radius_m`, else `None`.
    pub fn project_within(&self, point: Point, radius_m: f64) -> Option<Projection> {
        let target = Target::new(point.to_unit());
        let (candidate, distance_m) = self.nearest(&mut Search::new(self, &target), point, radius_m)?;
        let arc = &self.arcs[candidate.arc];
        Some(Projection {
            distance_m,
            position_m: self.starts_m[candidate.arc] + arc.length_to_m(candidate.foot.angle_rad),
            side: if distance_m < ON_ROUTE_M || self.length_m() == 0.0 {
                Side::On
            } else {
                self.side(&candidate, &target)
            },
            point: self.point_at(&candidate),
        })
    }

    /// The first of the nearest places within `radius_m`, and its distance in metres.
    fn nearest(&self, search: &mut Search<'_>, point: Point, radius_m: f64) -> Option<(Candidate, f64)> {
        // No number is no limit.
        let radius_m = radius_m.min(f64::INFINITY);
        let shortest = search.shortest_chord(radius_m + TIE_M)?;
        let measure_m = |candidate: &Candidate| distance_m(point, self.point_at(candidate));
        let enough_m = radius_m.min(measure_m(&shortest));
        let places = search.ties(shortest, enough_m + TIE_M, TIE_M);
        let measured: Vec<_> = places.into_iter().map(|place| (place, measure_m(&place))).collect();
        let least_m = measured.iter().map(|(_, distance_m)| *distance_m).fold(f64::INFINITY, f64::min);
        let limit_m = radius_m.min(least_m + TIE_M);
        // They come in the order of the route: the first one is the smallest position.
        measured.into_iter().find(|(_, distance_m)| *distance_m <= limit_m)
    }

    fn point_at(&self, candidate: &Candidate) -> Point {
        Point::from_unit(self.arcs[candidate.arc].at(candidate.foot.angle_rad))
    }

    /// The side by the sign of the plane's normal; at a vertex that of the sum of both normals, which is right on
    /// both sides of any bend (J. A. Bærentzen, H. Aanæs, "Signed distance computation using the angle weighted
    /// pseudonormal", IEEE TVCG 11, 2005).
    fn side(&self, candidate: &Candidate, target: &Target) -> Side {
        let arc = &self.arcs[candidate.arc];
        let neighbour = match candidate.foot.angle_rad {
            0.0 => self.arc_before(candidate.arc),
            angle_rad if angle_rad == arc.angle_rad() => self.arc_after(candidate.arc),
            _ => None,
        };
        let normal = arc.normal();
        let normal = match neighbour.map(|neighbour| normal + self.arcs[neighbour].normal()) {
            // At the tip of a U-turn the sum vanishes; what lies beyond is on no side: keep that of the arc.
            Some(sum) if sum.norm2() > NO_NORMAL => sum,
            _ => normal,
        };
        if target.unit.dot(&normal) >= 0.0 { Side::Left } else { Side::Right }
    }

    fn arc_before(&self, arc: usize) -> Option<usize> {
        arc.checked_sub(1).or_else(|| self.is_closed.then(|| self.arcs.len() - 1))
    }

    fn arc_after(&self, arc: usize) -> Option<usize> {
        if arc + 1 < self.arcs.len() { Some(arc + 1) } else { self.is_closed.then_some(0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::MAX_VERTICES;

    /// A car that stands still: vertices scattered over a square of 2 m, on a grid of so many degrees.
    fn parked(grid_deg: f64, shape: impl Fn(f64, f64) -> (f64, f64)) -> Line {
        let vertex = |i: usize| {
            let share = |factor: f64| 2.0 * (i as f64 * factor).fract() - 1.0;
            let snapped = |deg: f64| if grid_deg > 0.0 { (deg / grid_deg).round() * grid_deg } else { deg };
            let (north, east) = shape(share(0.754_877_666_25), share(0.569_840_290_998));
            Point::new(40.75 + snapped(1e-5 * north), -73.98 + snapped(1e-5 * east)).unwrap()
        };
        Line::new((0..MAX_VERTICES).map(vertex).collect()).unwrap()
    }

    #[test]
    fn few_feet_are_worked_out_however_many_vertices_lie_on_one_spot() {
        let lines = [
            parked(0.0, |north, east| (north, east)),
            parked(1e-6, |north, east| (north, east)),
            parked(1e-5, |north, east| (north, east)),
            // There and back along one street of 200 m, and a route around a block, over and over.
            parked(0.0, |north, _| (100.0 * north, 0.0)),
            parked(1e-5, |north, east| if north > east { (90.0, 10.0 * east) } else { (10.0 * north, 90.0) }),
        ];
        for (number, line) in lines.iter().enumerate() {
            for reach_deg in [0.000_3, 0.01, 0.1, 0.44] {
                for turn in 0..72 {
                    let (sin, cos) = f64::from(5 * turn).to_radians().sin_cos();
                    let point = Point::new(40.75 + reach_deg * cos, -73.98 + reach_deg * sin).unwrap();
                    let target = Target::new(point.to_unit());
                    let mut search = Search::new(line, &target);
                    let (_, distance_m) = line.nearest(&mut search, point, 60_000.0).unwrap();
                    assert!(search.feet <= 64, "line {number}: {} feet at {reach_deg}°, {turn}", search.feet);
                    let vertices = line.arcs.iter().step_by(97).map(|arc| Point::from_unit(arc.at(0.0)));
                    assert!(vertices.into_iter().all(|vertex| distance_m <= super::distance_m(point, vertex) + 1e-4));
                }
            }
        }
    }
}
