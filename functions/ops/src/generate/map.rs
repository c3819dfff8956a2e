//! Towns and roads that follow from a seed and an area.
//!
//! Towns have the sizes that towns have: the one of rank r is as large as 1 / (r + c) (Zipf's law, flattened at the top as
//! Mandelbrot did, the more the larger the area). Large ones keep apart, half of the small ones stand around large ones. Motorways are great circles between
//! large towns and their neighbours, with a rest stop every 15 km or so.

use super::area::{Area, Place};
use super::words::make_name;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use std::collections::BTreeSet;

const EARTH_RADIUS_KM: f64 = 6_371.0;
const KM2_PER_TOWN: f64 = 1_000.0;
/// Towns that keep apart from each other.
const LARGE: usize = 100;
/// Towns between which the long motorways run.
const METROPOLES: usize = 20;
const NEIGHBOURS: usize = 3;
const KM_PER_STOP: f64 = 15.0;
/// How far into the land the largest town reaches: two thirds of its chargers stand within twice that.
const LARGEST_RADIUS_DEG: f64 = 0.06;
const SMALLEST_RADIUS_DEG: f64 = 0.006;

pub(super) struct Town {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) radius_deg: f64,
    pub(super) postcode: u32,
}

/// Part of a great circle.
pub(super) struct Road {
    pub(super) number: usize,
    pub(super) length_km: f64,
    pub(super) stops: Vec<Stop>,
    ends: [[f64; 3]; 2],
    angle_rad: f64,
}

pub(super) struct Stop {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) km: f64,
}

pub(super) struct Map {
    pub(super) towns: Shares<Town>,
    /// None where the area is too small for any.
    pub(super) roads: Shares<Road>,
}

/// Things of which some are taken more often than others.
pub(super) struct Shares<T> {
    things: Vec<T>,
    /// The weights up to and with each thing.
    sums: Vec<f64>,
}

impl<T> Shares<T> {
    fn new(things: Vec<T>, weight: impl Fn(usize, &T) -> f64) -> Self {
        let mut sum = 0.0;
        let add = |(index, thing)| {
            sum += weight(index, thing);
            sum
        };
        let sums = things.iter().enumerate().map(add).collect();
        Self { things, sums }
    }

    #[cfg(test)]
    pub(super) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.things.iter()
    }

    /// One of them; `None` where there are none.
    pub(super) fn draw(&self, random: &mut ChaCha8Rng) -> Option<&T> {
        let sum = random.random::<f64>() * self.sums.last()?;
        let index = self.sums.partition_point(|upto| *upto <= sum);
        self.things.get(index.min(self.things.len() - 1))
    }
}

impl Map {
    pub(super) fn new(random: &mut ChaCha8Rng, area: Area) -> Self {
        let count = (area.km2(EARTH_RADIUS_KM) / KM2_PER_TOWN).clamp(24.0, 4_000.0) as usize;
        let places = make_places(random, area, count);
        let roads = make_roads(random, area, &places);
        let make_town = |(rank, place)| {
            let radius_deg = LARGEST_RADIUS_DEG * (size(rank, count) / size(0, count)).sqrt();
            let radius_deg = radius_deg.max(SMALLEST_RADIUS_DEG).min(area.breadth_deg() / 20.0);
            Town { name: make_name(random), place, radius_deg, postcode: random.random_range(10_000..99_000) }
        };
        let towns = places.into_iter().enumerate().map(make_town).collect();
        Self { towns: Shares::new(towns, |rank, _| size(rank, count)), roads }
    }
}

impl Road {
    /// The place so far along, from 0 to 1.
    pub(super) fn place(&self, area: Area, share: f64) -> Place {
        let (near, far) = (((1.0 - share) * self.angle_rad).sin(), (share * self.angle_rad).sin());
        let unit: [f64; 3] = std::array::from_fn(|axis| near * self.ends[0][axis] + far * self.ends[1][axis]);
        area.place_of(unit)
    }
}

#[cfg(test)]
impl Road {
    /// How far a point is from its great circle.
    pub(super) fn away_km(&self, point: domain::geo::Point) -> f64 {
        let (sin_lat, cos_lat) = point.lat().to_radians().sin_cos();
        let (sin_lng, cos_lng) = point.lng().to_radians().sin_cos();
        let [[a, b, c], [x, y, z]] = self.ends;
        let normal = [b * z - c * y, c * x - a * z, a * y - b * x];
        let height = dot(normal, [cos_lat * cos_lng, cos_lat * sin_lng, sin_lat]) / dot(normal, normal).sqrt();
        height.abs().asin() * EARTH_RADIUS_KM
    }
}

/// How many people live in the town of a rank, the largest being 0, in some unit.
fn size(rank: usize, count: usize) -> f64 {
    1.0 / (rank as f64 + 3.0 + count as f64 / 200.0)
}

fn make_places(random: &mut ChaCha8Rng, area: Area, count: usize) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::with_capacity(count);
    let mut large: Vec<[f64; 3]> = Vec::with_capacity(LARGE);
    for rank in 0..count {
        let place = if rank >= LARGE && random.random_bool(0.5) {
            let center = places[random.random_range(0..LARGE)];
            area.scatter(random, center, 2.0 * LARGEST_RADIUS_DEG)
        } else {
            // Of three places the one that is farthest from the towns so far.
            let candidates: [Place; 3] = std::array::from_fn(|_| area.anywhere(random));
            let nearness = |place: &Place| {
                let unit = area.unit(*place);
                large.iter().map(|other| dot(unit, *other)).fold(-1.0, f64::max)
            };
            candidates.into_iter().min_by(|a, b| nearness(a).total_cmp(&nearness(b))).unwrap_or(candidates[0])
        };
        if rank < LARGE {
            large.push(area.unit(place));
        }
        places.push(place);
    }
    places
}

fn make_roads(random: &mut ChaCha8Rng, area: Area, places: &[Place]) -> Shares<Road> {
    let units: Vec<[f64; 3]> = places.iter().map(|place| area.unit(*place)).collect();
    let mut pairs = BTreeSet::new();
    for count in [METROPOLES, (places.len() / 4).clamp(METROPOLES, 400)] {
        let count = count.min(units.len());
        for from in 0..count {
            let mut others: Vec<usize> = (0..count).filter(|to| *to != from).collect();
            others.sort_by(|a, b| dot(units[from], units[*b]).total_cmp(&dot(units[from], units[*a])));
            pairs.extend(others.into_iter().take(NEIGHBOURS).map(|to| (from.min(to), from.max(to))));
        }
    }
    let ends: Vec<(usize, usize)> = pairs.into_iter().collect();
    let roads = ends
        .iter()
        .enumerate()
        .map(|(index, (from, to))| make_road(random, area, index + 1, [units[*from], units[*to]]));
    let roads = roads.collect();
    // Traffic: long roads have more chargers, and those between large towns more than others.
    let size = |rank| size(rank, places.len());
    Shares::new(roads, |index, road: &Road| road.length_km * (size(ends[index].0) * size(ends[index].1)).powf(0.25))
}

fn make_road(random: &mut ChaCha8Rng, area: Area, number: usize, ends: [[f64; 3]; 2]) -> Road {
    let angle_rad = dot(ends[0], ends[1]).clamp(-1.0, 1.0).acos();
    let length_km = angle_rad * EARTH_RADIUS_KM;
    let mut road = Road { number, length_km, stops: Vec::new(), ends, angle_rad };
    let count = (length_km / KM_PER_STOP).round().max(1.0);
    let make_stop = |index| {
        let share = (f64::from(index) + random.random::<f64>()) / count;
        Stop { name: make_name(random), place: road.place(area, share), km: share * length_km }
    };
    road.stops = (0..count as u32).map(make_stop).collect();
    road
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
