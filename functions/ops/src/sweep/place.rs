//! How far a sweep has come.

use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// Up to here everything has been looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Place {
    /// A photo's row; the objects come after all rows.
    Photo(Uuid),
    /// An object of the store.
    Object(String),
}

impl From<String> for Place {
    fn from(text: String) -> Self {
        Uuid::try_parse(&text).map_or(Self::Object(text), Self::Photo)
    }
}

impl FromStr for Place {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.to_owned().into())
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
