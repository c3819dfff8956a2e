use super::*;
use crate::Timestamp;
use crate::charger::{Connector, SourceType};
use serde_json::{Value, json};
use uuid::Uuid;

fn stored() -> Charger {
    Charger {
        id: Uuid::from_u128(1),
        name: "Park".to_owned(),
        address: "1 Main St".to_owned(),
        latitude: 1.0,
        longitude: 2.0,
        port_types: vec![Port::Type2, Port::Ccs],
        connectors: vec![
            Connector { port: Port::Ccs, power_kw: Some(150.0), count: 4 },
            Connector { port: Port::Type2, power_kw: Some(22.0), count: 2 },
        ],
        available_ports: Some(5),
        total_ports: 6,
        max_power_kw: Some(150.0),
        operator: Some("City".to_owned()),
        source_type: SourceType::CommunityManual,
        source: None,
        source_id: None,
        verification_level: 3,
        added_by: Some("ann".to_owned()),
        amenities: vec![Amenity::Parking],
        last_verified: None,
        uptime_percentage: Some(100.0),
        verified_by_count: 1,
        created_at: Timestamp::from_micros(1),
        updated_at: Timestamp::from_micros(1),
        photos: Vec::new(),
        notes: Some("Left.".to_owned()),
    }
}

fn patched(body: Value) -> Result<Charger> {
    let mut charger = stored();
    ChargerPatch::from_body(body.to_string().as_bytes())?.apply(&mut charger)?;
    Ok(charger)
}

fn refused(body: Value) -> Vec<String> {
    let error = patched(body.clone()).expect_err(&body.to_string());
    error.fields().iter().map(|e| format!("{} {}", e.field, e.code)).collect()
}

#[test]
fn what_is_left_out_stays() {
    assert_eq!(patched(json!({"name": "Park"})).unwrap(), stored());
    let charger = patched(json!({"address": "2 Main St"})).unwrap();
    assert_eq!(charger, Charger { address: "2 Main St".to_owned(), ..stored() });
}

#[test]
fn null_clears_what_need_not_be_there() {
    let charger = patched(json!({"operator": null, "notes": null, "available_ports": null})).unwrap();
    assert_eq!(charger, Charger { operator: None, notes: None, available_ports: None, ..stored() });
    assert_eq!(patched(json!({"notes": ""})).unwrap().notes, None);
    for field in ["name", "address", "latitude", "longitude", "port_types", "connectors", "total_ports", "amenities"] {
        assert!(refused(json!({field: null})).contains(&format!("{field} not_clearable")), "{field}");
    }
}

#[test]
fn every_limit_is_that_of_a_new_charger() {
    let table = [
        (json!({}), vec!["body empty"]),
        (json!({"name": ""}), vec!["name wrong_length"]),
        (
            json!({"name": "x".repeat(201), "address": "x".repeat(501)}),
            vec!["name wrong_length", "address wrong_length"],
        ),
        (json!({"latitude": 1}), vec!["longitude required"]),
        (json!({"longitude": 1}), vec!["latitude required"]),
        (json!({"latitude": 91, "longitude": "x"}), vec!["latitude out_of_range", "longitude wrong_type"]),
        (json!({"port_types": []}), vec!["port_types wrong_count"]),
        (json!({"port_types": ["CCS"], "connectors": [{"type": "CCS"}]}), vec!["connectors excludes"]),
        (json!({"connectors": [{"type": "CCS", "count": 100}, {"type": "CCS"}]}), vec!["connectors out_of_range"]),
        (json!({"total_ports": 0}), vec!["total_ports out_of_range"]),
        (json!({"available_ports": 101}), vec!["available_ports out_of_range"]),
        (json!({"available_ports": 7}), vec!["available_ports out_of_range"]),
        (json!({"available_ports": 4, "total_ports": 3}), vec!["available_ports out_of_range"]),
        (json!({"notes": "x".repeat(2001)}), vec!["notes wrong_length"]),
        (json!({"amenities": ["pool"]}), vec!["amenities[0] unknown_value"]),
        (json!({"photos": [], "verification_level": 5}), vec!["photos unknown", "verification_level unknown"]),
    ];
    for (body, expected) in table {
        assert_eq!(refused(body.clone()), expected, "{body}");
    }
}

#[test]
fn free_ports_are_cut_down_to_those_that_there_are() {
    assert_eq!(patched(json!({"total_ports": 3})).unwrap().available_ports, Some(3));
    assert_eq!(patched(json!({"total_ports": 9})).unwrap().available_ports, Some(5));
    assert_eq!(patched(json!({"total_ports": 9, "available_ports": 8})).unwrap().available_ports, Some(8));
    let charger = patched(json!({"connectors": [{"type": "Tesla", "power_kw": 250, "count": 2}]})).unwrap();
    assert_eq!((charger.total_ports, charger.available_ports), (2, Some(2)));
    assert_eq!((charger.port_types, charger.max_power_kw), (vec![Port::Tesla], Some(250.0)));
}

#[test]
fn kinds_of_ports_alone_keep_what_is_known_of_them() {
    let charger = patched(json!({"port_types": ["CHAdeMO", "CCS"]})).unwrap();
    let known = Connector { port: Port::Ccs, power_kw: Some(150.0), count: 4 };
    let unknown = Connector { port: Port::Chademo, power_kw: None, count: 1 };
    assert!(charger.connectors.contains(&known) && charger.connectors.contains(&unknown));
    assert_eq!((charger.connectors.len(), charger.total_ports, charger.max_power_kw), (2, 6, Some(150.0)));
}
