//! What a site offers: connectors, and what is near.

use super::share::draw;
use domain::charger::Connector;
use domain::vocabulary::{Amenity, Port};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

/// What kind of place a charger stands at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    Town,
    Motorway,
    Country,
}

/// Connectors of a kind, with the powers that they have, one as likely as the other.
type Kind = (Port, &'static [f64]);

const SLOW: &[f64] = &[11.0, 22.0, 22.0];
const SOCKET: &[f64] = &[2.3, 3.7];
const FAST: &[f64] = &[50.0, 50.0, 62.5];
const STRONG: &[f64] = &[150.0, 150.0, 200.0, 300.0, 350.0];
const SUPER: &[f64] = &[150.0, 250.0];
/// Sites by their share of a thousand; the rest are as the first.
type Sites = &'static [(u32, &'static [Kind])];

const TOWN: Sites = &[
    (560, &[(Port::Type2, SLOW)]),
    (80, &[(Port::Type2, SLOW), (Port::Household, SOCKET)]),
    (90, &[(Port::Ccs, FAST), (Port::Chademo, &[50.0]), (Port::Type2, &[43.0])]),
    (70, &[(Port::Ccs, FAST), (Port::Type2, SLOW)]),
    (60, &[(Port::Ccs, STRONG)]),
    (25, &[(Port::Ccs, FAST), (Port::Chademo, &[50.0])]),
    (20, &[(Port::Household, SOCKET)]),
    (15, &[(Port::Type1, &[7.4]), (Port::Type2, SLOW)]),
    (10, &[(Port::Type3, &[22.0]), (Port::Type2, SLOW)]),
    (10, &[(Port::Type1, &[7.4])]),
    (10, &[(Port::Tesla, SUPER)]),
    (5, &[(Port::GbT, &[60.0, 120.0])]),
];
const MOTORWAY: Sites = &[
    (430, &[(Port::Ccs, STRONG)]),
    (180, &[(Port::Ccs, &[300.0, 350.0]), (Port::Ccs, &[150.0])]),
    (120, &[(Port::Ccs, STRONG), (Port::Chademo, &[50.0, 100.0]), (Port::Type2, &[43.0])]),
    (80, &[(Port::Tesla, SUPER), (Port::Ccs, SUPER)]),
    (70, &[(Port::Ccs, STRONG), (Port::Type2, SLOW)]),
    (50, &[(Port::Tesla, SUPER)]),
    (40, &[(Port::Ccs, STRONG), (Port::Chademo, &[50.0, 100.0])]),
    (10, &[(Port::Ccs, STRONG), (Port::GbT, &[120.0, 250.0])]),
];
const COUNTRY: Sites = &[
    (560, &[(Port::Type2, SLOW)]),
    (170, &[(Port::Type2, SLOW), (Port::Household, SOCKET)]),
    (110, &[(Port::Household, SOCKET)]),
    (80, &[(Port::Ccs, FAST), (Port::Type2, SLOW)]),
    (30, &[(Port::Type3, &[7.4]), (Port::Household, SOCKET)]),
    (20, &[(Port::Ccs, STRONG)]),
];

/// What stands beside the usual here and there.
const ODD: [Port; 3] = [Port::Type1, Port::Type3, Port::Household];

const NEAR_TOWN: &[(u32, &[Amenity])] = &[
    (33, &[Amenity::Parking]),
    (13, &[Amenity::Parking, Amenity::Shopping]),
    (7, &[Amenity::Shopping, Amenity::Atm]),
    (7, &[Amenity::Cafe]),
    (6, &[Amenity::Cafe, Amenity::Wifi]),
    (5, &[Amenity::Parking, Amenity::Restaurant]),
    (4, &[Amenity::Hotel, Amenity::Wifi, Amenity::Restaurant, Amenity::Parking]),
    (3, &[Amenity::Restroom, Amenity::Cafe, Amenity::Shopping, Amenity::Parking]),
];
const NEAR_MOTORWAY: &[(u32, &[Amenity])] = &[
    (45, &[Amenity::RestArea, Amenity::Restroom, Amenity::Parking]),
    (25, &[Amenity::RestArea, Amenity::Restroom, Amenity::Cafe, Amenity::Restaurant, Amenity::Parking]),
    (12, &[Amenity::RestArea, Amenity::Restroom, Amenity::Cafe, Amenity::Shopping, Amenity::Wifi]),
    (8, &[Amenity::Restroom]),
];
const NEAR_COUNTRY: &[(u32, &[Amenity])] = &[
    (30, &[Amenity::Parking]),
    (10, &[Amenity::Restaurant, Amenity::Hotel]),
    (6, &[Amenity::Restaurant]),
    (4, &[Amenity::Cafe, Amenity::Restroom]),
];

const EXTRA: [Amenity; 2] = [Amenity::Wifi, Amenity::Atm];

pub(super) fn make_connectors(random: &mut ChaCha8Rng, setting: Setting) -> Vec<Connector> {
    let (sites, counts) = match setting {
        Setting::Town => (TOWN, 1..5),
        Setting::Motorway => (MOTORWAY, 2..13),
        Setting::Country => (COUNTRY, 1..3),
    };
    let kinds = draw(random, 1_000, sites).unwrap_or(&sites[0].1);
    let count = random.random_range(counts);
    let is_known = random.random_bool(0.95);
    let mut make = |port, powers: &[f64], count| {
        let power_kw = powers[random.random_range(0..powers.len())];
        Connector { port, power_kw: is_known.then_some(power_kw), count }
    };
    let mut connectors: Vec<Connector> = kinds.iter().map(|(port, powers)| make(*port, powers, count)).collect();
    // Some old or odd one stands beside them.
    if random.random_bool(0.02) {
        let port = ODD[random.random_range(0..ODD.len())];
        if connectors.iter().all(|connector| connector.port != port) {
            connectors.push(Connector { port, power_kw: None, count: 1 });
        }
    }
    connectors
}

pub(super) fn make_amenities(random: &mut ChaCha8Rng, setting: Setting) -> Vec<Amenity> {
    let table = match setting {
        Setting::Town => NEAR_TOWN,
        Setting::Motorway => NEAR_MOTORWAY,
        Setting::Country => NEAR_COUNTRY,
    };
    let mut amenities = draw(random, 100, table).map_or_else(Vec::new, |near| near.to_vec());
    if random.random_bool(0.03) {
        amenities.push(EXTRA[random.random_range(0..EXTRA.len())]);
    }
    Amenity::from_mask(Amenity::mask(&amenities))
}
