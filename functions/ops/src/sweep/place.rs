//! How far a sweep has come.

use domain::photo::{PROCESSED_PREFIX, RAW_PREFIX};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// Up to here everything has been looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Place {
    /// A photo's row; the objects come after all rows.
    Photo(Uuid),
    /// An object of the store.
    Object(String),
}

impl FromStr for Place {
    type Err = &'static str;

    /// # Errors
    /// For what no sweep ever said: a mistyped id, taken for a key, would pass over rows without a word.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(id) = Uuid::try_parse(text) {
            return Ok(Self::Photo(id));
        }
        let is_ours = [PROCESSED_PREFIX, RAW_PREFIX].into_iter().any(|prefix| text.starts_with(prefix));
        is_ours.then(|| Self::Object(text.to_owned())).ok_or("it must be a photo's id or an object's key")
    }
}

impl TryFrom<String> for Place {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        place.to_string()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Photo(id) => id.fmt(f),
            Self::Object(key) => key.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_no_sweep_ever_said_is_refused() {
        let id = Uuid::from_u128(7);
        assert_eq!(id.to_string().parse(), Ok(Place::Photo(id)));
        for key in ["processed/", "raw/charger/20261120/x"] {
            assert_eq!(key.parse(), Ok(Place::Object(key.to_owned())));
        }
        for wrong in ["", "zzz", &id.to_string()[1..]] {
            assert!(wrong.parse::<Place>().is_err(), "{wrong}");
        }
    }
}
