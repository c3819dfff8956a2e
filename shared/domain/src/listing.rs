//! The listing's question: which chargers, near what, in which order, which page.

mod window;

pub use window::Window;

use crate::charger::Candidate;
use crate::cursor::{Cursor, fingerprint};
use crate::filter::Filter;
use crate::geo::{BoundingBox, Disc, KeyRange, Point, cover_box, cover_disc, distance_m};
use crate::page::PageRequest;
use crate::query::Query;
use crate::{Result, Timestamp};
use serde_json::{Value, json};
use std::cmp::Ordering;
use uuid::Uuid;

/// The farthest two points on Earth are apart, rounded up.
const MAX_DISTANCE_KM: f64 = 20_040.0;

/// A listing that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// What a charger must have.
    pub filter: Filter,
    /// Distances are given from here.
    pub point: Option<Point>,
    /// Only chargers within so many metres of the point.
    pub max_distance_m: Option<f64>,
    /// Only chargers in this box.
    pub bbox: Option<BoundingBox>,
    /// The order.
    pub sort: Sort,
    /// The page.
    pub page: PageRequest,
    /// The same search as a query string, without page and cursor: for links to other pages.
    pub query: String,
    /// What a cursor of this search carries.
    search: u64,
}

/// The order of a listing; ties are broken by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The newest first.
    Created,
    /// The nearest first.
    Distance,
}

impl Listing {
    /// Reads a raw query string.
    ///
    /// # Errors
    /// Bad input that names every bad and every unknown parameter.
    pub fn from_query(raw_query: &str) -> Result<Self> {
        let mut query = Query::parse(raw_query);
        let search = fingerprint(query.normalized_without(&["page", "page_size", "cursor"]).as_bytes());
        let link_query = query.normalized_without(&["page", "cursor"]);
        let filter = Filter::from_query(&mut query);
        let point = read_point(&mut query);
        let max_distance_m = query.number("max_distance", 0.001..=MAX_DISTANCE_KM).map(|km| km * 1000.0);
        let bbox = query.one_like("bbox", bbox_schema).and_then(|text| read_bbox(&mut query, &text));
        let sort = query.word("sort", read_sort, "created, distance").unwrap_or(Sort::Created);
        let page = PageRequest::from_query(&mut query, search);
        if max_distance_m.is_some() && point.is_none() {
            query.refuse("max_distance", "requires", "Needs user_lat and user_lng.");
        }
        if sort == Sort::Distance && max_distance_m.is_none() {
            query.refuse("sort", "requires", "The order by distance needs user_lat, user_lng and max_distance.");
        }
        query.finish()?;
        Ok(Self { filter, point, max_distance_m, bbox, sort, page, query: link_query, search })
    }

    /// The key ranges that hold every charger of the wanted area; `None` where the whole set is wanted.
    pub fn ranges(&self) -> Option<Vec<KeyRange>> {
        match (self.disc(), &self.bbox) {
            (Some(disc), _) => Some(cover_disc(&disc)),
            (None, Some(bbox)) => Some(cover_box(bbox)),
            (None, None) => None,
        }
    }

    /// The candidate with its place in the order, if it really lies in the wanted area.
    pub fn place(&self, candidate: &Candidate) -> Option<Placed> {
        if self.bbox.as_ref().is_some_and(|bbox| !bbox.contains(candidate.point)) {
            return None;
        }
        let distance_m = self.point.map(|point| distance_m(point, candidate.point));
        if let (Some(limit), Some(distance)) = (self.max_distance_m, distance_m)
            && distance > limit
        {
            return None;
        }
        Some(Placed { id: candidate.id, created_at: candidate.created_at, distance_m, sort: self.sort })
    }

    /// Whether an item comes after the page before.
    pub fn is_after_cursor(&self, placed: &Placed) -> bool {
        self.page.after.is_none_or(|cursor| placed.cmp(&self.placed_at(&cursor)) == Ordering::Greater)
    }

    /// The place of a charger in a listing of the whole set.
    pub fn place_newest(&self, id: Uuid, created_at: Timestamp) -> Placed {
        Placed { id, created_at, distance_m: None, sort: self.sort }
    }

    /// Where the page before ended, in the order by time.
    pub fn after_time(&self) -> Option<(Timestamp, Uuid)> {
        self.page.after.map(|cursor| (cursor.time(), cursor.id))
    }

    /// The cursor to the page that goes on behind an item.
    pub fn cursor_after(&self, page: u32, placed: &Placed) -> Cursor {
        match self.sort {
            Sort::Created => Cursor::after_time(self.search, page, placed.created_at, placed.id),
            Sort::Distance => Cursor::after_metres(self.search, page, placed.distance_m.unwrap_or(0.0), placed.id),
        }
    }

    fn placed_at(&self, cursor: &Cursor) -> Placed {
        let (created_at, distance_m) = match self.sort {
            Sort::Created => (cursor.time(), None),
            Sort::Distance => (Timestamp::from_micros(0), Some(cursor.metres())),
        };
        Placed { id: cursor.id, created_at, distance_m, sort: self.sort }
    }

    fn disc(&self) -> Option<Disc> {
        Disc::new(self.point?, self.max_distance_m?)
    }
}

/// A charger's place in the order of a listing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// The charger.
    pub id: Uuid,
    /// When it was added.
    pub created_at: Timestamp,
    /// Metres from the point that was asked about.
    pub distance_m: Option<f64>,
    sort: Sort,
}

impl Eq for Placed {}

impl Ord for Placed {
    fn cmp(&self, other: &Self) -> Ordering {
        match self.sort {
            Sort::Created => other.created_at.cmp(&self.created_at).then(other.id.cmp(&self.id)),
            Sort::Distance => {
                let metres = |placed: &Self| placed.distance_m.unwrap_or(0.0);
                metres(self).total_cmp(&metres(other)).then(self.id.cmp(&other.id))
            }
        }
    }
}

impl PartialOrd for Placed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn read_point(query: &mut Query) -> Option<Point> {
    let lat = query.number("user_lat", -90.0..=90.0);
    let lng = query.number("user_lng", -180.0..=180.0);
    let (has_lat, has_lng) = (!query.many("user_lat").is_empty(), !query.many("user_lng").is_empty());
    if has_lat != has_lng {
        let missing = if has_lat { "user_lng" } else { "user_lat" };
        query.refuse(missing, "required", "user_lat and user_lng belong together.");
    }
    Point::new(lat?, lng?)
}

fn read_bbox(query: &mut Query, text: &str) -> Option<BoundingBox> {
    let numbers: Option<Vec<f64>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    let bbox = numbers.and_then(|n| match n.as_slice() {
        [west, south, east, north] => BoundingBox::new(*west, *south, *east, *north),
        _ => None,
    });
    if bbox.is_none() {
        let detail =
            "Must be west,south,east,north in degrees with south ≤ north; west > east crosses the antimeridian.";
        query.refuse("bbox", "not_a_box", detail);
    }
    bbox
}

/// `west,south,east,north`.
fn bbox_schema() -> Value {
    let degrees = |limit: f64| json!({"type": "number", "minimum": -limit, "maximum": limit});
    let sides = [degrees(180.0), degrees(90.0), degrees(180.0), degrees(90.0)];
    json!({"type": "array", "prefixItems": sides, "items": false, "minItems": 4, "maxItems": 4})
}

fn read_sort(word: &str) -> Option<Sort> {
    match word {
        "created" => Some(Sort::Created),
        "distance" => Some(Sort::Distance),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(raw: &str) -> Vec<String> {
        let error = Listing::from_query(raw).unwrap_err();
        error.fields().iter().map(|e| format!("{} {}", e.field, e.code)).collect()
    }

    #[test]
    fn an_empty_query_is_the_first_hundred_of_everything_newest_first() {
        let listing = Listing::from_query("").unwrap();
        assert_eq!((listing.page.number, listing.page.size, listing.sort), (1, 100, Sort::Created));
        assert_eq!(listing.filter, Filter::default());
        assert!(listing.ranges().is_none());
    }

    #[test]
    fn bad_parameters_are_all_named() {
        let table = [
            ("page=0&page_size=501", "page out_of_range,page_size out_of_range"),
            ("user_lat=91&user_lng=0", "user_lat out_of_range"),
            ("user_lat=1", "user_lng required"),
            ("max_distance=5", "max_distance requires"),
            ("sort=distance", "sort requires"),
            ("sort=up&nonsense=1", "sort unknown_value,nonsense unknown"),
            ("bbox=1,2,3", "bbox not_a_box"),
            ("bbox=1,50,3,40", "bbox not_a_box"),
            ("port_type=CCS&port_type=ccs&amenity=pool", "port_type unknown_value,amenity unknown_value"),
            ("cursor=x&page=2", "cursor not_a_cursor"),
            (
                "updated_since=yesterday&min_power_kw=0&verification_level=6",
                "verification_level out_of_range,min_power_kw out_of_range,updated_since wrong_type",
            ),
            ("page=20000&page_size=500", "page out_of_range"),
        ];
        for (raw, expected) in table {
            let mut codes = codes(raw);
            let mut expected: Vec<_> = expected.split(',').map(str::to_owned).collect();
            codes.sort();
            expected.sort();
            assert_eq!(codes, expected, "{raw}");
        }
    }

    #[test]
    fn the_order_is_total_and_a_cursor_takes_up_where_the_page_ended() {
        let listing = Listing::from_query("user_lat=42&user_lng=-73&max_distance=10&sort=distance").unwrap();
        let at = |id: u128, lat: f64| {
            let point = Point::new(lat, -73.0).unwrap();
            let candidate = Candidate {
                id: Uuid::from_u128(id),
                point,
                created_at: Timestamp::from_micros(0),
                verification_level: 1,
            };
            listing.place(&candidate)
        };
        let (near, twin, far) = (at(1, 42.001).unwrap(), at(2, 42.001).unwrap(), at(3, 42.01).unwrap());
        assert!(near < twin && twin < far);
        assert!(at(4, 43.0).is_none());
        let token = listing.cursor_after(2, &near).encode();
        let next = format!("user_lat=42&user_lng=-73&max_distance=10&sort=distance&cursor={token}");
        let next = Listing::from_query(&next).unwrap();
        assert_eq!([near, twin, far].map(|placed| next.is_after_cursor(&placed)), [false, true, true]);
        assert_eq!(next.page.number, 2);
    }
}
