//! The spatial read: what the ranges of an area hand over, held against every row.

use crate::population::{Known, filters, matches, populate};
use domain::charger::Candidate;
use domain::filter::Filter;
use domain::geo::{BoundingBox, Disc, KeyRange, MAX_RANGES, cell_key, cover_box, cover_disc};
use domain::vocabulary::Port;
use std::collections::HashSet;
use tests::seed::{NOON, add, connector, id, new_charger, point};
use tests::{TestDb, on_both_engines};
use uuid::Uuid;

on_both_engines!(
    ranges_hand_over_exactly_the_chargers_whose_key_lies_in_them,
    no_charger_of_a_disc_is_missed,
    no_charger_of_a_box_is_missed_across_the_antimeridian_and_at_the_poles,
    every_filter_holds_inside_an_area,
    power_and_port_are_asked_of_the_same_connector,
    as_many_ranges_as_a_covering_may_have_are_one_statement,
    no_ranges_are_no_chargers,
);

const WHOLE: KeyRange = KeyRange { lo: 0, hi: i64::MAX };

async fn visited(test_db: &TestDb, ranges: &[KeyRange], filter: &Filter) -> Vec<Candidate> {
    test_db.db.fold_candidates(ranges, filter, Vec::new, Vec::push).await.unwrap()
}

async fn ids(test_db: &TestDb, ranges: &[KeyRange], filter: &Filter) -> HashSet<Uuid> {
    let found = visited(test_db, ranges, filter).await;
    let ids: HashSet<Uuid> = found.iter().map(|candidate| candidate.id).collect();
    assert_eq!(ids.len(), found.len(), "a charger came twice");
    ids
}

fn which(known: &[Known], wanted: impl Fn(&Known) -> bool) -> HashSet<Uuid> {
    known.iter().filter(|known| wanted(known)).map(|known| known.id).collect()
}

async fn ranges_hand_over_exactly_the_chargers_whose_key_lies_in_them(test_db: &TestDb) {
    let known = populate(&test_db.db, 80).await;
    let mut keys: Vec<i64> = known.iter().map(|known| cell_key(known.charger.point)).collect();
    keys.sort_unstable();
    // Ends included, and a range of a single key.
    let ranges = [KeyRange { lo: keys[3], hi: keys[20] }, KeyRange { lo: keys[40], hi: keys[40] }];
    let expected = which(&known, |known| ranges.iter().any(|range| range.contains(cell_key(known.charger.point))));
    assert_eq!(ids(test_db, &ranges, &Filter::default()).await, expected);
    for candidate in visited(test_db, &[WHOLE], &Filter::default()).await {
        let known = known.iter().find(|known| known.id == candidate.id).unwrap();
        let whole = Candidate { id: known.id, point: known.charger.point, created_at: known.at, verification_level: 1 };
        assert_eq!(candidate, whole);
    }
}

async fn no_charger_of_a_disc_is_missed(test_db: &TestDb) {
    let known = populate(&test_db.db, 150).await;
    for (center, radius_m) in [
        (point(42.65, -73.75), 0.0),
        (point(42.65, -73.75), 12_000.0),
        (point(0.0, 180.0), 300_000.0),
        (point(90.0, 0.0), 100_000.0),
        (point(-90.0, 17.0), 20_100_000.0),
    ] {
        let disc = Disc::new(center, radius_m).unwrap();
        let mut found = visited(test_db, &cover_disc(&disc), &Filter::default()).await;
        found.retain(|candidate| disc.contains(candidate.point));
        let found: HashSet<Uuid> = found.iter().map(|candidate| candidate.id).collect();
        assert_eq!(found, which(&known, |known| disc.contains(known.charger.point)), "{disc:?}");
    }
}

async fn no_charger_of_a_box_is_missed_across_the_antimeridian_and_at_the_poles(test_db: &TestDb) {
    let known = populate(&test_db.db, 150).await;
    for (west, south, east, north) in [
        (-73.9, 42.5, -73.7, 42.7),
        (179.5, -15.0, -179.5, 15.0),
        (170.0, -90.0, -170.0, 90.0),
        (-180.0, 89.0, 180.0, 90.0),
        (180.0, -90.0, 180.0, 90.0),
        (10.0, -60.0, -10.0, 60.0),
    ] {
        let area = BoundingBox::new(west, south, east, north).unwrap();
        let mut found = visited(test_db, &cover_box(&area), &Filter::default()).await;
        found.retain(|candidate| area.contains(candidate.point));
        let found: HashSet<Uuid> = found.iter().map(|candidate| candidate.id).collect();
        assert_eq!(found, which(&known, |known| area.contains(known.charger.point)), "{area:?}");
    }
}

async fn every_filter_holds_inside_an_area(test_db: &TestDb) {
    let known = populate(&test_db.db, 60).await;
    for filter in filters(60) {
        let expected = which(&known, |known| matches(&filter, known));
        assert_eq!(ids(test_db, &[WHOLE], &filter).await, expected, "{filter:?}");
    }
}

async fn power_and_port_are_asked_of_the_same_connector(test_db: &TestDb) {
    let db = &test_db.db;
    let with = |connectors: &[(Port, Option<f64>)]| {
        let mut charger = new_charger("Park", point(1.0, 2.0));
        charger.connectors = connectors.iter().map(|(port, power)| connector(*port, *power, 1)).collect();
        charger
    };
    add(db, 1, &with(&[(Port::Ccs, Some(150.0)), (Port::Type2, Some(11.0))]), NOON).await;
    add(db, 2, &with(&[(Port::Ccs, Some(50.0)), (Port::Type2, Some(43.0))]), NOON).await;
    add(db, 3, &with(&[(Port::Ccs, Some(50.0)), (Port::Chademo, Some(150.0))]), NOON).await;
    add(db, 4, &with(&[(Port::Ccs, None)]), NOON).await;
    for (ports, min_power_kw, expected) in [
        (vec![Port::Ccs], Some(100.0), vec![1]),
        (vec![Port::Ccs], Some(50.0), vec![1, 2, 3]),
        (vec![Port::Type2, Port::Chademo], Some(43.0), vec![2, 3]),
        (vec![], Some(150.0), vec![1, 3]),
        (vec![], Some(0.1), vec![1, 2, 3]),
        (vec![Port::Ccs], None, vec![1, 2, 3, 4]),
    ] {
        let filter = Filter { port_mask: Port::mask(&ports), min_power_kw, ..Filter::default() };
        assert_eq!(ids(test_db, &[WHOLE], &filter).await, expected.into_iter().map(id).collect(), "{filter:?}");
    }
}

async fn as_many_ranges_as_a_covering_may_have_are_one_statement(test_db: &TestDb) {
    let known = populate(&test_db.db, 30).await;
    let width = i64::MAX / MAX_RANGES as i64;
    let range = |number: i64| KeyRange { lo: number * width, hi: number * width + width - 1 };
    let ranges: Vec<_> = (0..MAX_RANGES as i64).map(range).collect();
    assert_eq!(ids(test_db, &ranges, &Filter::default()).await, which(&known, |_| true));
}

async fn no_ranges_are_no_chargers(test_db: &TestDb) {
    populate(&test_db.db, 3).await;
    assert!(visited(test_db, &[], &Filter::default()).await.is_empty());
}
