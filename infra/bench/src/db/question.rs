//! What is asked.

use super::route::Route;
use domain::geo::Point;

/// A question, as every candidate understands it.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    /// A page of the newest chargers that are wished for.
    Page { wish: &'static Wish, number: u32, size: u32, cursor: Option<String> },
    /// How many chargers are wished for.
    Total { wish: &'static Wish },
    /// The nearest chargers within a radius.
    Near { point: Point, radius_m: f64, count: u32 },
    /// All chargers within a radius.
    Radius { point: Point, radius_m: f64 },
    /// All chargers along a route.
    Route(Route),
}

/// What a charger must have, in the words of each candidate.
#[derive(Debug)]
pub(crate) struct Wish {
    pub(crate) name: &'static str,
    /// As a query string.
    pub(crate) query: &'static str,
    /// As a condition on our own table.
    pub(crate) plain: &'static str,
    /// As a condition on the replaced table, where that system knew such a wish.
    pub(crate) replaced: Option<&'static str>,
}

pub(crate) static EVERYTHING: Wish = Wish { name: "no filter", query: "", plain: "true", replaced: Some("true") };

/// Each filter once, the indexed ones first.
pub(crate) static WISHES: [Wish; 6] = [
    Wish {
        name: "level ≥ 4",
        query: "verification_level=4",
        plain: "c.verification_level >= 4",
        replaced: Some("verification_level >= 4"),
    },
    Wish {
        name: "port CCS",
        query: "port_type=CCS",
        plain: "c.port_mask & 4 <> 0",
        replaced: Some("port_types && '{CCS}'"),
    },
    Wish {
        name: "amenity cafe",
        query: "amenity=cafe",
        plain: "c.amenity_mask & 2 <> 0",
        replaced: Some("amenities @> '{cafe}'"),
    },
    Wish {
        name: "level 5, CHAdeMO, hotel",
        query: "verification_level=5&port_type=CHAdeMO&amenity=hotel",
        plain: "c.verification_level >= 5 AND c.port_mask & 8 <> 0 AND c.amenity_mask & 128 <> 0",
        replaced: Some("verification_level >= 5 AND port_types && '{CHAdeMO}' AND amenities @> '{hotel}'"),
    },
    Wish {
        name: "CCS with ≥ 150 kW",
        query: "port_type=CCS&min_power_kw=150",
        plain: "EXISTS (SELECT 1 FROM charger_connectors k WHERE k.charger_id = c.id AND k.port = 4 AND k.power_kw >= 150)",
        replaced: None,
    },
    Wish {
        name: "changed since 2020",
        query: "updated_since=2020-01-01T00:00:00Z",
        plain: "c.updated_at >= '2020-01-01T00:00:00Z'",
        replaced: None,
    },
];

impl Wish {
    /// Whether our counters know the total.
    pub(crate) fn is_counted(&self) -> bool {
        !self.query.contains("min_power_kw") && !self.query.contains("updated_since")
    }
}

impl Question {
    /// The query string of our listing; a route and a total have none.
    pub(crate) fn listing_query(&self) -> Option<String> {
        match self {
            Self::Page { wish, size, cursor: Some(cursor), .. } => {
                Some(format!("{}&page_size={size}&cursor={cursor}", wish.query))
            }
            Self::Page { wish, number, size, cursor: None } => {
                Some(format!("{}&page_size={size}&page={number}", wish.query))
            }
            Self::Near { point, radius_m, count } => {
                Some(format!("{}&sort=distance&page_size={count}", around(*point, *radius_m)))
            }
            Self::Radius { point, radius_m } => Some(around(*point, *radius_m)),
            Self::Total { .. } | Self::Route(_) => None,
        }
    }
}

fn around(point: Point, radius_m: f64) -> String {
    format!("user_lat={}&user_lng={}&max_distance={}", point.lat(), point.lng(), radius_m / 1000.0)
}
