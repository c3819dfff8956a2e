use super::*;
use crate::geo::Point;
use serde_json::{Value, json};

fn charger(name: &str, longitude: f64) -> Value {
    json!({"name": name, "address": "1 Main St", "latitude": 42.65, "longitude": longitude, "port_types": ["CCS"],
           "total_ports": 4})
}

fn batch(body: &Value) -> Batch {
    Batch::from_body(body.to_string().as_bytes()).unwrap()
}

fn id(index: usize) -> Uuid {
    Uuid::from_u128(100 + index as u128)
}

fn decided(body: &Value, neighbours: Vec<Neighbour>) -> Vec<String> {
    let word = |result: &ItemResult| match result {
        ItemResult::Created { index, id } => format!("{index} created {}", id.as_u128()),
        ItemResult::Invalid { index, errors } => {
            let errors: Vec<_> = errors.iter().map(|e| format!("{} {}", e.field, e.code)).collect();
            format!("{index} invalid {}", errors.join(", "))
        }
        ItemResult::Duplicate { index, candidates } => {
            format!("{index} duplicate {:?}", candidates.iter().map(Uuid::as_u128).collect::<Vec<_>>())
        }
    };
    batch(body).decide(neighbours, id).iter().map(word).collect()
}

fn neighbour(number: u128, name: &str, longitude: f64) -> Neighbour {
    let point = Point::new(42.65, longitude).unwrap();
    Neighbour { id: Uuid::from_u128(number), point, name: name.to_owned(), operator: None }
}

#[test]
fn each_charger_is_judged_for_itself() {
    let mut bad = charger("Mall", 3.0);
    bad["total_ports"] = json!(0);
    bad["photos"] = json!([]);
    let body = json!({"chargers": [charger("Park", 1.0), 7, bad, charger("Station", 2.0)]});
    let expected = [
        "0 created 100",
        "1 invalid charger wrong_type",
        "2 invalid total_ports out_of_range, photos unknown",
        "3 created 103",
    ];
    assert_eq!(decided(&body, vec![]), expected);
}

#[test]
fn what_stands_already_or_came_earlier_is_a_duplicate_unless_it_is_wanted() {
    let mut wanted = charger("Park", 1.0);
    wanted["allow_duplicate"] = json!(true);
    let chargers = [charger("Park", 1.0), charger("Park", 1.0), charger("Park", 1.001), wanted, charger("PARK", 1.0)];
    let body = json!({"chargers": chargers});
    let neighbours = || vec![neighbour(7, "Car park", 1.0), neighbour(8, "Hotel", 1.0), neighbour(9, "Park", 1.001)];
    let expected = ["0 created 100", "1 duplicate [100]", "2 created 102", "3 created 103", "4 duplicate [100, 103]"];
    assert_eq!(decided(&body, vec![neighbour(8, "Hotel", 1.0)]), expected);
    let expected = ["0 duplicate [7]", "1 duplicate [7]", "2 duplicate [9]", "3 created 103", "4 duplicate [7, 103]"];
    assert_eq!(decided(&body, neighbours()), expected);
    let all = json!({"chargers": chargers, "allow_duplicate": true});
    assert!(decided(&all, neighbours()).iter().all(|result| result.contains("created")));
    assert_eq!(batch(&all).ranges(), []);
}

#[test]
fn the_ranges_of_a_crowd_are_no_more_than_those_of_its_spots() {
    let crowd: Vec<Value> = (0..1000).map(|number| charger("Park", 1.0 + f64::from(number) / 1e7)).collect();
    let ranges = batch(&json!({"chargers": crowd})).ranges();
    assert!(ranges.len() < 50 && ranges.is_sorted_by(|one, other| one.hi < other.lo), "{}", ranges.len());
}

#[test]
fn what_is_wrong_with_the_batch_itself_is_refused() {
    let many: Vec<Value> = (0..1001).map(|_| json!(1)).collect();
    let table = [
        (json!({}), "chargers required"),
        (json!({"chargers": []}), "chargers wrong_count"),
        (json!({"chargers": many}), "chargers wrong_count"),
        (json!({"chargers": {}}), "chargers wrong_type"),
        (json!({"chargers": [1], "allow_duplicate": 1}), "allow_duplicate wrong_type"),
        (json!({"chargers": [1], "colour": 1}), "colour unknown"),
    ];
    for (body, expected) in table {
        let error = Batch::from_body(body.to_string().as_bytes()).unwrap_err();
        let named: Vec<_> = error.fields().iter().map(|e| format!("{} {}", e.field, e.code)).collect();
        assert_eq!(named, [expected]);
    }
}
