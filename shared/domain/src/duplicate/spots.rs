//! What stands at one spot with what, among thousands: an ordered map over the keys of places instead of every distance.

use super::SAME_SPOT_M;
use crate::geo::{Disc, KeyRange, Point, cell_key, cover_disc};
use crate::new_charger::NewCharger;
use std::collections::BTreeMap;

/// Bits of a cell key within one quarter: a cell of level 14, some 500 m across.
const QUARTER_BITS: u32 = 2 * (30 - 14);

/// The spot of a charger: everything within [`SAME_SPOT_M`] of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    disc: Disc,
    ranges: Vec<KeyRange>,
}

impl Spot {
    /// The spot around a place.
    pub fn around(point: Point) -> Option<Self> {
        let disc = Disc::new(point, SAME_SPOT_M)?;
        Some(Self { ranges: cover_disc(&disc), disc })
    }

    /// Where to look before a charger is added; nowhere, where it is wanted whatever stands there.
    pub fn of(new: &NewCharger) -> Option<Self> {
        Self::around(new.point).filter(|_| !new.allow_duplicate)
    }

    /// Whether a place is at the spot.
    pub fn contains(&self, point: Point) -> bool {
        self.disc.contains(point)
    }

    /// The quarters that the spot touches, ascending. Two places within [`SAME_SPOT_M`] of each other have one in common: whoever
    /// adds a charger and holds its quarters adds it alone.
    pub fn quarters(&self) -> Vec<i32> {
        // 33 bits less one: six faces of 2^28 cells fit.
        let quarter = |key: i64| (key >> QUARTER_BITS) as i32;
        let mut quarters: Vec<i32> =
            self.ranges.iter().flat_map(|range| quarter(range.lo)..=quarter(range.hi)).collect();
        quarters.sort_unstable();
        quarters.dedup();
        quarters
    }

    /// The keys of every place of the spot, and few others.
    pub fn ranges(&self) -> &[KeyRange] {
        &self.ranges
    }
}

/// Things with their places.
#[derive(Clone, Debug)]
pub struct Spots<T>(BTreeMap<i64, Vec<(Point, T)>>);

impl<T> Default for Spots<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Spots<T> {
    /// Puts a thing at its place.
    pub fn insert(&mut self, point: Point, thing: T) {
        self.0.entry(cell_key(point)).or_default().push((point, thing));
    }

    /// The things at a spot, in the order of their keys.
    pub fn at<'a>(&'a self, spot: &'a Spot) -> impl Iterator<Item = &'a T> {
        let near =
            spot.ranges.iter().flat_map(|range| self.0.range(range.lo..=range.hi)).flat_map(|(_, things)| things);
        near.filter(|(point, _)| spot.contains(*point)).map(|(_, thing)| thing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::distance_m;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_spot_holds_exactly_what_is_near_enough(
            places in prop::collection::vec((42.0..42.002, 179.999..=180.0), 1..60),
            center in (42.0..42.002, 179.999..=180.0),
        ) {
            let point = |(lat, lng)| Point::new(lat, lng).unwrap();
            let mut spots = Spots::default();
            places.iter().enumerate().for_each(|(index, place)| spots.insert(point(*place), index));
            let mut found: Vec<usize> = spots.at(&Spot::around(point(center)).unwrap()).copied().collect();
            found.sort_unstable();
            let near = |place: &(f64, f64)| distance_m(point(*place), point(center)) <= SAME_SPOT_M;
            let expected: Vec<usize> = (0..places.len()).filter(|index| near(&places[*index])).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
