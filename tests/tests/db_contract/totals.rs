//! How many chargers match: the counters of level, ports and amenities, and the capped count.

use crate::population::{charger, filters, matches, populate, sample};
use db::listing::COUNT_CAP;
use db::{Db, ImportedCharger};
use domain::filter::Filter;
use domain::page::Total;
use domain::vocabulary::Port;
use proptest::prelude::*;
use tests::behind::{execute, number};
use tests::seed::{NOON, add, id, imported, point};
use tests::{TestDb, on_both_engines};

on_both_engines!(
    the_counters_equal_a_recount_after_any_mix_of_changes,
    every_filter_counts_exactly_what_matches,
    a_count_without_counters_ends_at_its_cap_and_says_so,
    counters_are_made_for_the_chargers_that_are_there_already,
);

/// Facets whose counter is not the number of their chargers.
pub(crate) async fn wrong_counters(db: &Db) -> i64 {
    const SQL: &str = "SELECT count(*) FROM
         (SELECT verification_level l, port_mask p, amenity_mask a, count(*) n FROM chargers GROUP BY 1, 2, 3) counted
         FULL JOIN (SELECT verification_level l, port_mask p, amenity_mask a, n FROM charger_facets WHERE n <> 0) kept
         ON counted.l = kept.l AND counted.p = kept.p AND counted.a = kept.a
         WHERE counted.n IS NULL OR kept.n IS NULL OR counted.n <> kept.n";
    number(db, SQL).await
}

#[derive(Clone, Debug)]
enum Change {
    Add,
    Import(u128),
    Reclassify { from: i32, to: i32, level: i16 },
    Delete { every: i32 },
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => Just(Change::Add),
        3 => (0_u128..20).prop_map(Change::Import),
        2 => (1_i32..4, 0_i32..6, 1_i16..=5).prop_map(|(from, to, level)| Change::Reclassify { from, to, level }),
        1 => (2_i32..5).prop_map(|every| Change::Delete { every }),
    ]
}

async fn make(db: &Db, number: u128, change: &Change) {
    match change {
        Change::Add => {
            let (charger, at) = sample(prop::collection::vec(charger(), 1)).remove(0);
            add(db, number, &charger, at).await;
        }
        Change::Import(known) => {
            let ports = [Port::ALL[number as usize % Port::ALL.len()], Port::Type2];
            let connectors = ports.map(|port| tests::seed::connector(port, None, 1)).to_vec();
            let charger = ImportedCharger { connectors, hash: number as i64, ..imported(*known, point(1.0, 2.0)) };
            let charger = ImportedCharger { id: id(1000 + number), ..charger };
            db.import_chargers("set", &[charger], NOON).await.unwrap();
        }
        // One statement that moves many rows, some of them to where they are.
        Change::Reclassify { from, to, level } => {
            let moved =
                "UPDATE chargers SET verification_level = LEVEL, amenity_mask = TO WHERE (port_mask & FROM) <> 0";
            let moved = moved.replace("LEVEL", &level.to_string()).replace("TO", &to.to_string());
            execute(db, &moved.replace("FROM", &from.to_string())).await.unwrap();
        }
        Change::Delete { every } => {
            let delete = format!("DELETE FROM chargers WHERE CAST(lat * 1000 AS integer) % {every} = 0");
            execute(db, &delete).await.unwrap();
        }
    }
}

async fn the_counters_equal_a_recount_after_any_mix_of_changes(test_db: &TestDb) {
    let db = &test_db.db;
    for (step, change) in sample(prop::collection::vec(change(), 80)).iter().enumerate() {
        make(db, step as u128, change).await;
        assert_eq!(wrong_counters(db).await, 0, "after {change:?}");
        let total = db.count_chargers(&Filter::default()).await.unwrap();
        assert_eq!(total.count as i64, number(db, "SELECT count(*) FROM chargers").await);
    }
    execute(db, "DELETE FROM chargers").await.unwrap();
    assert_eq!(db.count_chargers(&Filter::default()).await.unwrap().count, 0);
}

async fn every_filter_counts_exactly_what_matches(test_db: &TestDb) {
    let known = populate(&test_db.db, 60).await;
    for filter in filters(60) {
        let count = known.iter().filter(|known| matches(&filter, known)).count() as u64;
        assert_eq!(test_db.db.count_chargers(&filter).await.unwrap(), Total { count, is_capped: false }, "{filter:?}");
    }
}

async fn a_count_without_counters_ends_at_its_cap_and_says_so(test_db: &TestDb) {
    let db = &test_db.db;
    let since = Filter { updated_since: Some(NOON), ..Filter::default() };
    let chargers: Vec<_> = (0..u128::from(COUNT_CAP) + 1).map(|number| imported(number, point(1.0, 2.0))).collect();
    let (last, all_but_last) = chargers.split_last().unwrap();
    db.import_chargers("set", all_but_last, NOON).await.unwrap();
    assert_eq!(db.count_chargers(&since).await.unwrap(), Total { count: COUNT_CAP, is_capped: false });
    db.import_chargers("set", std::slice::from_ref(last), NOON).await.unwrap();
    assert_eq!(db.count_chargers(&since).await.unwrap(), Total { count: COUNT_CAP, is_capped: true });
    let all = db.count_chargers(&Filter::default()).await.unwrap();
    assert_eq!(all, Total { count: COUNT_CAP + 1, is_capped: false });
}

async fn counters_are_made_for_the_chargers_that_are_there_already(test_db: &TestDb) {
    let db = &test_db.db;
    populate(db, 20).await;
    db.migrate_down_to(4).await.unwrap();
    db.migrate_up().await.unwrap();
    assert_eq!(wrong_counters(db).await, 0);
    assert_eq!(db.count_chargers(&Filter::default()).await.unwrap().count, 20);
}
