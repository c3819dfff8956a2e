//! Which chargers are wanted, wherever they are: the same filter for listing and route search.

use crate::Timestamp;
use crate::fields::Fields;
use crate::query::Query;
use crate::vocabulary::{Amenity, Port};
use serde_json::json;

/// Levels that a charger can have.
pub const LEVELS: std::ops::RangeInclusive<i64> = 1..=5;
/// Charging power that is believed, in kW. The strongest public chargers give 3,750 kW (MCS).
pub const POWER_KW: std::ops::RangeInclusive<f64> = 0.1..=4_000.0;

/// What a charger must have to match.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// This verification level or a higher one.
    pub min_level: i16,
    /// At least one connector of these ports; 0 for any.
    pub port_mask: i32,
    /// All of these amenities; 0 for none asked.
    pub amenity_mask: i32,
    /// At least this power on a connector of the ports asked for; an unknown power never matches.
    pub min_power_kw: Option<f64>,
    /// Changed at this time or later.
    pub updated_since: Option<Timestamp>,
}

impl Default for Filter {
    /// Everything matches.
    fn default() -> Self {
        Self { min_level: 1, port_mask: 0, amenity_mask: 0, min_power_kw: None, updated_since: None }
    }
}

impl Filter {
    /// Whether every charger matches.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Reads `verification_level, port_type, amenity, min_power_kw, updated_since` from a query string.
    pub fn from_query(query: &mut Query) -> Self {
        let min_level = query.integer("verification_level", LEVELS).unwrap_or(1) as i16;
        let port_mask = Port::mask(&query.words("port_type", Port::parse, &Port::list()));
        let amenity_mask = Amenity::mask(&query.words("amenity", Amenity::parse, &Amenity::list()));
        let min_power_kw = query.number("min_power_kw", POWER_KW);
        let time = || json!({"type": "string", "format": "date-time"});
        let updated_since = query.one_like("updated_since", time).and_then(|text| {
            let time = Timestamp::parse(&text);
            if time.is_none() {
                query.refuse("updated_since", "wrong_type", TIME_HELP);
            }
            time
        });
        Self { min_level, port_mask, amenity_mask, min_power_kw, updated_since }
    }

    /// Reads the same names from a body; `port_type` and `amenity` are lists there.
    pub fn from_fields(fields: &mut Fields<'_>) -> Self {
        let min_level = fields.integer("verification_level", LEVELS).unwrap_or(1) as i16;
        let ports = fields.words("port_type", 0..=Port::ALL.len(), Port::parse, &Port::list());
        let amenities = fields.words("amenity", 0..=Amenity::ALL.len(), Amenity::parse, &Amenity::list());
        let min_power_kw = fields.number("min_power_kw", POWER_KW);
        let updated_since = fields.parsed("updated_since", Timestamp::parse, "an RFC 3339 date-time");
        Self {
            min_level,
            port_mask: Port::mask(&ports.unwrap_or_default()),
            amenity_mask: Amenity::mask(&amenities.unwrap_or_default()),
            min_power_kw,
            updated_since,
        }
    }

    /// Whether level, ports and amenities decide alone: then the counters know the total and the covering indexes the chargers.
    pub fn is_indexed(&self) -> bool {
        self.min_power_kw.is_none() && self.updated_since.is_none()
    }
}

const TIME_HELP: &str = "Must be an RFC 3339 date-time such as 2026-01-31T12:00:00Z (a + must be sent as %2B).";
