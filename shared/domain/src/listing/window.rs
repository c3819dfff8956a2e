//! One page of an unordered stream: keeps the items up to the end of the page and counts the rest, so that memory is bounded by
//! the page's reach and not by the area.

use super::{Listing, Placed};
use crate::cursor::Cursor;
use std::collections::BinaryHeap;

/// Collects one page.
#[derive(Debug)]
pub struct Window<'a> {
    listing: &'a Listing,
    /// The first items in the order, the last of them on top; one more than the page needs, to know whether a page follows.
    kept: BinaryHeap<Placed>,
    capacity: usize,
    total: u64,
}

impl<'a> Window<'a> {
    /// A window on the page that is asked for.
    pub fn new(listing: &'a Listing) -> Self {
        let capacity = listing.page.offset() as usize + listing.page.size as usize + 1;
        Self { listing, kept: BinaryHeap::new(), capacity, total: 0 }
    }

    /// Takes an item of the area into account.
    pub fn offer(&mut self, placed: Placed) {
        self.total += 1;
        if !self.listing.is_after_cursor(&placed) {
            return;
        }
        if self.kept.len() < self.capacity {
            self.kept.push(placed);
        } else if self.kept.peek().is_some_and(|last| placed < *last) {
            self.kept.pop();
            self.kept.push(placed);
        }
    }

    /// The page in order, how many items the area has, and the cursor behind the page if another follows.
    pub fn finish(self) -> (Vec<Placed>, u64, Option<Cursor>) {
        let sorted = self.kept.into_sorted_vec();
        let start = (self.listing.page.offset() as usize).min(sorted.len());
        let (page, next) = self.listing.cut(sorted[start..].to_vec());
        (page, self.total, next)
    }
}

impl Listing {
    /// Cuts a page out of sorted items that begin with it: the items, and the cursor behind them if more follow.
    pub fn cut(&self, sorted: Vec<Placed>) -> (Vec<Placed>, Option<Cursor>) {
        self.page.cut(sorted, |page, last| self.cursor_after(page, last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::charger::Candidate;
    use crate::geo::Point;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn candidates(seeds: &[u16]) -> Vec<Candidate> {
        let candidate = |(index, seed): (usize, &u16)| Candidate {
            id: Uuid::from_u128(index as u128),
            point: Point::new(42.0 + f64::from(seed % 50) / 1000.0, -73.0).unwrap(),
            created_at: Timestamp::from_micros(i64::from(seed % 7)),
            verification_level: 1,
        };
        seeds.iter().enumerate().map(candidate).collect()
    }

    proptest! {
        #[test]
        fn the_pages_of_every_order_put_together_are_the_whole_set_in_order(
            seeds in prop::collection::vec(any::<u16>(), 0..60), size in 1_usize..9, by_distance: bool, by_cursor: bool
        ) {
            let sort = if by_distance { "distance" } else { "created" };
            let base = format!("user_lat=42&user_lng=-73&max_distance=4&sort={sort}&page_size={size}");
            let all = candidates(&seeds);
            let first = Listing::from_query(&base).unwrap();
            let mut expected: Vec<_> = all.iter().filter_map(|c| first.place(c)).collect();
            expected.sort();
            let (mut seen, mut next) = (Vec::new(), Some(base.clone()));
            while let Some(query) = next {
                let listing = Listing::from_query(&query).unwrap();
                let mut window = Window::new(&listing);
                all.iter().filter_map(|c| listing.place(c)).for_each(|placed| window.offer(placed));
                let (page, total, cursor) = window.finish();
                prop_assert_eq!(total as usize, expected.len());
                seen.extend(page);
                next = cursor.map(|cursor| if by_cursor {
                    format!("{base}&cursor={}", cursor.encode())
                } else {
                    format!("{base}&page={}", listing.page.number + 1)
                });
            }
            prop_assert_eq!(seen, expected);
        }
    }
}
