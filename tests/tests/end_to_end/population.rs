//! Chargers to search among, and the whole set as somebody sees it who pages through everything.

use crate::server::Server;
use domain::geo::{Point, distance_m};
use serde_json::Value;

/// Every charger, page by page with the largest pages.
pub(crate) fn all_chargers(server: &Server) -> Vec<Value> {
    pages_by_cursor(server, "page_size=500")
}

/// Every item of a listing, along the cursor.
pub(crate) fn pages_by_cursor(server: &Server, query: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let mut page = server.get(&format!("/api/chargers?{query}{cursor}"));
        assert_eq!(page["has_next"].as_bool().unwrap(), page["next_cursor"].is_string());
        items.extend(take_items(&mut page));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

/// Every item of a listing, by the numbers of the pages.
pub(crate) fn pages_by_number(server: &Server, query: &str) -> Vec<Value> {
    let mut first = server.get(&format!("/api/chargers?{query}"));
    let pages = first["total_pages"].as_u64().unwrap();
    let mut items = take_items(&mut first);
    for page in 2..=pages {
        items.extend(take_items(&mut server.get(&format!("/api/chargers?{query}&page={page}"))));
    }
    items
}

fn take_items(page: &mut Value) -> Vec<Value> {
    match page["items"].take() {
        Value::Array(items) => items,
        other => panic!("a list of items: {other}"),
    }
}

pub(crate) fn id(charger: &Value) -> &str {
    charger["id"].as_str().unwrap()
}

pub(crate) fn ids(chargers: &[Value]) -> Vec<&str> {
    chargers.iter().map(id).collect()
}

pub(crate) fn place(charger: &Value) -> Point {
    Point::new(charger["latitude"].as_f64().unwrap(), charger["longitude"].as_f64().unwrap()).unwrap()
}

/// Which of all chargers have the port and lie within the distance, the nearest first.
pub(crate) fn near_by_brute_force<'a>(all: &'a [Value], port: &str, centre: Point, max_m: f64) -> Vec<&'a Value> {
    let has_port = |charger: &&Value| charger["port_types"].as_array().unwrap().iter().any(|found| found == port);
    let placed = all.iter().filter(has_port).map(|charger| (distance_m(centre, place(charger)), charger));
    let mut near: Vec<_> = placed.filter(|(metres, _)| *metres <= max_m).collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| id(a.1).cmp(id(b.1))));
    near.into_iter().map(|(_, charger)| charger).collect()
}
