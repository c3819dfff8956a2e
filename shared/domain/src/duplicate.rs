//! When two chargers are probably one.

mod spots;

pub use spots::{Spot, Spots};

use crate::geo::Point;
use crate::new_charger::NewCharger;
use strsim::normalized_damerau_levenshtein;
use uuid::Uuid;

/// Chargers this near to each other are at the same spot, in metres.
pub const SAME_SPOT_M: f64 = 30.0;
/// Names this alike (1 is equal) are the same name with a typing error or two.
const SAME_NAME: f64 = 0.75;

/// A name within another says something only when it is this long.
const TELLING_CHARS: usize = 4;

/// A charger that stands already, as far as the question goes whether another is the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbour {
    /// The charger.
    pub id: Uuid,
    /// Where it is.
    pub point: Point,
    /// What people call it.
    pub name: String,
    /// Who runs it.
    pub operator: Option<String>,
}

impl Neighbour {
    /// Whether, standing *at the same spot*, it is probably the one that is being added: a like name, or the same operator.
    pub fn is_likely(&self, new: &NewCharger) -> bool {
        let same_operator = match (&new.operator, &self.operator) {
            (Some(one), Some(other)) => one.trim().to_lowercase() == other.trim().to_lowercase(),
            _ => false,
        };
        same_operator || is_like(&new.name, &self.name)
    }
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
    use crate::charger::Connector;
    use crate::geo::distance_m;
    use crate::vocabulary::Port;
    use proptest::prelude::*;

    fn new(name: &str, operator: Option<&str>, lat: f64, lng: f64) -> NewCharger {
        NewCharger {
            name: name.to_owned(),
            address: "1 Main St".to_owned(),
            point: Point::new(lat, lng).unwrap(),
            connectors: vec![Connector { port: Port::Ccs, power_kw: None, count: 1 }],
            total_ports: 1,
            operator: operator.map(str::to_owned),
            amenities: Vec::new(),
            notes: None,
            allow_duplicate: false,
        }
    }

    proptest! {
        #[test]
        fn two_places_of_one_spot_have_a_quarter_in_common(
            (lat, lng) in prop_oneof![
                (-90.0..=90.0_f64, -180.0..=180.0_f64),
                (89.9995..=90.0_f64, -180.0..=180.0_f64),
                (-1.0..=1.0_f64, 179.9997..=180.0_f64),
            ],
            (north_m, east_m) in (-30.0..=30.0_f64, -30.0..=30.0_f64),
        ) {
            let beside_lat = (lat + north_m / 111_320.0).clamp(-90.0, 90.0);
            let beside_lng = lng + east_m / (111_320.0 * lat.to_radians().cos().max(1e-9));
            let beside_lng = (beside_lng + 540.0).rem_euclid(360.0) - 180.0;
            let (one, other) = (new("A", None, lat, lng), new("B", None, beside_lat, beside_lng));
            prop_assume!(distance_m(one.point, other.point) <= SAME_SPOT_M);
            let (one, other) = (Spot::of(&one).unwrap().quarters(), Spot::of(&other).unwrap().quarters());
            prop_assert!(one.is_sorted() && one.len() <= 8, "{one:?}");
            prop_assert!(one.iter().any(|quarter| other.contains(quarter)), "{one:?} {other:?}");
        }
    }

    #[test]
    fn a_like_name_or_the_same_operator_within_thirty_metres_is_probably_the_same() {
        let wanted = new("City Hall", Some("Ionity "), 42.65, -73.75);
        let spot = Spot::of(&wanted).unwrap();
        // 0.0002 degrees of latitude are 22 m, 0.0004 are 44.
        let table = [
            ("City Hall Level 2", None, 42.6502, true),
            ("City Hall Level 2", None, 42.6504, false),
            ("Thruway", Some("IONITY"), 42.65, true),
            ("Thruway", Some("Tesla"), 42.65, false),
            ("Thruway", None, 42.65, false),
        ];
        for (name, operator, lat, expected) in table {
            let (point, operator) = (Point::new(lat, -73.75).unwrap(), operator.map(str::to_owned));
            let existing = Neighbour { id: Uuid::nil(), point, name: name.to_owned(), operator };
            let is_likely = spot.contains(existing.point) && existing.is_likely(&wanted);
            assert_eq!(is_likely, expected, "{existing:?}");
        }
        assert_eq!(Spot::of(&NewCharger { allow_duplicate: true, ..wanted }), None);
    }

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
