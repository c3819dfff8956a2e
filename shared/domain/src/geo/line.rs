use std::fmt;

use s2::r3::vector::Vector;

use super::Point;
use super::arc::Arc;
use super::tree::Tree;
use super::vertex_tree::VertexTree;

/// The most vertices a line may have.
pub const MAX_VERTICES: usize = 20_000;

/// Vertices nearer to each other than this (6 µm) are one.
const SAME_PLACE_RAD: f64 = 1e-12;
/// Neighbours nearer than this (64 km) to being antipodes have no reliable great circle between them.
const ANTIPODAL_RAD: f64 = 0.01;

/// A route made ready for projection and covering: great-circle arcs between its vertices.
///
/// An arc is exact however long it is, so nothing needs densifying and memory grows with the vertices alone. Doubled
/// vertices, closed loops, self-crossings, ±180° and the poles are ordinary. A line whose vertices all are the same
/// has no length and acts as that point.
#[derive(Clone, Debug)]
pub struct Line {
    pub(super) arcs: Vec<Arc>,
    /// The position in metres at which each arc starts, and the length of the line at the end.
    pub(super) starts_m: Vec<f64>,
    pub(super) tree: Tree,
    pub(super) vertex_tree: VertexTree,
    pub(super) is_closed: bool,
}

/// Why vertices make no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineError {
    /// Fewer than two vertices.
    TooFewVertices {
        /// How many there are.
        count: usize,
    },
    /// More than `MAX_VERTICES`.
    TooManyVertices {
        /// How many there are.
        count: usize,
    },
    /// A vertex and the next one lie on (nearly) opposite sides of the globe: any way round is as short.
    NearAntipodal {
        /// The index of the first of the two, from 0.
        index: usize,
    },
}

impl Line {
    /// A line through 2 to `MAX_VERTICES` vertices.
    pub fn new(vertices: Vec<Point>) -> Result<Self, LineError> {
        match vertices.len() {
            count @ ..2 => return Err(LineError::TooFewVertices { count }),
            count if count > MAX_VERTICES => return Err(LineError::TooManyVertices { count }),
            _ => {}
        }
        let mut arcs = Vec::with_capacity(vertices.len() - 1);
        let first = vertices[0].to_unit();
        let mut last = first;
        for (index, vertex) in vertices.iter().enumerate().skip(1) {
            let unit = vertex.to_unit();
            if (unit + last).norm() < ANTIPODAL_RAD {
                return Err(LineError::NearAntipodal { index: index - 1 });
            }
            if (unit - last).norm() > SAME_PLACE_RAD {
                arcs.push(Arc::new(last, unit));
                last = unit;
            }
        }
        Ok(Self::from_arcs(arcs, first, last))
    }

    /// The line without length at a point.
    pub(super) fn at_point(point: Point) -> Self {
        Self::from_arcs(Vec::new(), point.to_unit(), point.to_unit())
    }

    fn from_arcs(mut arcs: Vec<Arc>, first: Vector, last: Vector) -> Self {
        let is_closed = arcs.len() > 1 && (first - last).norm() <= SAME_PLACE_RAD;
        if arcs.is_empty() {
            arcs.push(Arc::new(first, first));
        }
        let mut starts_m = Vec::with_capacity(arcs.len() + 1);
        let mut length_m = 0.0;
        for arc in &arcs {
            starts_m.push(length_m);
            length_m += arc.length_to_m(arc.angle_rad());
        }
        starts_m.push(length_m);
        let (tree, vertex_tree) = (Tree::new(&arcs), VertexTree::new(&arcs));
        Self { arcs, starts_m, tree, vertex_tree, is_closed }
    }

    /// The length along the line in metres on the ellipsoid.
    pub fn length_m(&self) -> f64 {
        self.starts_m[self.arcs.len()]
    }
}
impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewVertices { count } => write!(f, "a route needs at least 2 points, not {count}"),
            Self::TooManyVertices { count } => {
                write!(f, "a route may have at most {MAX_VERTICES} points, not {count}")
            }
            Self::NearAntipodal { index } => write!(
                f,
                "points {index} and {} lie on opposite sides of the globe: put a point between them",
                index + 1
            ),
        }
    }
}

impl std::error::Error for LineError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(vertices: &[(f64, f64)]) -> Result<Line, LineError> {
        Line::new(vertices.iter().map(|&(lat, lng)| Point::new(lat, lng).unwrap()).collect())
    }

    #[test]
    fn two_to_twenty_thousand_vertices_make_a_line() {
        assert_eq!(line(&[]).unwrap_err(), LineError::TooFewVertices { count: 0 });
        assert_eq!(line(&[(1.0, 1.0)]).unwrap_err(), LineError::TooFewVertices { count: 1 });
        let many = vec![(1.0, 1.0); MAX_VERTICES + 1];
        assert_eq!(line(&many).unwrap_err(), LineError::TooManyVertices { count: MAX_VERTICES + 1 });
        assert!(line(&many[1..]).is_ok());
    }

    #[test]
    fn antipodal_neighbours_are_refused_with_their_index() {
        for (first, second) in
            [((0.0, 0.0), (0.0, 180.0)), ((90.0, 0.0), (-90.0, 5.0)), ((40.0, 10.0), (-40.1, -170.0))]
        {
            let error = line(&[(1.0, 2.0), first, first, second]).unwrap_err();
            assert_eq!(error, LineError::NearAntipodal { index: 2 });
            assert!(error.to_string().contains("points 2 and 3"), "{error}");
        }
        assert!(line(&[(0.0, 0.0), (0.0, 179.0)]).is_ok());
    }

    #[test]
    fn doubled_vertices_add_nothing() {
        let plain = line(&[(1.0, 1.0), (2.0, 2.0), (3.0, 1.0)]).unwrap();
        let doubled = line(&[(1.0, 1.0), (1.0, 1.0), (2.0, 2.0), (2.0, 2.0), (3.0, 1.0), (3.0, 1.0)]).unwrap();
        assert_eq!(plain.length_m(), doubled.length_m());
        assert_eq!(doubled.arcs.len(), 2);
        assert_eq!(line(&[(5.0, 180.0), (5.0, -180.0)]).unwrap().length_m(), 0.0);
        assert_eq!(line(&[(90.0, 0.0), (90.0, 50.0)]).unwrap().length_m(), 0.0);
    }
}
