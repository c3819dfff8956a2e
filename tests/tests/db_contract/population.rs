//! Random chargers, and the same questions answered in memory.

use db::{Db, ImportedCharger, Standing};
use domain::Timestamp;
use domain::charger::Connector;
use domain::filter::Filter;
use domain::geo::Point;
use domain::new_charger::NewCharger;
use domain::vocabulary::{Amenity, Port};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tests::seed::{NOON, add, id, imported, new_charger};
use uuid::Uuid;

/// A charger as the tests remember it.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) id: Uuid,
    pub(crate) at: Timestamp,
    pub(crate) charger: NewCharger,
}

/// The same value of a strategy in every run.
pub(crate) fn sample<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>) -> T {
    strategy.new_tree(&mut TestRunner::deterministic()).unwrap().current()
}

fn connectors() -> impl Strategy<Value = Vec<Connector>> {
    let power = prop::option::of(prop::sample::select(vec![7.2, 11.0, 50.0, 150.0, 350.0]));
    let connector = (prop::sample::select(Port::ALL), power, 1_u32..4);
    prop::collection::vec(connector.prop_map(|(port, power_kw, count)| Connector { port, power_kw, count }), 1..4)
}

/// Places all over the globe, half of them in one town, some at the antimeridian and the poles.
fn places() -> impl Strategy<Value = Point> {
    let anywhere = (-90.0..=90.0, -180.0..=180.0);
    let town = (42.5..42.8, -73.9..-73.6);
    let seam = (-20.0..20.0, prop_oneof![179.0..=180.0, -180.0..-179.0]);
    let pole = (prop::sample::select(vec![-90.0, -89.9, 89.9, 90.0]), -180.0..=180.0);
    prop_oneof![3 => anywhere, 5 => town, 2 => seam, 1 => pole].prop_map(|(lat, lng)| Point::new(lat, lng).unwrap())
}

/// A random charger; the time is one of a few, so that there are ties.
pub(crate) fn charger() -> impl Strategy<Value = (NewCharger, Timestamp)> {
    let amenities = prop::sample::subsequence(Amenity::ALL, 0..=3);
    (connectors(), places(), amenities, 0_i64..7).prop_map(|(connectors, point, amenities, second)| {
        let charger = NewCharger { connectors, amenities, ..new_charger("Random", point) };
        (charger, NOON.plus_seconds(second))
    })
}

fn standing() -> impl Strategy<Value = Standing> {
    let uptime = prop::option::of(0.0..=100.0);
    let last_verified = prop::option::of((0_i64..5).prop_map(|second| NOON.plus_seconds(-second)));
    (1_i16..=5, prop::option::of(0_u32..9), uptime, 0_u32..50, last_verified, 0_i64..7).prop_map(
        |(verification_level, available_ports, uptime_percentage, verified_by_count, last_verified, second)| Standing {
            created_at: NOON.plus_seconds(-1_000 * second),
            verification_level,
            available_ports,
            uptime_percentage,
            verified_by_count,
            last_verified,
        },
    )
}

/// Batches of a data set of forty chargers, few of which say something else than before; some name a charger more than once.
pub(crate) fn imported_batches(count: usize) -> impl Strategy<Value = Vec<Vec<ImportedCharger>>> {
    let amenities = prop::option::of(prop::sample::subsequence(Amenity::ALL, 0..=3));
    let ids = (0_u128..40, any::<u64>());
    let charger = (ids, 1_i64..4, charger(), amenities, prop::option::of(standing())).prop_map(
        |((number, new_id), hash, (said, _), amenities, standing)| ImportedCharger {
            id: id(u128::from(new_id)),
            address: format!("{new_id} Main Street"),
            connectors: said.connectors,
            total_ports: new_id as u32 % 100,
            operator: (new_id % 3 > 0).then(|| format!("Operator {}", new_id % 7)),
            notes: (new_id % 2 > 0).then(|| "Notes".to_owned()),
            amenities,
            standing,
            hash,
            ..imported(number, said.point)
        },
    );
    prop::collection::vec(prop::collection::vec(charger, 0..12), count)
}

/// Adds so many random chargers, whose ids are in no order of time, and gives each a random level.
pub(crate) async fn populate(db: &Db, count: usize) -> Vec<Known> {
    let mut known = Vec::with_capacity(count);
    for (number, (charger, at)) in sample(prop::collection::vec(charger(), count)).into_iter().enumerate() {
        add(db, number as u128, &charger, at).await;
        known.push(Known { id: id(number as u128), at, charger });
    }
    known
}

/// Whether a charger matches, as the documentation of the filter has it. Every charger here has level 1.
pub(crate) fn matches(filter: &Filter, known: &Known) -> bool {
    let asked = Port::from_mask(filter.port_mask);
    let is_asked = |connector: &&Connector| asked.is_empty() || asked.contains(&connector.port);
    let has_power = |power: f64| {
        let strong = |connector: &Connector| connector.power_kw.is_some_and(|known| known >= power);
        known.charger.connectors.iter().filter(is_asked).any(strong)
    };
    filter.min_level <= 1
        && known.charger.connectors.iter().any(|connector| is_asked(&connector))
        && Amenity::from_mask(filter.amenity_mask).iter().all(|amenity| known.charger.amenities.contains(amenity))
        && filter.min_power_kw.is_none_or(has_power)
        && filter.updated_since.is_none_or(|since| known.at >= since)
}

/// Random filters, the empty one first.
pub(crate) fn filters(count: usize) -> Vec<Filter> {
    let ports = prop::sample::subsequence(Port::ALL, 0..=2);
    let amenities = prop::sample::subsequence(Amenity::ALL, 0..=2);
    let power = prop::option::of(prop::sample::select(vec![5.0, 11.0, 50.0, 100.0, 400.0]));
    let since = prop::option::of((0_i64..8).prop_map(|second| NOON.plus_seconds(second)));
    let filter =
        (1_i16..=2, ports, amenities, power, since).prop_map(|(level, ports, amenities, power, since)| Filter {
            // Mostly 1: every charger here has that level.
            min_level: if since.is_some() { level } else { 1 },
            port_mask: Port::mask(&ports),
            amenity_mask: Amenity::mask(&amenities),
            min_power_kw: power,
            updated_since: since,
        });
    let mut filters = vec![Filter::default()];
    filters.extend(sample(prop::collection::vec(filter, count)));
    filters
}
