//! When two chargers are probably one.

mod spots;

pub use spots::{Spot, Spots};

use crate::charger::Charger;
use crate::new_charger::NewCharger;
use strsim::normalized_damerau_levenshtein;

/// Chargers this near to each other are at the same spot, in metres.
pub const SAME_SPOT_M: f64 = 30.0;
/// Names this alike (1 is equal) are the same name with a typing error or two.
const SAME_NAME: f64 = 0.75;

/// A name within another says something only when it is this long.
const TELLING_CHARS: usize = 4;

/// Whether a charger *at the same spot* is probably the one that is being added: a like name, or the same operator.
pub fn is_likely_duplicate(new: &NewCharger, existing: &Charger) -> bool {
    is_likely_named(new, &existing.name, existing.operator.as_deref())
}

/// As [`is_likely_duplicate`], where no more than name and operator is known of the other charger.
pub fn is_likely_named(new: &NewCharger, name: &str, operator: Option<&str>) -> bool {
    let same_operator = match (&new.operator, operator) {
        (Some(one), Some(other)) => one.trim().to_lowercase() == other.trim().to_lowercase(),
        _ => false,
    };
    same_operator || is_like(&new.name, name)
}

fn is_like(one: &str, other: &str) -> bool {
    let (plain_one, plain_other) = (plain(one), plain(other));
    if plain_one.is_empty() || plain_other.is_empty() {
        return one.trim() == other.trim();
    }
    let holds = |long: &str, short: &str| short.chars().count() >= TELLING_CHARS && long.contains(short);
    holds(&plain_one, &plain_other)
        || holds(&plain_other, &plain_one)
        || normalized_damerau_levenshtein(&plain_one, &plain_other) >= SAME_NAME
}

/// Letters and digits only, in lower case.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_alike_whatever_their_case_and_signs() {
        let alike = [
            ("Joe's Garage", "JOES GARAGE"),
            ("Main St Supercharger", "Main St. Superchargr"),
            ("City Hall", "City Hall Level 2"),
        ];
        for (one, other) in alike {
            assert!(is_like(one, other), "{one} {other}");
        }
        assert!(is_like("⚡⚡", "⚡⚡"));
        for (one, other) in [("Thruway Nissan", "City Hall"), ("⚡⚡", "City Hall"), ("A", "Hotel Adler"), ("", "x")]
        {
            assert!(!is_like(one, other), "{one} {other}");
        }
    }
}
