use s2::r3::vector::Vector;

use super::arc::Arc;
use super::sphere::angle_rad;

/// A binary tree of caps over consecutive arcs; a leaf is one arc.
///
/// The nodes stand in the order of a walk from the root, left before right, so that a node's children are found
/// from its count alone.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

/// All of `count` arcs from number `first` on lie within `radius_rad` of the unit vector `center`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) center: Vector,
    pub(super) radius_rad: f64,
    pub(super) first: u32,
    pub(super) count: u32,
}

impl Tree {
    pub(super) const ROOT: u32 = 0;

    /// A tree over at least one arc.
    pub(super) fn new(arcs: &[Arc]) -> Self {
        let mut nodes = Vec::with_capacity(2 * arcs.len());
        push_subtree(arcs, 0, &mut nodes);
        Self { nodes }
    }

    pub(super) fn node(&self, id: u32) -> &Node {
        &self.nodes[id as usize]
    }

    /// The two halves of a node that is no leaf, in the order of their arcs.
    pub(super) fn children(&self, id: u32) -> (u32, u32) {
        let left_count = self.node(id).count / 2;
        // A tree of n leaves has 2 n - 1 nodes.
        (id + 1, id + 2 * left_count)
    }
}

impl Node {
    pub(super) fn is_leaf(&self) -> bool {
        self.count == 1
    }
}

fn push_subtree(arcs: &[Arc], first: u32, nodes: &mut Vec<Node>) -> Node {
    let place = nodes.len();
    if let [arc] = arcs {
        let half_rad = 0.5 * arc.angle_rad();
        let leaf = Node { center: arc.at(half_rad), radius_rad: half_rad, first, count: 1 };
        nodes.push(leaf);
        return leaf;
    }
    let (left, right) = arcs.split_at(arcs.len() / 2);
    nodes.push(Node { center: Vector::new(0.0, 0.0, 1.0), radius_rad: 0.0, first, count: arcs.len() as u32 });
    let left_node = push_subtree(left, first, nodes);
    let right_node = push_subtree(right, first + left.len() as u32, nodes);
    nodes[place] = enclosing(&left_node, &right_node);
    nodes[place]
}

/// A cap around two caps; the smallest one where they are small and neither holds the other.
fn enclosing(a: &Node, b: &Node) -> Node {
    let apart_rad = angle_rad(a.center, b.center);
    // The ends of the smallest cap are the far sides of both: weigh the centres accordingly.
    let weight_a = (apart_rad + a.radius_rad - b.radius_rad).max(0.0);
    let weight_b = (apart_rad + b.radius_rad - a.radius_rad).max(0.0);
    let mean = a.center * weight_a + b.center * weight_b;
    let center = if mean.norm2() > 0.0 { mean.normalize() } else { a.center };
    let reach_rad = |node: &Node| angle_rad(center, node.center) + node.radius_rad;
    let radius_rad = reach_rad(a).max(reach_rad(b));
    Node { center, radius_rad, first: a.first, count: a.count + b.count }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::Point;

    #[test]
    fn every_node_holds_the_arcs_that_it_counts() {
        let vertex = |i: u32| {
            let turn = f64::from(i);
            Point::new(80.0 * (turn * 0.7).sin(), 180.0 * (turn * 1.3).sin()).unwrap().to_unit()
        };
        for arc_count in [1, 2, 3, 7, 64] {
            let arcs: Vec<_> = (0..arc_count).map(|i| Arc::new(vertex(i), vertex(i + 1))).collect();
            let tree = Tree::new(&arcs);
            assert_eq!(tree.nodes.len(), 2 * arcs.len() - 1);
            for (id, node) in tree.nodes.iter().enumerate() {
                for arc in &arcs[node.first as usize..][..node.count as usize] {
                    for step in 0..=10 {
                        let place = arc.at(arc.angle_rad() * f64::from(step) / 10.0);
                        assert!(angle_rad(place, node.center) <= node.radius_rad + 1e-12);
                    }
                }
                if !node.is_leaf() {
                    let (left, right) = tree.children(id as u32);
                    assert_eq!(tree.node(left).first, node.first);
                    assert_eq!(tree.node(right).first, node.first + tree.node(left).count);
                    assert_eq!(tree.node(left).count + tree.node(right).count, node.count);
                }
            }
        }
    }
}
