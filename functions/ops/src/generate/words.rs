//! Names of towns, streets, sites and companies.

use super::share::draw;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

const SYLLABLES: [&str; 24] = [
    "al", "berg", "brück", "dorn", "el", "fels", "feld", "gau", "hain", "heim", "kir", "lin", "mar", "mühl", "nau",
    "ost", "rain", "see", "stein", "tal", "ul", "wald", "wies", "zell",
];
const STREETS: [&str; 12] = [
    "Station",
    "Market",
    "Church",
    "School",
    "Garden",
    "Mill",
    "Harbour",
    "Castle",
    "Industrial",
    "Park",
    "Main",
    "Lime",
];
const SITES: [&str; 14] = [
    "Town Hall",
    "Central Station",
    "Museum",
    "Stadium",
    "Shopping Mall",
    "Supermarket",
    "Hospital",
    "University",
    "Park & Ride",
    "Hotel",
    "Cinema",
    "Car Park",
    "Library",
    "Swimming Pool",
];
const VILLAGE_SITES: [&str; 6] = ["Village Hall", "Inn", "Farm Shop", "Car Park", "Winery", "Fire Station"];
/// Of each hundred; the rest say nothing.
const OPERATORS: [(u32, &str); 11] = [
    (22, "Voltway"),
    (15, "Northwind"),
    (11, "Kilowatt & Sons"),
    (9, "Greenpost"),
    (8, "Ampere Union"),
    (6, "Municipal Works"),
    (5, "Lightning Roads"),
    (4, "Joule"),
    (3, "Plug & Go"),
    (3, "Stromhaus"),
    (2, "Blue Socket"),
];

pub(super) fn make_name(random: &mut ChaCha8Rng) -> String {
    let first = SYLLABLES[random.random_range(0..SYLLABLES.len())];
    let mut name = first[..1].to_ascii_uppercase();
    name.push_str(&first[1..]);
    for _ in 0..random.random_range(1..3) {
        name.push_str(SYLLABLES[random.random_range(0..SYLLABLES.len())]);
    }
    name
}

pub(super) fn street(random: &mut ChaCha8Rng) -> &'static str {
    STREETS[random.random_range(0..STREETS.len())]
}

pub(super) fn site(random: &mut ChaCha8Rng) -> &'static str {
    SITES[random.random_range(0..SITES.len())]
}

pub(super) fn village_site(random: &mut ChaCha8Rng) -> &'static str {
    VILLAGE_SITES[random.random_range(0..VILLAGE_SITES.len())]
}

pub(super) fn operator(random: &mut ChaCha8Rng) -> Option<&'static str> {
    draw(random, 100, &OPERATORS).copied()
}
