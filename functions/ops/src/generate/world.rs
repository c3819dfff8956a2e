//! The chargers in the towns, along the motorways and anywhere else.

use super::area::{Area, Place};
use super::equipment::{Setting, make_amenities, make_connectors};
use super::map::{Map, Road, Town};
use super::standing::make_standing;
use super::words::{make_name, operator, site, street, village_site};
use crate::station::Station;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// The stream of random numbers that the map comes from; every charger has its own.
const MAP_STREAM: u64 = u64::MAX;
/// How far the chargers of a rest stop stand from each other, and others from the motorway whose exit they are near.
const STOP_RADIUS_DEG: f64 = 0.0006;
const EXIT_RADIUS_DEG: f64 = 0.006;
const SIDES: [&str; 4] = ["North", "South", "East", "West"];

/// A country that follows from a seed and an area.
pub(super) struct MadeUpWorld {
    seed: u64,
    area: Area,
    map: Map,
}

/// Where a charger stands, and what that is called.
struct Spot {
    setting: Setting,
    place: Place,
    name: String,
    address: String,
}

impl MadeUpWorld {
    pub(super) fn new(seed: u64, area: Area) -> Self {
        let map = Map::new(&mut stream(seed, MAP_STREAM), area);
        Self { seed, area, map }
    }

    /// The charger with that number: always the same, whatever others are asked for.
    pub(super) fn station(&self, number: u64) -> Station {
        let random = &mut stream(self.seed, number);
        let Spot { setting, place, name, address } = self.spot(random);
        let connectors = make_connectors(random, setting);
        let total_ports = connectors.iter().map(|connector| connector.count).sum();
        Station {
            source_id: format!("{}-{number}", self.seed),
            name,
            address,
            point: self.area.point(place),
            total_ports,
            connectors,
            operator: operator(random).map(str::to_owned),
            amenities: Some(make_amenities(random, setting)),
            notes: random.random_bool(0.2).then(|| "Hours: 24 hours daily".to_owned()),
            standing: Some(make_standing(random, total_ports)),
        }
    }

    /// Sixty-two of a hundred stand in a town, twenty-six along a motorway, the rest anywhere.
    fn spot(&self, random: &mut ChaCha8Rng) -> Spot {
        match random.random_range(0..100) {
            0..62 => self.map.towns.draw(random).map(|town| self.in_town(random, town)),
            62..88 => self.map.roads.draw(random).map(|road| self.along(random, road)),
            _ => None,
        }
        .unwrap_or_else(|| self.in_the_country(random))
    }

    fn in_town(&self, random: &mut ChaCha8Rng, town: &Town) -> Spot {
        let (number, street) = (random.random_range(1..200), street(random));
        Spot {
            setting: Setting::Town,
            place: self.area.scatter(random, town.place, town.radius_deg),
            name: format!("{} {}", town.name, site(random)),
            address: format!("{number} {street} Street, {} {}", town.postcode, town.name),
        }
    }

    /// Most at the rest stops, the others near an exit.
    fn along(&self, random: &mut ChaCha8Rng, road: &Road) -> Spot {
        if random.random_bool(0.3) {
            let share: f64 = random.random();
            let place = self.area.scatter(random, road.place(self.area, share), EXIT_RADIUS_DEG);
            let (name, exit) = (make_name(random), share * road.length_km);
            let address = format!("A{}, exit {exit:.0}, {name}", road.number);
            return Spot { setting: Setting::Motorway, place, name: format!("{name} Autohof"), address };
        }
        let stop = &road.stops[random.random_range(0..road.stops.len())];
        let side = SIDES[random.random_range(0..SIDES.len())];
        Spot {
            setting: Setting::Motorway,
            place: self.area.scatter(random, stop.place, STOP_RADIUS_DEG),
            name: format!("{} Services {side}", stop.name),
            address: format!("A{}, km {:.0}, Rest Area {} {side}", road.number, stop.km, stop.name),
        }
    }

    fn in_the_country(&self, random: &mut ChaCha8Rng) -> Spot {
        let village = make_name(random);
        let (number, street) = (random.random_range(1..60), street(random));
        Spot {
            setting: Setting::Country,
            place: self.area.anywhere(random),
            name: format!("{village} {}", village_site(random)),
            address: format!("{number} {street} Street, {} {village}", random.random_range(10_000..99_000)),
        }
    }
}

fn stream(seed: u64, number: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(number);
    random
}

#[cfg(test)]
mod tests;
