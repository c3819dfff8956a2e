use s2::cell::Cell;
use s2::r3::vector::Vector;

use super::Line;
use super::cover::{Area, Overlap};
use super::ellipsoid::MIN_RADIUS_M;
use super::sphere::angle_rad;
use super::tree::{Node, Tree};

/// Room for rounding in the caps of cells and in the reach: 6 µm.
const ROUNDING_RAD: f64 = 1e-12;

/// Everything within a distance of a line, on the unit sphere. What a cell inherits are the nodes of the line's tree
/// that may be within reach of it.
pub(super) struct LineCover<'a> {
    line: &'a Line,
    reach_rad: f64,
    finest_cell_m: f64,
    stack: Vec<u32>,
}

/// A cap around a cell.
struct CellCap {
    center: Vector,
    radius_rad: f64,
}

impl<'a> LineCover<'a> {
    pub(super) fn new(line: &'a Line, radius_m: f64, finest_cell_m: f64) -> Self {
        // The smallest radius of curvature gives the greatest angle, so nothing within the radius is missed.
        let reach_rad = radius_m / MIN_RADIUS_M + ROUNDING_RAD;
        Self { line, reach_rad, finest_cell_m, stack: Vec::new() }
    }

    /// The least angle from a unit vector to what the node stands for, if within `limit_rad` of it.
    fn angle_within_rad(&self, node: &Node, unit: Vector, limit_rad: f64) -> Option<f64> {
        if node.is_leaf() {
            let arc = &self.line.arcs[node.first as usize];
            return (!arc.is_farther_than(unit, limit_rad)).then(|| arc.angle_to_rad(unit));
        }
        // The chord is less than the angle: what it puts out of reach needs no trigonometry.
        let is_near = (unit - node.center).norm2() <= limit_rad * limit_rad;
        is_near.then(|| angle_rad(unit, node.center))
    }
}

impl Area for LineCover<'_> {
    fn finest_cell_m(&self) -> f64 {
        self.finest_cell_m
    }

    fn root(&self) -> Vec<u32> {
        vec![Tree::ROOT]
    }

    fn overlap(&mut self, cell: &Cell, inherited: &[u32], survivors: &mut Vec<u32>, is_finest: bool) -> Overlap {
        let cap = CellCap::new(cell);
        let before = survivors.len();
        // Nodes much smaller than the cell say nothing more about it, except where it is not split any further.
        let detail = if is_finest { 0.25 } else { 0.5 };
        let split_above_rad = detail * cap.radius_rad.max(0.1 * self.reach_rad);
        for &heir in inherited {
            self.stack.push(heir);
            while let Some(id) = self.stack.pop() {
                let node = self.line.tree.node(id);
                // A leaf is measured to its arc itself.
                let extent_rad = if node.is_leaf() { 0.0 } else { node.radius_rad };
                let limit_rad = self.reach_rad + cap.radius_rad + extent_rad;
                let Some(angle_rad) = self.angle_within_rad(node, cap.center, limit_rad) else {
                    continue;
                };
                let is_inside = angle_rad + extent_rad + cap.radius_rad <= self.reach_rad;
                let is_small = extent_rad <= split_above_rad;
                if is_inside || (is_finest && is_small) {
                    self.stack.clear();
                    return Overlap::Inside;
                }
                if is_small {
                    survivors.push(id);
                } else {
                    let (left, right) = self.line.tree.children(id);
                    self.stack.extend([right, left]);
                }
            }
        }
        if survivors.len() == before { Overlap::Outside } else { Overlap::Boundary }
    }
}

impl CellCap {
    fn new(cell: &Cell) -> Self {
        let center = cell.center().0;
        let chord_squared = |vertex: Vector| (vertex - center).norm2();
        let vertices = cell.vertices().map(|vertex| vertex.0);
        let farthest =
            vertices.into_iter().fold(center, |a, b| if chord_squared(a) < chord_squared(b) { b } else { a });
        Self { center, radius_rad: angle_rad(center, farthest) + ROUNDING_RAD }
    }
}
