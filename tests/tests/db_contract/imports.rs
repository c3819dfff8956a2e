//! Chargers from other data sets, in batches that can be repeated.

use db::{ImportOutcome, ImportedCharger};
use domain::filter::Filter;
use domain::geo::{Disc, cover_disc};
use domain::vocabulary::Port;
use tests::seed::{NOON, connector, id, imported, point};
use tests::{TestDb, on_both_engines};

on_both_engines!(
    a_second_import_of_the_same_changes_nothing,
    what_the_data_set_changed_is_updated_in_place,
    two_data_sets_may_use_the_same_ids,
    a_batch_is_all_or_nothing,
    a_batch_may_name_a_charger_twice,
);

fn batch(count: u128) -> Vec<ImportedCharger> {
    (1..=count).map(|number| imported(number, point(1.0, 2.0))).collect()
}

fn outcome(imported: u64, updated: u64, unchanged: u64) -> ImportOutcome {
    ImportOutcome { imported, updated, unchanged }
}

async fn a_second_import_of_the_same_changes_nothing(test_db: &TestDb) {
    let db = &test_db.db;
    let mut again = batch(5);
    // A new run draws new ids; they must not matter.
    again.iter_mut().for_each(|charger| charger.id = id(100 + charger.id.as_u128()));
    assert_eq!(db.import_chargers("set", &batch(5), NOON).await.unwrap(), outcome(5, 0, 0));
    let before = db.charger(id(3)).await.unwrap();
    assert_eq!(db.import_chargers("set", &again, NOON.plus_seconds(60)).await.unwrap(), outcome(0, 0, 5));
    assert_eq!(db.charger(id(3)).await.unwrap(), before);
    assert_eq!(db.charger(id(103)).await.unwrap(), None);
    assert_eq!(db.import_chargers("set", &[], NOON).await.unwrap(), outcome(0, 0, 0));
}

async fn what_the_data_set_changed_is_updated_in_place(test_db: &TestDb) {
    let db = &test_db.db;
    db.import_chargers("set", &batch(2), NOON).await.unwrap();
    let moved = ImportedCharger {
        id: id(99),
        connectors: vec![connector(Port::Tesla, Some(250.0), 8), connector(Port::Type2, None, 1)],
        total_ports: 9,
        operator: None,
        hash: 2,
        ..imported(2, point(50.0, 10.0))
    };
    let later = NOON.plus_seconds(60);
    assert_eq!(
        db.import_chargers("set", &[imported(1, point(1.0, 2.0)), moved], later).await.unwrap(),
        outcome(0, 1, 1)
    );
    let charger = db.charger(id(2)).await.unwrap().unwrap();
    assert_eq!((charger.latitude, charger.longitude), (50.0, 10.0));
    assert_eq!((charger.port_types, charger.max_power_kw), (vec![Port::Type2, Port::Tesla], Some(250.0)));
    assert_eq!((charger.connectors.len(), charger.total_ports, charger.operator), (2, 9, None));
    assert_eq!((charger.created_at, charger.updated_at), (NOON, later));
    // It is found where it is now, and by what changed since.
    let disc = Disc::new(point(50.0, 10.0), 10.0).unwrap();
    let since = Filter { updated_since: Some(later), ..Filter::default() };
    let found = db.fold_candidates(&cover_disc(&disc), &since, Vec::new, Vec::push).await.unwrap();
    assert_eq!(found.iter().map(|candidate| candidate.id).collect::<Vec<_>>(), [id(2)]);
}

async fn two_data_sets_may_use_the_same_ids(test_db: &TestDb) {
    let db = &test_db.db;
    let mut other = batch(2);
    other.iter_mut().for_each(|charger| charger.id = id(100 + charger.id.as_u128()));
    assert_eq!(db.import_chargers("one", &batch(2), NOON).await.unwrap(), outcome(2, 0, 0));
    assert_eq!(db.import_chargers("two", &other, NOON).await.unwrap(), outcome(2, 0, 0));
    assert_eq!(db.count_chargers(&Filter::default()).await.unwrap().count, 4);
}

async fn a_batch_is_all_or_nothing(test_db: &TestDb) {
    let db = &test_db.db;
    let mut bad = batch(3);
    bad[2].id = id(1);
    assert_eq!(db.import_chargers("set", &bad, NOON).await.unwrap_err().kind(), domain::Kind::Internal);
    assert_eq!(db.count_chargers(&Filter::default()).await.unwrap().count, 0);
    assert_eq!(db.charger(id(1)).await.unwrap(), None);
    assert_eq!(db.import_chargers("set", &batch(3), NOON).await.unwrap(), outcome(3, 0, 0));
}

async fn a_batch_may_name_a_charger_twice(test_db: &TestDb) {
    let twice = [imported(1, point(1.0, 2.0)), ImportedCharger { id: id(2), ..imported(1, point(1.0, 2.0)) }];
    assert_eq!(test_db.db.import_chargers("set", &twice, NOON).await.unwrap(), outcome(1, 0, 1));
}
