use super::arc::{Foot, Target};
use super::ellipsoid::{MIN_RADIUS_M, geodesic_bounds_m};
use super::tree::Tree;
use super::{Line, Point, distance_m};

/// Nearer to the route than this, in metres, a point lies on it rather than to one side.
pub const ON_ROUTE_M: f64 = 1.0;

/// Places of the route whose distances differ by less than this are equally near: the first one counts.
const TIE_M: f64 = 1e-4;
/// Room for rounding where the tree is pruned: 6 µm.
const ROUNDING_RAD: f64 = 1e-12;

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

/// A place of the line that may be the nearest: at least `low_m` away.
struct Candidate {
    arc: usize,
    foot: Foot,
    low_m: f64,
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
        let candidates = self.candidates(&target, radius_m);
        let measured: Vec<_> = candidates
            .iter()
            .map(|candidate| {
                let nearest = Point::from_unit(self.arcs[candidate.arc].at(candidate.foot.angle_rad));
                (candidate, nearest, distance_m(point, nearest))
            })
            .collect();
        let least_m = measured.iter().map(|(_, _, distance_m)| *distance_m).fold(f64::INFINITY, f64::min);
        let limit_m = radius_m.min(least_m + TIE_M);
        // Candidates come in the order of the route: the first one is the smallest position.
        let (candidate, nearest, distance_m) =
            measured.into_iter().find(|(_, _, distance_m)| *distance_m <= limit_m)?;
        let arc = &self.arcs[candidate.arc];
        Some(Projection {
            distance_m,
            position_m: self.starts_m[candidate.arc] + arc.length_to_m(candidate.foot.angle_rad),
            side: if distance_m < ON_ROUTE_M || self.length_m() == 0.0 {
                Side::On
            } else {
                self.side(candidate, &target)
            },
            point: nearest,
        })
    }

    /// The places that may be the nearest within `radius_m`, in the order of the route.
    fn candidates(&self, target: &Target, radius_m: f64) -> Vec<Candidate> {
        let mut limit_m = radius_m.min(self.distance_estimate_m(target));
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut stack = vec![Tree::ROOT];
        while let Some(id) = stack.pop() {
            let node = self.tree.node(id);
            let limit_rad = (limit_m + TIE_M) / MIN_RADIUS_M + ROUNDING_RAD;
            // The chord is less than the angle, so what is cut off here is farther away.
            if (node.center - target.unit).norm2() > (limit_rad + node.radius_rad).powi(2) {
                continue;
            }
            if !node.is_leaf() {
                let (left, right) = self.tree.children(id);
                stack.extend([right, left]);
                continue;
            }
            let arc = node.first as usize;
            if self.arcs[arc].is_farther_than(target.unit, limit_rad) {
                continue;
            }
            let foot = self.arcs[arc].foot(target);
            let (low_m, high_m) = geodesic_bounds_m(foot.chord_m);
            if low_m <= limit_m + TIE_M && !self.continues(candidates.last(), arc, foot) {
                candidates.push(Candidate { arc, foot, low_m });
            }
            limit_m = limit_m.min(high_m);
        }
        candidates.retain(|candidate| candidate.low_m <= limit_m + TIE_M);
        candidates
    }

    /// An upper bound of the distance: to the arc that the nearer child leads to, from the root down.
    fn distance_estimate_m(&self, target: &Target) -> f64 {
        let mut id = Tree::ROOT;
        while !self.tree.node(id).is_leaf() {
            let gap = |id: u32| {
                let node = self.tree.node(id);
                (node.center - target.unit).norm() - node.radius_rad
            };
            let (left, right) = self.tree.children(id);
            id = if gap(right) < gap(left) { right } else { left };
        }
        let foot = self.arcs[self.tree.node(id).first as usize].foot(target);
        geodesic_bounds_m(foot.chord_m).1
    }

    /// Whether a foot is the vertex at which the last candidate ended: one place, found from both arcs.
    fn continues(&self, last: Option<&Candidate>, arc: usize, foot: Foot) -> bool {
        last.is_some_and(|last| {
            last.arc + 1 == arc && last.foot.angle_rad == self.arcs[last.arc].angle_rad() && foot.angle_rad == 0.0
        })
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
            Some(sum) if sum.norm2() > ROUNDING_RAD => sum,
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
