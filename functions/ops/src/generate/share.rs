//! Drawing from small tables.

use rand::RngExt;
use rand::rngs::ChaCha8Rng;

/// One of the things by their weights; `None` for what is left of `whole`.
pub(super) fn draw<'a, T>(random: &mut ChaCha8Rng, whole: u32, things: &'a [(u32, T)]) -> Option<&'a T> {
    let mut rest = random.random_range(0..whole);
    for (weight, thing) in things {
        match rest.checked_sub(*weight) {
            Some(more) => rest = more,
            None => return Some(thing),
        }
    }
    None
}
