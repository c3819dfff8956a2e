use std::ops::Range;

use s2::cell::Cell;
use s2::cellid::CellID;

use super::cell::KeyRange;
use super::cover_box::BoxCover;
use super::cover_line::LineCover;
use super::ranges::{coalesced, merge_to_cap};
use super::{BoundingBox, Disc, Line};

/// The most key ranges a covering has.
pub const MAX_RANGES: usize = 2_000;

/// The average edge of a cell of level 0 in metres; each level halves it.
const FACE_EDGE_M: f64 = 9_296_000.0;
/// Cells of this level are 0.6 m wide: finer than any position.
const FINEST_LEVEL: u32 = 24;
/// A level with more runs of keys than this would only be merged back.
const MAX_RUNS: usize = 4 * MAX_RANGES;
/// Each level has about twice the runs of the one before: from here on the next one would be too many.
const RUNS_TO_REFINE: usize = MAX_RUNS / 2;
/// Bounds on the work of a level, for shapes that no road has (twenty thousand lines across the globe).
const MAX_CELLS: usize = 1 << 16;
const MAX_INHERITED: usize = 1 << 20;

/// How a cell lies to an area.
pub(super) enum Overlap {
    Outside,
    Inside,
    Boundary,
}

/// An area that the descent can test cells against. It may call a cell a boundary cell needlessly, but never
/// outside or inside wrongly.
pub(super) trait Area {
    /// The cell width in metres below which finer cells are no longer worth their ranges.
    fn finest_cell_m(&self) -> f64;

    /// What the six faces inherit.
    fn root(&self) -> Vec<u32>;

    /// Tests a cell, given what survived in its parent; what survives in this cell is appended to `survivors`.
    /// At the finest level only `Outside` matters, as nothing is refined any more.
    fn overlap(&mut self, cell: &Cell, inherited: &[u32], survivors: &mut Vec<u32>, is_finest: bool) -> Overlap;
}

/// The keys of every point within the disc, and few others: sorted, disjoint, at most `MAX_RANGES`.
pub fn cover_disc(disc: &Disc) -> Vec<KeyRange> {
    let line = Line::at_point(disc.center());
    // A disc has few cells: afford finer ones than along a line.
    cover(&mut LineCover::new(&line, disc.radius_m(), disc.radius_m() / 8.0))
}

/// The keys of every point within the box, and few others: sorted, disjoint, at most `MAX_RANGES`.
pub fn cover_box(area: &BoundingBox) -> Vec<KeyRange> {
    cover(&mut BoxCover::new(area))
}

/// The keys of every point within a geodesic distance of the line, and few others: sorted, disjoint, at most
/// `MAX_RANGES`. A radius in metres below zero, or none, is zero.
pub fn cover_corridor(line: &Line, radius_m: f64) -> Vec<KeyRange> {
    let radius_m = radius_m.max(0.0);
    cover(&mut LineCover::new(line, radius_m, radius_m / 2.0))
}

/// A cell in the area.
struct Covered {
    cell: Cell,
    /// Where the survivors of a boundary cell stand in the level's list; `None` for a cell wholly inside.
    survivors: Option<Range<usize>>,
}

/// The cells of an area at one step of the descent, in the order of their keys.
#[derive(Default)]
struct Level {
    cells: Vec<Covered>,
    survivors: Vec<u32>,
    /// How many ranges the cells make once neighbours are joined.
    runs: usize,
}

/// Descends from the six faces, level by level, as long as a finer level pays.
fn cover(area: &mut impl Area) -> Vec<KeyRange> {
    let root = area.root();
    let mut level = Level::default();
    for face in 0..6 {
        level.test(area, Cell::from(CellID::from_face(face)), &root, false);
    }
    let finest = finest_level(area.finest_cell_m());
    for number in 1..=finest {
        match level.refined(area, number == finest) {
            Some(finer) => level = finer,
            None => break,
        }
    }
    let ranges = level.cells.iter().map(|covered| KeyRange::of_cell(&covered.cell.id));
    merge_to_cap(coalesced(ranges), MAX_RANGES)
}

/// The first level whose cells are no wider than this.
fn finest_level(cell_m: f64) -> u32 {
    // Zero metres give infinity, which the cast and the bound make the finest level of all.
    ((FACE_EDGE_M / cell_m).log2().ceil().max(0.0) as u32).min(FINEST_LEVEL)
}

impl Level {
    fn test(&mut self, area: &mut impl Area, cell: Cell, inherited: &[u32], is_finest: bool) {
        let before = self.survivors.len();
        match area.overlap(&cell, inherited, &mut self.survivors, is_finest) {
            Overlap::Boundary => self.push(cell, Some(before..self.survivors.len())),
            Overlap::Inside => {
                self.survivors.truncate(before);
                self.push(cell, None);
            }
            Overlap::Outside => self.survivors.truncate(before),
        }
    }

    fn push(&mut self, cell: Cell, survivors: Option<Range<usize>>) {
        let range = KeyRange::of_cell(&cell.id);
        let last = self.cells.last().map(|last| KeyRange::of_cell(&last.cell.id));
        if last.is_none_or(|last| last.hi + 1 != range.lo) {
            self.runs += 1;
        }
        self.cells.push(Covered { cell, survivors });
    }

    /// The next level, or `None` where nothing is left to refine or it would be too much.
    fn refined(&self, area: &mut impl Area, is_finest: bool) -> Option<Self> {
        let is_done = self.cells.iter().all(|covered| covered.survivors.is_none());
        if is_done || self.runs > RUNS_TO_REFINE {
            return None;
        }
        let mut finer = Self::default();
        for Covered { cell, survivors } in &self.cells {
            match survivors {
                None => finer.push(cell.clone(), None),
                Some(survivors) => {
                    let inherited = &self.survivors[survivors.clone()];
                    for child in cell.children().into_iter().flatten() {
                        finer.test(area, child, inherited, is_finest);
                    }
                }
            }
            if finer.is_too_much() {
                return None;
            }
        }
        Some(finer)
    }

    fn is_too_much(&self) -> bool {
        self.runs > MAX_RUNS || self.cells.len() > MAX_CELLS || self.survivors.len() > MAX_INHERITED
    }
}
