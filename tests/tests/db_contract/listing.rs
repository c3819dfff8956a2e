//! Pages of all chargers, newest first.

use crate::population::{Known, filters, matches, populate};
use domain::Timestamp;
use domain::filter::Filter;
use std::cmp::Reverse;
use tests::{TestDb, on_both_engines};
use uuid::Uuid;

on_both_engines!(
    the_order_is_newest_first_with_ties_broken_by_id,
    pages_by_offset_and_by_key_are_the_same_whole,
    every_filter_lists_exactly_what_matches,
    a_page_behind_the_end_is_empty,
);

type Place = (Timestamp, Uuid);

fn expected(known: &[Known], filter: &Filter) -> Vec<Place> {
    let mut places: Vec<Place> = known.iter().filter(|k| matches(filter, k)).map(|k| (k.at, k.id)).collect();
    places.sort_by_key(|place| Reverse(*place));
    places
}

async fn the_order_is_newest_first_with_ties_broken_by_id(test_db: &TestDb) {
    let known = populate(&test_db.db, 40).await;
    let listed = test_db.db.newest_chargers(&Filter::default(), None, 0, 100).await.unwrap();
    assert_eq!(listed, expected(&known, &Filter::default()));
}

async fn pages_by_offset_and_by_key_are_the_same_whole(test_db: &TestDb) {
    let db = &test_db.db;
    let filter = Filter::default();
    let whole = expected(&populate(db, 40).await, &filter);
    for size in [1, 7, 40] {
        let (mut by_offset, mut by_key): (Vec<Place>, Vec<Place>) = (Vec::new(), Vec::new());
        while by_key.len() < whole.len() {
            by_offset.extend(db.newest_chargers(&filter, None, by_offset.len() as u64, size).await.unwrap());
            by_key.extend(db.newest_chargers(&filter, by_key.last().copied(), 0, size).await.unwrap());
            assert_eq!(by_offset, by_key);
            assert_eq!(by_key, whole[..by_key.len()]);
        }
    }
}

async fn every_filter_lists_exactly_what_matches(test_db: &TestDb) {
    let known = populate(&test_db.db, 60).await;
    for filter in filters(60) {
        let listed = test_db.db.newest_chargers(&filter, None, 0, 100).await.unwrap();
        assert_eq!(listed, expected(&known, &filter), "{filter:?}");
    }
}

async fn a_page_behind_the_end_is_empty(test_db: &TestDb) {
    let filter = Filter::default();
    assert_eq!(test_db.db.newest_chargers(&filter, None, 0, 10).await.unwrap(), []);
    let known = populate(&test_db.db, 3).await;
    assert_eq!(test_db.db.newest_chargers(&filter, None, 3, 10).await.unwrap(), []);
    let last = expected(&known, &filter).pop();
    assert_eq!(test_db.db.newest_chargers(&filter, last, 0, 10).await.unwrap(), []);
}
