use s2::r3::vector::Vector;

use super::arc::Arc;
use super::ellipsoid::{MAX_ACCELERATION_M, surface};

/// The most vertices that a leaf holds.
const LEAF_VERTICES: usize = 8;
/// Room for rounding in coordinates of the size of the earth.
const ROUNDING_M: f64 = 1e-8;

/// A binary tree of spheres over the vertices of a line on the ellipsoid, split by place and not by order: thousands
/// of vertices heaped on one spot are told apart as well as those of a road.
///
/// An arc is found from its nearer end. All lengths are straight, through the ellipsoid.
#[derive(Clone, Debug)]
pub(super) struct VertexTree {
    /// In the order of the leaves.
    vertices: Vec<Vertex>,
    nodes: Vec<Node>,
    /// The ends of the arcs in the order of the route, one more than there are arcs.
    places: Vec<Vector>,
    bulges: Vec<Bulge>,
}

/// How an arc differs from the straight segment between its ends.
#[derive(Clone, Copy, Debug)]
struct Bulge {
    /// From the middle of the segment to that of the arc.
    middle: Vector,
    /// By how much the arc may leave the parabola through its ends and its middle.
    slack_m: f64,
    /// No point of the arc is farther than this from the point of the segment at the same share.
    height_m: f64,
}

#[derive(Clone, Copy, Debug)]
struct Vertex {
    place: Vector,
    /// Which one along the route: arcs `index - 1` and `index` meet here.
    index: u32,
}

/// All vertices of a subtree lie within `radius_m` of `center`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    center: Vector,
    radius_m: f64,
    /// The greatest half of the straight length of an arc that ends here.
    half_m: f64,
    sagitta_m: f64,
    first: u32,
    count: u32,
    /// The right child; a leaf has none. The left one follows its parent.
    right: Option<u32>,
    /// The first arc of the route that ends here.
    pub(super) least_arc: u32,
}

impl VertexTree {
    pub(super) const ROOT: u32 = 0;

    /// A tree over at least one arc; each arc starts where the one before it ends.
    pub(super) fn new(arcs: &[Arc]) -> Self {
        let ends = arcs.iter().map(|arc| surface(arc.at(arc.angle_rad())));
        let places: Vec<_> = arcs.iter().take(1).map(|arc| surface(arc.at(0.0))).chain(ends).collect();
        let bulges = arcs.iter().zip(places.windows(2)).map(|(arc, ends)| Bulge::new(arc, ends[0], ends[1])).collect();
        let vertices = (0_u32..).zip(&places).map(|(index, place)| Vertex { place: *place, index }).collect();
        let mut tree = Self { vertices, nodes: Vec::new(), places, bulges };
        let count = tree.vertices.len();
        tree.push_subtree(0, count);
        tree
    }

    pub(super) fn node(&self, id: u32) -> &Node {
        &self.nodes[id as usize]
    }

    /// The two halves of a node, or none of a leaf.
    pub(super) fn children(&self, id: u32) -> Option<(u32, u32)> {
        self.node(id).right.map(|right| (id + 1, right))
    }

    /// The arcs whose end nearer to `from` is a vertex of the node and whose floor may be less than `limit_m`.
    pub(super) fn arcs(&self, node: &Node, from: Vector, limit_m: f64) -> impl Iterator<Item = usize> {
        let near_squared = (limit_m + node.sagitta_m).max(0.0).powi(2) + node.half_m.powi(2);
        self.vertices[node.first as usize..][..node.count as usize].iter().flat_map(move |vertex| {
            let index = vertex.index as usize;
            let squared = (vertex.place - from).norm2();
            let is_near = squared <= near_squared;
            let before = index.checked_sub(1).filter(|_| is_near);
            let after = Some(index).filter(|_| is_near && index < self.bulges.len());
            // Of equally near ends the start stands for the arc.
            let before = before.filter(|other| squared < (self.places[*other] - from).norm2());
            let after = after.filter(|other| squared <= (self.places[other + 1] - from).norm2());
            before.into_iter().chain(after)
        })
    }

    /// No point of the arc is nearer to `from` than this: the distance from the segment, less what the arc bulges
    /// towards `from`.
    ///
    /// The plane through the foot on the segment, square to the way there, has the whole segment behind it: measuring
    /// along that way bounds the distance of every point of the arc.
    pub(super) fn arc_floor_m(&self, arc: usize, from: Vector) -> f64 {
        let way = from - self.segment_foot(arc, from);
        let (away_m, bulge) = (way.norm(), &self.bulges[arc]);
        let towards_m = if away_m > 1.0 { way.dot(&bulge.middle).max(0.0) / away_m } else { bulge.height_m };
        away_m - (towards_m + bulge.slack_m).min(bulge.height_m)
    }

    /// Every point of the arc that is within `limit_m` of `from` is at least as near to `place` as this.
    ///
    /// Within the limit of `from`, the segment reaches no farther from the foot than Pythagoras says.
    pub(super) fn arc_ceiling_m(&self, arc: usize, place: Vector, from: Vector, limit_m: f64) -> f64 {
        let height_m = self.bulges[arc].height_m;
        let ends_m = (self.places[arc] - place).norm().max((self.places[arc + 1] - place).norm());
        let foot = self.segment_foot(arc, from);
        let reach_m = ((limit_m + height_m).powi(2) - (foot - from).norm2()).max(0.0).sqrt();
        ends_m.min((foot - place).norm() + reach_m) + height_m
    }

    /// The point nearest to `from` on the segment between the ends of the arc.
    fn segment_foot(&self, arc: usize, from: Vector) -> Vector {
        let (start, along) = (self.places[arc], self.places[arc + 1] - self.places[arc]);
        let length_squared = along.norm2();
        if length_squared == 0.0 {
            return start;
        }
        start + along * ((from - start).dot(&along) / length_squared).clamp(0.0, 1.0)
    }

    fn push_subtree(&mut self, first: usize, count: usize) -> u32 {
        let id = self.nodes.len();
        let node = self.bounds(first, count);
        self.nodes.push(node);
        if count > LEAF_VERTICES {
            let half = count / 2;
            let axis = self.widest_axis(first, count);
            let range = &mut self.vertices[first..first + count];
            range.select_nth_unstable_by(half, |a, b| axis(&a.place).total_cmp(&axis(&b.place)));
            self.push_subtree(first, half);
            let right = self.push_subtree(first + half, count - half);
            self.nodes[id].right = Some(right);
        }
        id as u32
    }

    fn corners(&self, first: usize, count: usize) -> (Vector, Vector) {
        let places = self.vertices[first..first + count].iter().map(|vertex| vertex.place);
        let start = (self.vertices[first].place, self.vertices[first].place);
        places.fold(start, |(low, high), place| {
            let least = Vector::new(low.x.min(place.x), low.y.min(place.y), low.z.min(place.z));
            let most = Vector::new(high.x.max(place.x), high.y.max(place.y), high.z.max(place.z));
            (least, most)
        })
    }

    fn widest_axis(&self, first: usize, count: usize) -> fn(&Vector) -> f64 {
        let (low, high) = self.corners(first, count);
        let size = high - low;
        if size.x >= size.y && size.x >= size.z {
            |place| place.x
        } else if size.y >= size.z {
            |place| place.y
        } else {
            |place| place.z
        }
    }

    fn bounds(&self, first: usize, count: usize) -> Node {
        let (low, high) = self.corners(first, count);
        let center = (low + high) * 0.5;
        let mut node = Node {
            center,
            radius_m: 0.0,
            half_m: 0.0,
            sagitta_m: 0.0,
            first: first as u32,
            count: count as u32,
            right: None,
            least_arc: u32::MAX,
        };
        for vertex in &self.vertices[first..first + count] {
            let index = vertex.index as usize;
            node.radius_m = node.radius_m.max((vertex.place - center).norm());
            node.least_arc = node.least_arc.min(vertex.index.saturating_sub(1));
            for arc in index.saturating_sub(1)..(index + 1).min(self.bulges.len()) {
                node.half_m = node.half_m.max(0.5 * (self.places[arc + 1] - self.places[arc]).norm());
                node.sagitta_m = node.sagitta_m.max(self.bulges[arc].height_m);
            }
        }
        node
    }
}

impl Bulge {
    /// Linear interpolation errs by t (1 - t) / 2 of the second derivative times the angle squared, so by an eighth
    /// at most; the parabola by an eighth of the third derivative times the angle cubed.
    fn new(arc: &Arc, start: Vector, end: Vector) -> Self {
        let angle_rad = arc.angle_rad();
        Self {
            middle: surface(arc.at(0.5 * angle_rad)) - (start + end) * 0.5,
            slack_m: 0.125 * MAX_ACCELERATION_M * angle_rad.powi(3) + ROUNDING_M,
            height_m: 0.125 * MAX_ACCELERATION_M * angle_rad.powi(2) + ROUNDING_M,
        }
    }
}

impl Node {
    /// No arc whose nearer end is a vertex of the node is nearer to `from` than this.
    ///
    /// The foot on a segment lies at most half its length from the nearer end: Pythagoras, and the sagitta.
    pub(super) fn floor_m(&self, from: Vector) -> f64 {
        let gap_m = ((from - self.center).norm() - self.radius_m - ROUNDING_M).max(0.0);
        (gap_m * gap_m - self.half_m * self.half_m).max(0.0).sqrt() - self.sagitta_m
    }

    /// Every point of every arc that ends here is at least as near to `from` as this.
    pub(super) fn ceiling_m(&self, from: Vector) -> f64 {
        (from - self.center).norm() + self.radius_m + 2.0 * self.half_m + self.sagitta_m
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::Point;

    #[test]
    fn no_arc_is_nearer_than_its_floors_or_farther_than_its_ceilings() {
        for (spread, arc_count) in [(1e-5, 60), (1e-3, 200), (0.2, 200), (8.0, 60), (40.0, 20)] {
            let vertex = |i: u32| {
                let turn = f64::from(i);
                Point::new(49.0 + spread * (turn * 0.7).sin(), 9.0 + spread * (turn * 1.3).sin()).unwrap().to_unit()
            };
            let arcs: Vec<_> = (0..arc_count).map(|i| Arc::new(vertex(i), vertex(i + 1))).collect();
            let tree = VertexTree::new(&arcs);
            for (lat, lng) in [(49.0, 9.0), (49.01, 9.01), (49.4, 9.1), (45.0, -3.0), (-20.0, 30.0)] {
                let from = surface(Point::new(lat, lng).unwrap().to_unit());
                let mut found = vec![0; arcs.len()];
                for node in &tree.nodes {
                    for arc in tree.arcs(node, from, f64::INFINITY) {
                        found[arc] += usize::from(node.right.is_none());
                        assert!(node.least_arc as usize <= arc);
                        for step in 0..=20 {
                            let angle_rad = arcs[arc].angle_rad() * f64::from(step) / 20.0;
                            let away_m = (surface(arcs[arc].at(angle_rad)) - from).norm();
                            assert!(node.floor_m(from).max(tree.arc_floor_m(arc, from)) <= away_m);
                            let ceiling_m = |place| tree.arc_ceiling_m(arc, place, from, away_m);
                            assert!(node.ceiling_m(from).min(ceiling_m(from)) >= away_m);
                            let other = surface(arcs[0].at(0.0));
                            assert!(ceiling_m(other) >= (surface(arcs[arc].at(angle_rad)) - other).norm() - 1e-6);
                        }
                    }
                }
                assert!(found.iter().all(|times| *times == 1), "each arc in one leaf");
            }
        }
    }
}
