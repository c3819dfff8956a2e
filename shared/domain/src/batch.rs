//! Many new chargers at once, each judged for itself: what is not valid and what stands there already is left out and named, and the
//! others are added.

use crate::duplicate::{Neighbour, Spot, Spots};
use crate::fields::{Fields, parse_body};
use crate::geo::{KeyRange, union};
use crate::new_charger::NewCharger;
use crate::{FieldError, Result};
use serde::Serialize;
use std::ops::RangeInclusive;
use uuid::Uuid;

/// How many chargers a batch may hold.
pub const SIZE: RangeInclusive<usize> = 1..=1_000;

/// Bad fields that are named of one charger, and those that it may be, at most: the answer to a whole batch fits into 6 MB.
const MAX_NAMED: usize = 10;
/// Chargers that one may be, as far as an answer names them.
pub const MAX_CANDIDATES: usize = 10;

/// A batch: each charger, or what is wrong with it.
#[derive(Clone, Debug)]
pub struct Batch {
    items: Vec<Result<NewCharger, Vec<FieldError>>>,
}

/// What became of one charger of a batch.
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum ItemResult {
    /// It is added.
    Created {
        /// Its place in the batch.
        index: usize,
        /// The id that it got.
        id: Uuid,
    },
    /// It is not valid.
    Invalid {
        /// Its place in the batch.
        index: usize,
        /// The bad fields, the first ten of them.
        errors: Vec<FieldError>,
    },
    /// It is probably one that stands already, or that came earlier in the batch.
    Duplicate {
        /// Its place in the batch.
        index: usize,
        /// Those that it may be, ten at most.
        candidates: Vec<Uuid>,
    },
}

impl Batch {
    /// Reads the body of `POST /chargers/batch`; `allow_duplicate` there holds for every charger.
    ///
    /// # Errors
    /// Bad input for what is wrong with the batch itself; never for what is wrong with a charger.
    pub fn from_body(body: &[u8]) -> Result<Self> {
        let object = parse_body(body)?;
        let mut fields = Fields::new(&object);
        let chargers = fields.required("chargers", |f, name| f.array(name, SIZE)).unwrap_or_default();
        let allows_duplicates = fields.boolean("allow_duplicate").unwrap_or(false);
        fields.finish()?;
        let read = |item| match NewCharger::from_item(item) {
            Ok(mut charger) => {
                charger.allow_duplicate |= allows_duplicates;
                Ok(charger)
            }
            Err(error) => Err(error.fields().iter().take(MAX_NAMED).cloned().collect()),
        };
        Ok(Self { items: chargers.iter().map(read).collect() })
    }

    /// The valid chargers with their places in the batch.
    pub fn valid(&self) -> impl Iterator<Item = (usize, &NewCharger)> {
        self.items.iter().enumerate().filter_map(|(index, item)| Some((index, item.as_ref().ok()?)))
    }

    /// Where to look for those that stand already: sorted, disjoint.
    pub fn ranges(&self) -> Vec<KeyRange> {
        let spots = self.valid().filter_map(|(_, charger)| Spot::of(charger));
        union(spots.flat_map(|spot| spot.ranges().to_vec()).collect())
    }

    /// Decides on every charger; `neighbours` stand in the batch's ranges, and `id_of` is the id that a charger gets, by its place.
    pub fn decide(&self, neighbours: Vec<Neighbour>, id_of: impl Fn(usize) -> Uuid) -> Vec<ItemResult> {
        let mut known = Spots::default();
        for neighbour in neighbours {
            known.insert(neighbour.point, neighbour);
        }
        let decide = |(index, item): (usize, &Result<NewCharger, Vec<FieldError>>)| match item {
            Err(errors) => ItemResult::Invalid { index, errors: errors.clone() },
            Ok(charger) => {
                let candidates = candidates(charger, &known);
                if !candidates.is_empty() {
                    return ItemResult::Duplicate { index, candidates };
                }
                let NewCharger { point, name, operator, .. } = charger.clone();
                known.insert(point, Neighbour { id: id_of(index), point, name, operator });
                ItemResult::Created { index, id: id_of(index) }
            }
        };
        self.items.iter().enumerate().map(decide).collect()
    }
}

/// Those that the charger may be; none where it is wanted all the same.
fn candidates(charger: &NewCharger, known: &Spots<Neighbour>) -> Vec<Uuid> {
    let Some(spot) = Spot::of(charger) else { return Vec::new() };
    let mut ids: Vec<Uuid> = known.at(&spot).filter(|other| other.is_likely(charger)).map(|other| other.id).collect();
    ids.sort_unstable();
    ids.truncate(MAX_CANDIDATES);
    ids
}

#[cfg(test)]
mod tests;
