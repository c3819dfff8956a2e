use s2::cell::Cell;
use s2::latlng::LatLng;
use s2::r1::interval::Interval as Latitudes;
use s2::rect::Rect;
use s2::s1::interval::{FULL, Interval as Longitudes};

use super::BoundingBox;
use super::cover::{Area, Overlap};

/// Room for rounding in latitudes, and in longitudes at the equator: 6 µm.
const ROUNDING_RAD: f64 = 1e-12;
const METERS_PER_DEGREE: f64 = 111_195.0;
/// Cells along the shorter side of a box at the finest.
const CELLS_PER_SIDE: f64 = 16.0;

/// A box as a rectangle of latitudes and longitudes in radians.
pub(super) struct BoxCover {
    rect: Rect,
    finest_cell_m: f64,
}

impl BoxCover {
    pub(super) fn new(area: &BoundingBox) -> Self {
        let lat = Latitudes::new(area.south().to_radians(), area.north().to_radians());
        let lng = if area.width_deg() >= 360.0 {
            FULL
        } else {
            Longitudes::new(area.west().to_radians(), area.east().to_radians())
        };
        let middle_rad = (0.5 * (area.south() + area.north())).to_radians();
        let shorter_deg = (area.north() - area.south()).min(area.width_deg() * middle_rad.cos());
        Self { rect: Rect { lat, lng }, finest_cell_m: shorter_deg * METERS_PER_DEGREE / CELLS_PER_SIDE }
    }
}

impl Area for BoxCover {
    fn finest_cell_m(&self) -> f64 {
        self.finest_cell_m
    }

    fn root(&self) -> Vec<u32> {
        Vec::new()
    }

    fn overlap(&mut self, cell: &Cell, _inherited: &[u32], _survivors: &mut Vec<u32>, _is_finest: bool) -> Overlap {
        let bound = with_room(&cell.rect_bound());
        if !self.rect.intersects(&bound) {
            Overlap::Outside
        } else if self.rect.contains(&bound) {
            Overlap::Inside
        } else {
            Overlap::Boundary
        }
    }
}

/// The rectangle and what rounding may put into its cells: a corner of a cell is good to a share of the sphere, which
/// towards a pole is ever more longitude.
fn with_room(rect: &Rect) -> Rect {
    let cos = rect.lat.lo.abs().max(rect.lat.hi.abs()).cos();
    let lng_rad = (ROUNDING_RAD / cos.max(ROUNDING_RAD)).min(std::f64::consts::PI);
    rect.expanded(&LatLng::from_radians(ROUNDING_RAD, lng_rad))
}
