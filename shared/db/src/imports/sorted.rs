//! A batch, sorted by what is to be done.

use super::{Batch, ImportOutcome, ImportedCharger};
use crate::charger_row::ChargerRow;
use std::collections::HashMap;
use uuid::Uuid;

/// What a batch makes of one charger, however often it names it: what reading it row by row would make of it.
#[derive(Clone, Copy)]
pub(super) struct Change<'a> {
    /// The id that it has or gets.
    pub(super) id: Uuid,
    /// What it begins with, if it is new.
    pub(super) first: &'a ImportedCharger,
    /// What it is in the end.
    pub(super) last: &'a ImportedCharger,
    /// The last amenities that were said.
    pub(super) amenity_mask: Option<i32>,
}

/// A batch, sorted; both lists are in its order.
pub(super) struct Sorted<'a> {
    pub(super) new: Vec<Change<'a>>,
    pub(super) changed: Vec<Change<'a>>,
    pub(super) outcome: ImportOutcome,
}

/// A charger while the batch is read.
struct State<'a> {
    id: Uuid,
    hash: Option<i64>,
    is_new: bool,
    change: Option<Change<'a>>,
}

impl<'a> Change<'a> {
    pub(super) fn row(&self, batch: &Batch<'a>) -> ChargerRow<'a> {
        let standing = self.first.standing(batch.now);
        ChargerRow {
            id: self.id,
            amenity_mask: self.amenity_mask.unwrap_or(0),
            verification_level: standing.verification_level,
            created_at: standing.created_at,
            ..batch.row(self.last)
        }
    }
}

impl<'a> State<'a> {
    fn known((source_id, id, hash): (&'a str, Uuid, Option<i64>)) -> (&'a str, Self) {
        (source_id, Self { id, hash, is_new: false, change: None })
    }

    fn take(&mut self, charger: &'a ImportedCharger) {
        let (first, amenity_mask) = self.change.map_or((charger, None), |change| (change.first, change.amenity_mask));
        let amenity_mask = charger.amenity_mask().or(amenity_mask);
        self.hash = Some(charger.hash);
        self.change = Some(Change { id: self.id, first, last: charger, amenity_mask });
    }
}

impl<'a> Sorted<'a> {
    /// Sorts a batch by what is `known` of its chargers: id in the data set, id here, hash.
    pub(super) fn sort(batch: Batch<'a>, known: impl Iterator<Item = (&'a str, Uuid, Option<i64>)>) -> Self {
        let (keys, mut states): (Vec<&str>, Vec<State<'a>>) = known.map(State::known).unzip();
        let mut places: HashMap<&str, usize> = keys.into_iter().zip(0..).collect();
        let mut outcome = ImportOutcome::default();
        for charger in batch.chargers {
            let place = *places.entry(&charger.source_id).or_insert(states.len());
            if place == states.len() {
                states.push(State { id: charger.id, hash: None, is_new: true, change: None });
                states[place].take(charger);
                outcome.imported += 1;
            } else if states[place].hash == Some(charger.hash) {
                outcome.unchanged += 1;
            } else {
                states[place].take(charger);
                outcome.updated += 1;
            }
        }
        let changes = |is_new| {
            let of_kind = states.iter().filter(move |state| state.is_new == is_new);
            of_kind.filter_map(|state| state.change).collect()
        };
        Self { new: changes(true), changed: changes(false), outcome }
    }
}
