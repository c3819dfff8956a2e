use s2::cellid::CellID;

use super::Point;

/// The position on the space-filling curve: the S2 leaf cell id of a point, halved.
///
/// Leaf ids are odd, so halving loses nothing, keeps the order, and fits the signed 64 bits of a database column
/// without ever being negative (a plain cast breaks the ranges that straddle 2^63).
pub fn cell_key(point: Point) -> i64 {
    leaf_key(CellID::from(point.to_lat_lng()))
}

/// A run of cell keys, both ends included: what `cell BETWEEN lo AND hi` asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyRange {
    /// The first key.
    pub lo: i64,
    /// The last key.
    pub hi: i64,
}

/// Keys of a cell of level 6, some 150 km across.
const REGION_KEYS: i64 = 1 << (2 * (30 - 6));

impl KeyRange {
    /// The range in pieces that end where cells of some 150 km across end: none of them holds more than one region does.
    pub fn by_region(self) -> impl Iterator<Item = Self> {
        let (first, last) = (self.lo.div_euclid(REGION_KEYS), self.hi.div_euclid(REGION_KEYS));
        (first..=last).map(move |region| {
            let begin = region * REGION_KEYS;
            // The last region of all ends where the numbers end.
            Self { lo: self.lo.max(begin), hi: self.hi.min(begin + (REGION_KEYS - 1)) }
        })
    }

    /// Every key within a cell of any level.
    pub(super) fn of_cell(id: &CellID) -> Self {
        Self { lo: leaf_key(id.range_min()), hi: leaf_key(id.range_max()) }
    }

    /// Whether the key lies in the range.
    pub fn contains(self, key: i64) -> bool {
        self.lo <= key && key <= self.hi
    }
}

fn leaf_key(leaf: CellID) -> i64 {
    // Six faces of 2^61 ids end below 2^63 once halved, so the cast keeps the value.
    (leaf.0 >> 1) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_key_is_never_negative_and_keeps_the_order_of_the_curve(
            (lat_a, lng_a) in (-90.0..=90.0_f64, -180.0..=180.0_f64),
            (lat_b, lng_b) in (-90.0..=90.0_f64, -180.0..=180.0_f64),
        ) {
            let (a, b) = (Point::new(lat_a, lng_a).unwrap(), Point::new(lat_b, lng_b).unwrap());
            let (id_a, id_b) = (CellID::from(a.to_lat_lng()), CellID::from(b.to_lat_lng()));
            prop_assert!(cell_key(a) >= 0);
            prop_assert_eq!(cell_key(a).cmp(&cell_key(b)), id_a.0.cmp(&id_b.0));
            prop_assert_eq!(CellID(((cell_key(a) as u64) << 1) | 1), id_a);
        }

        #[test]
        fn every_ancestor_of_a_point_holds_its_key(
            (lat, lng) in (-90.0..=90.0_f64, -180.0..=180.0_f64),
            level in 0_u64..=30,
        ) {
            let point = Point::new(lat, lng).unwrap();
            let ancestor = CellID::from(point.to_lat_lng()).parent(level);
            prop_assert!(KeyRange::of_cell(&ancestor).contains(cell_key(point)));
        }
    }

    #[test]
    fn the_regions_of_a_range_are_all_of_it_and_end_where_cells_end() {
        let whole = KeyRange { lo: 5, hi: 3 * REGION_KEYS };
        let regions: Vec<_> = whole.by_region().collect();
        assert_eq!((regions[0].lo, regions[3]), (5, KeyRange { lo: whole.hi, hi: whole.hi }));
        assert!(regions.windows(2).all(|pair| pair[0].hi + 1 == pair[1].lo && pair[1].lo % REGION_KEYS == 0));
        let region = KeyRange::of_cell(&CellID::from_face(3).child_begin_at_level(6));
        assert_eq!(region.by_region().collect::<Vec<_>>(), [region]);
        assert_eq!(KeyRange { lo: 0, hi: i64::MAX }.by_region().last().unwrap().hi, i64::MAX);
    }

    #[test]
    fn the_faces_follow_each_other_without_a_gap() {
        let faces: Vec<_> = (0..6).map(|face| KeyRange::of_cell(&CellID::from_face(face))).collect();
        assert_eq!(faces[0].lo, 0);
        assert!(faces.windows(2).all(|pair| pair[0].hi + 1 == pair[1].lo));
    }

    #[test]
    fn poles_and_antimeridian_have_keys() {
        for (lat, lng) in [(90.0, 0.0), (-90.0, 0.0), (0.0, 180.0), (0.0, -180.0), (90.0, 180.0)] {
            assert!(cell_key(Point::new(lat, lng).unwrap()) >= 0);
        }
    }
}
