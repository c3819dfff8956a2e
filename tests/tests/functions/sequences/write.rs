//! Writes, and how they are drawn.

use proptest::prelude::*;
use serde_json::{Value, json};

const DAY_S: i64 = 24 * 60 * 60;
pub(super) const PEOPLE: [&str; 4] = ["ann", "bob", "cleo", "admin"];
pub(super) const KINDS: [&str; 3] = ["charger", "verification", "profile"];
pub(super) const ACTIONS: [&str; 3] = ["active", "partial", "not_working"];

/// One write. Chargers and photos are meant by a number: that of all that have been made, modulo their count.
#[derive(Clone, Debug)]
pub(super) enum Write {
    Add { who: usize, spot: u8, photos: Vec<usize>, is_wanted: bool, key: Option<u8> },
    AddMany { who: usize, spots: Vec<u8> },
    Change { who: usize, charger: usize, patch: Value },
    Remove { who: usize, charger: usize },
    Verify { who: usize, charger: usize, action: usize, ports: Option<u8>, photo: Option<usize>, key: Option<u8> },
    Promise { who: usize, kind: usize, charger: Option<usize> },
    Finish { photo: usize, is_ready: bool },
    RemovePhoto { who: usize, photo: usize },
    Picture { who: usize, photo: Option<usize> },
    Erase { who: usize },
    Wait { seconds: i64 },
}

fn patch() -> impl Strategy<Value = Value> {
    prop_oneof![
        (0.0..9.0_f64).prop_map(|lat| json!({"latitude": lat, "longitude": 179.999})),
        Just(json!({"port_types": ["CCS", "Tesla"]})),
        Just(json!({"connectors": [{"type": "Type 2", "power_kw": 22, "count": 2}]})),
        (1..9_u8).prop_map(|total| json!({"total_ports": total, "available_ports": 3})),
        Just(json!({"amenities": ["wifi", "cafe"], "notes": null, "operator": "Ionity"})),
        Just(json!({"name": " ", "latitude": 91})),
    ]
}

fn write() -> impl Strategy<Value = Write> {
    let who = || 0..PEOPLE.len();
    let key = || prop::option::weighted(0.6, 0..3_u8);
    let seconds = prop::sample::select(vec![1, 299, 300, 3_600, 20 * DAY_S, 91 * DAY_S]);
    prop_oneof![
        4 => (who(), 0..6_u8, prop::collection::vec(0..9_usize, 0..3), any::<bool>(), key())
            .prop_map(|(who, spot, photos, is_wanted, key)| Write::Add { who, spot, photos, is_wanted, key }),
        1 => (who(), prop::collection::vec(0..8_u8, 1..5)).prop_map(|(who, spots)| Write::AddMany { who, spots }),
        3 => (who(), 0..20_usize, patch()).prop_map(|(who, charger, patch)| Write::Change { who, charger, patch }),
        1 => (who(), 0..20_usize).prop_map(|(who, charger)| Write::Remove { who, charger }),
        9 => (who(), 0..4_usize, 0..3_usize, prop::option::of(0..9_u8), prop::option::weighted(0.3, 0..9_usize), key())
            .prop_map(|(who, charger, action, ports, photo, key)| Write::Verify { who, charger, action, ports, photo, key }),
        3 => (who(), 0..3_usize, prop::option::weighted(0.3, 0..9_usize))
            .prop_map(|(who, kind, charger)| Write::Promise { who, kind, charger }),
        3 => (0..9_usize, any::<bool>()).prop_map(|(photo, is_ready)| Write::Finish { photo, is_ready }),
        1 => (who(), 0..9_usize).prop_map(|(who, photo)| Write::RemovePhoto { who, photo }),
        1 => (who(), prop::option::of(0..9_usize)).prop_map(|(who, photo)| Write::Picture { who, photo }),
        1 => (0..3_usize).prop_map(|who| Write::Erase { who }),
        6 => seconds.prop_map(|seconds| Write::Wait { seconds }),
    ]
}

/// Writes, some of them sent twice.
pub(super) fn writes() -> impl Strategy<Value = Vec<Write>> {
    let sent =
        (write(), prop::bool::weighted(0.2)).prop_map(|(write, is_repeated)| vec![write; 1 + usize::from(is_repeated)]);
    prop::collection::vec(sent, 50).prop_map(|sent| sent.concat())
}

/// Spots lie a few metres or some kilometres from each other; two of them have names that are alike.
pub(super) fn charger_at(spot: u8) -> Value {
    let name = ["Depot", "Depot 2", "Garage", "Hotel", "Park", "Rathaus", "x", " "][usize::from(spot)];
    json!({
        "name": name, "address": "1 Main St", "latitude": f64::from(spot / 2), "longitude": 10.0 + f64::from(spot % 2) / 10_000.0,
        "port_types": ["CCS"], "total_ports": 4, "notes": "Behind the house.",
    })
}
