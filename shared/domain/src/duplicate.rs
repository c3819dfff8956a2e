//! When two chargers are probably one.

use crate::charger::Charger;
use crate::new_charger::NewCharger;
use strsim::normalized_damerau_levenshtein;

/// Chargers this near to each other are at the same spot, in metres.
pub const SAME_SPOT_M: f64 = 30.0;
/// Names this alike (1 is equal) are the same name with a typing error or two.
const SAME_NAME: f64 = 0.75;

/// Whether a charger *at the same spot* is probably the one that is being added: a like name, or the same operator.
pub fn is_likely_duplicate(new: &NewCharger, existing: &Charger) -> bool {
    let same_operator = match (&new.operator, &existing.operator) {
        (Some(one), Some(other)) => plain(one) == plain(other),
        _ => false,
    };
    same_operator || is_like(&plain(&new.name), &plain(&existing.name))
}

fn is_like(one: &str, other: &str) -> bool {
    one.contains(other) || other.contains(one) || normalized_damerau_levenshtein(one, other) >= SAME_NAME
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
            assert!(is_like(&plain(one), &plain(other)), "{one} {other}");
        }
        assert!(!is_like(&plain("Thruway Nissan"), &plain("City Hall")));
    }
}
