//! The towns, and the chargers in and between them.

use super::Area;
use crate::station::Station;
use domain::charger::Connector;
use domain::geo::Point;
use domain::vocabulary::Port;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

const TOWNS: usize = 150;
/// The stream of random numbers that the towns come from; every charger has its own.
const TOWN_STREAM: u64 = u64::MAX;
const SYLLABLES: [&str; 12] = ["al", "ber", "dorn", "el", "fels", "gau", "hain", "kir", "lin", "mar", "ost", "wald"];
const PLACES: [&str; 8] = ["Market", "Station", "Town Hall", "Museum", "Stadium", "Mall", "Harbour", "Park"];
const OPERATORS: [&str; 5] = ["Northwind", "Voltway", "Kilowatt & Sons", "Greenpost", "Ampere Union"];
/// The connectors of a site.
type Site = &'static [(Port, Option<f64>)];
/// How many of a hundred sites are such.
const SITES: [(u32, Site); 7] = [
    (40, &[(Port::Type2, Some(22.0))]),
    (15, &[(Port::Type2, Some(11.0))]),
    (10, &[(Port::Type2, None), (Port::Household, Some(3.7))]),
    (12, &[(Port::Ccs, Some(50.0)), (Port::Chademo, Some(50.0)), (Port::Type2, Some(43.0))]),
    (15, &[(Port::Ccs, Some(150.0))]),
    (5, &[(Port::Ccs, Some(300.0)), (Port::Ccs, Some(150.0))]),
    (3, &[(Port::Tesla, Some(250.0)), (Port::Ccs, Some(250.0))]),
];

/// Degrees from west and from south of the area.
type Place = (f64, f64);

struct Town {
    name: String,
    place: Place,
    radius_deg: f64,
}

/// A country that follows from a seed and an area.
pub(super) struct MadeUpWorld {
    seed: u64,
    area: Area,
    towns: Vec<Town>,
}

impl MadeUpWorld {
    pub(super) fn new(seed: u64, area: Area) -> Self {
        let mut random = stream(seed, TOWN_STREAM);
        let town = |_| Town {
            name: make_name(&mut random),
            place: (random.random::<f64>() * area.width_deg, random.random::<f64>() * area.height_deg),
            radius_deg: 0.01 + 0.09 * random.random::<f64>().powi(3),
        };
        let towns = (0..TOWNS).map(town).collect();
        Self { seed, area, towns }
    }

    /// The charger with that number: always the same, whatever others are asked for.
    pub(super) fn station(&self, number: u64) -> Station {
        let random = &mut stream(self.seed, number);
        let (town, place) = self.place(random);
        let site = PLACES[random.random_range(0..PLACES.len())];
        let connectors = make_connectors(random);
        let operator = OPERATORS.get(random.random_range(0..OPERATORS.len() + 1));
        Station {
            source_id: format!("{}-{number}", self.seed),
            name: format!("{} {site} {}", town.name, number + 1),
            address: format!("{} {site} Street, {}", random.random_range(1..200), town.name),
            point: self.point(place),
            total_ports: connectors.iter().map(|connector| connector.count).sum(),
            connectors,
            operator: operator.map(|name| (*name).to_owned()),
            notes: random.random_bool(0.2).then(|| "Hours: 24 hours daily".to_owned()),
        }
    }

    /// Seven of ten stand in a town, a quarter along the road to the next one, the rest anywhere.
    fn place(&self, random: &mut ChaCha8Rng) -> (&Town, Place) {
        // The square makes the first towns large.
        let index = (random.random::<f64>().powi(2) * TOWNS as f64) as usize % TOWNS;
        let (town, next) = (&self.towns[index], &self.towns[(index + 1) % TOWNS]);
        let (x, y) = town.place;
        let place = match random.random_range(0..100) {
            0..70 => scatter(random, (x, y), town.radius_deg),
            70..95 => {
                let share: f64 = random.random();
                let on_road = (x + share * (next.place.0 - x), y + share * (next.place.1 - y));
                scatter(random, on_road, 0.01)
            }
            _ => (random.random::<f64>() * self.area.width_deg, random.random::<f64>() * self.area.height_deg),
        };
        (town, place)
    }

    /// A place within the area, to a tenth of a metre: finer digits may differ from machine to machine.
    fn point(&self, (x, y): Place) -> Point {
        let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
        let lng = self.area.west + x.clamp(0.0, self.area.width_deg);
        let lat = round(self.area.south + y.clamp(0.0, self.area.height_deg)).clamp(-90.0, 90.0);
        let lng = round(if lng > 180.0 { lng - 360.0 } else { lng });
        Point::new(lat, lng).unwrap_or_else(|| unreachable!("{lat}, {lng} is within a valid box"))
    }
}

fn stream(seed: u64, number: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(number);
    random
}

/// Dense in the middle: the mean of three throws.
fn scatter(random: &mut ChaCha8Rng, (x, y): Place, radius_deg: f64) -> Place {
    let mut throw = || (0..3).map(|_| random.random::<f64>() * 2.0 - 1.0).sum::<f64>() / 3.0;
    // A degree of longitude is shorter: 1.5 makes towns round where most of them are.
    (x + throw() * radius_deg * 1.5, y + throw() * radius_deg)
}

fn make_name(random: &mut ChaCha8Rng) -> String {
    let count = random.random_range(2..4);
    let mut name: String = (0..count).map(|_| SYLLABLES[random.random_range(0..SYLLABLES.len())]).collect();
    name[..1].make_ascii_uppercase();
    name
}

fn make_connectors(random: &mut ChaCha8Rng) -> Vec<Connector> {
    let mut rest = random.random_range(0..100);
    let site = SITES.iter().find(|(share, _)| {
        let is_it = rest < *share;
        rest = rest.saturating_sub(*share);
        is_it
    });
    let (_, kinds) = site.unwrap_or(&SITES[0]);
    let count = if random.random_bool(0.1) { random.random_range(4..13) } else { random.random_range(1..4) };
    kinds.iter().map(|(port, power_kw)| Connector { port: *port, power_kw: *power_kw, count }).collect()
}
