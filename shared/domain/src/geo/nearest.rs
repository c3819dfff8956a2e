use s2::r3::vector::Vector;

use super::Line;
use super::arc::{Foot, Target};
use super::ellipsoid::{MIN_RADIUS_M, chord_reach_m, geodesic_bounds_m, same_direction_m, surface};
use super::vertex_tree::VertexTree;

/// What lies this much nearer, in metres, is not nearer.
const SAME_M: f64 = 1e-5;
/// What lies nearer than this, in metres, is here.
const HERE_M: f64 = 1e-7;
/// From this angle on (6 km), an arc bulges so much that its great circle says more about it than its chord.
const LONG_ARC_RAD: f64 = 1e-3;

/// A place of the line that may be the nearest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) arc: usize,
    pub(super) foot: Foot,
}

/// A search of one line for what is nearest to one target.
///
/// Two walks of the line's vertex tree: the first one finds the shortest chord, to `SAME_M`; the second one finds
/// what else may be as near along the geodesic. Between places in one direction (`same_direction_m`) chords decide;
/// only what lies in another direction need be measured.
pub(super) struct Search<'a> {
    line: &'a Line,
    target: &'a Target,
    /// How many feet were worked out: the cost of the search, near enough.
    pub(super) feet: usize,
}

impl<'a> Search<'a> {
    pub(super) fn new(line: &'a Line, target: &'a Target) -> Self {
        Self { line, target, feet: 0 }
    }

    /// The place with the shortest chord, if a geodesic of `limit_m` may reach it.
    pub(super) fn shortest_chord(&mut self, limit_m: f64) -> Option<Candidate> {
        let tree = &self.line.vertex_tree;
        let mut limit_m = chord_reach_m(limit_m);
        let mut best = None;
        let mut stack = vec![(VertexTree::ROOT, f64::NEG_INFINITY)];
        while let Some((id, floor_m)) = stack.pop() {
            if floor_m > limit_m {
                continue;
            }
            if let Some((left, right)) = tree.children(id) {
                let floor_m = |id| tree.node(id).floor_m(self.target.surface);
                let (left, right) = ((left, floor_m(left)), (right, floor_m(right)));
                stack.extend(if left.1 < right.1 { [right, left] } else { [left, right] });
                continue;
            }
            for arc in tree.arcs(tree.node(id), self.target.surface, limit_m) {
                if let Some(candidate) = self.foot_within(arc, limit_m) {
                    limit_m = candidate.foot.chord_m - SAME_M.min(1e-7 * candidate.foot.chord_m.max(1.0));
                    best = Some(candidate);
                    // Nothing is nearer than here.
                    limit_m = if candidate.foot.chord_m < HERE_M { f64::NEG_INFINITY } else { limit_m };
                }
            }
        }
        best
    }

    /// The places that may be nearer than `limit_m` along the geodesic, or the first of those as near as `nearest`
    /// to `tie_m`, in the order of the route; `nearest` is among them.
    pub(super) fn ties(&mut self, nearest: Candidate, limit_m: f64, tie_m: f64) -> Vec<Candidate> {
        let tree = &self.line.vertex_tree;
        let place = self.place(&nearest);
        let around_m = same_direction_m(nearest.foot.chord_m, SAME_M);
        let (far_limit_m, near_limit_m) = (chord_reach_m(limit_m), nearest.foot.chord_m + tie_m - 2.0 * SAME_M);
        let mut first = nearest;
        let mut candidates = vec![nearest];
        let mut stack = vec![VertexTree::ROOT];
        while let Some(id) = stack.pop() {
            let node = tree.node(id);
            let floor_m = node.floor_m(self.target.surface);
            let is_late = floor_m > near_limit_m || node.least_arc as usize >= first.arc;
            if floor_m > far_limit_m || (is_late && node.ceiling_m(place) <= around_m) {
                continue;
            }
            if let Some((left, right)) = tree.children(id) {
                let is_left_first = tree.node(left).least_arc < tree.node(right).least_arc;
                stack.extend(if is_left_first { [right, left] } else { [left, right] });
                continue;
            }
            for arc in tree.arcs(node, self.target.surface, far_limit_m) {
                let is_near = tree.arc_ceiling_m(arc, place, self.target.surface, far_limit_m) <= around_m;
                if arc == nearest.arc || (is_near && arc >= first.arc) {
                    continue;
                }
                let found = self.foot_within(arc, if is_near { near_limit_m } else { far_limit_m });
                first = found.filter(|_| is_near).unwrap_or(first);
                candidates.extend(found.filter(|_| !is_near));
            }
        }
        candidates.push(first);
        candidates.sort_by_key(|candidate| candidate.arc);
        candidates.dedup_by(|next, last| self.is_one_place(last, next));
        candidates
    }

    /// The foot on an arc if its chord is at most `limit_m`.
    fn foot_within(&mut self, arc: usize, limit_m: f64) -> Option<Candidate> {
        if self.line.vertex_tree.arc_floor_m(arc, self.target.surface) > limit_m {
            return None;
        }
        let shape = &self.line.arcs[arc];
        if shape.angle_rad() > LONG_ARC_RAD {
            let limit_rad = geodesic_bounds_m(limit_m.max(0.0)).1 / MIN_RADIUS_M;
            if shape.is_farther_than(self.target.unit, limit_rad + 1e-12) {
                return None;
            }
        }
        self.feet += 1;
        let foot = shape.foot(self.target);
        (foot.chord_m <= limit_m).then_some(Candidate { arc, foot })
    }

    fn place(&self, candidate: &Candidate) -> Vector {
        surface(self.line.arcs[candidate.arc].at(candidate.foot.angle_rad))
    }

    /// Whether the next candidate is the last one again, or the vertex at which that one ended.
    fn is_one_place(&self, last: &Candidate, next: &Candidate) -> bool {
        let is_at_end = last.foot.angle_rad == self.line.arcs[last.arc].angle_rad();
        last.arc == next.arc || (last.arc + 1 == next.arc && is_at_end && next.foot.angle_rad == 0.0)
    }
}
