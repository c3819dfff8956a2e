//! Geometry on WGS84: where a charger lies, how far it is from a point or a route, which keys to ask a database for.
//!
//! There is one definition of distance, the geodesic ([`distance_m`]), and one spatial index, the S2 space-filling
//! curve ([`cell_key`]). A query is an area: [`cover_disc`], [`cover_box`] and [`cover_corridor`] turn it into at
//! most [`MAX_RANGES`] key ranges that miss nothing; what the database hands back is then measured exactly, along a
//! route with [`Line::project_within`].
//!
//! A segment of a route is the great-circle arc between its vertices on the sphere of geodetic latitudes, kept in
//! closed form however long it is. The angle between two points of that sphere times the smallest radius of
//! curvature is never more than their geodesic, which is what makes the coverings safe. Projections are pruned by
//! straight chords through the ellipsoid instead, which tell the places of a heap apart from far away too.
//!
//! Measured by `examples/geo_bench.rs` (release profile, one thread of an AMD EPYC shared with other builds; median
//! of 31 coverings, average of some 20,000 to 40,000 projections of points in the ranges):
//!
//! | route | within | covering | ranges | projection | examined per point found |
//! |---|---|---|---|---|---|
//! | generated, 3412 km, 20,000 vertices (prepared in 10–14 ms) | 1 km | 20–31 ms | 2000 | 1.8–3.7 µs | 1.40 |
//! | | 5 km | 3.7 ms | 1013 | 2.1–3.8 µs | 1.26 |
//! | | 50 km | 0.4 ms | 125 | 2.6–4.7 µs | 1.20 |
//! | parked, 20,000 vertices within 2 m (prepared in 8–12 ms) | 1 km | 0.02 ms | 10 | 1.6–3.2 µs | 1.47 |
//! | | 5 km | 0.01 ms | 8 | 1.3–2.1 µs | 1.72 |
//! | | 50 km | 0.01 ms | 7 | 1.5–2.6 µs | 1.56 |
//! | real, 254 km, 2,558 vertices (prepared in 0.9 ms) | 1 km | 2.5 ms | 631 | 1.8–4.1 µs | 1.17 |
//! | | 5 km | 0.2 ms | 81 | 1.9–3.0 µs | 1.26 |
//! | | 50 km | 0.04 ms | 15 | 2.5–3.6 µs | 1.26 |

mod arc;
mod area;
mod cell;
mod cover;
mod cover_box;
mod cover_line;
mod distance;
mod ellipsoid;
mod line;
mod nearest;
mod point;
mod polyline;
mod projection;
mod ranges;
mod sphere;
mod tree;
mod vertex_tree;

pub use area::{BoundingBox, Disc};
pub use cell::{KeyRange, cell_key};
pub use cover::{MAX_RANGES, cover_box, cover_corridor, cover_disc};
pub use distance::distance_m;
pub use line::{Line, LineError, MAX_VERTICES};
pub use point::Point;
pub use polyline::{PolylineError, decode_polyline};
pub use projection::{ON_ROUTE_M, Projection, Side};
pub use ranges::union;
