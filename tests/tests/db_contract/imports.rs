//! Chargers from other data sets, in batches that can be repeated.

use crate::population::{imported_batches, sample};
use crate::totals::wrong_counters;
use db::{Db, ImportOutcome, ImportedCharger, Standing};
use domain::Timestamp;
use domain::charger::{Charger, SourceType, max_power_kw};
use domain::filter::Filter;
use domain::geo::{Disc, cover_disc};
use domain::vocabulary::{Amenity, Port};
use std::collections::BTreeMap;
use tests::seed::{NOON, connector, id, imported, point};
use tests::{TestDb, on_both_engines};

on_both_engines!(
    a_second_import_of_the_same_changes_nothing,
    what_the_data_set_changed_is_updated_in_place,
    two_data_sets_may_use_the_same_ids,
    a_batch_is_all_or_nothing,
    a_batch_may_name_a_charger_twice,
    random_batches_do_what_reading_them_row_by_row_would_do,
    a_standing_is_for_the_new_alone,
    amenities_that_a_data_set_does_not_know_are_left_alone,
    two_imports_at_once_queue,
    texts_arrive_as_they_were_sent,
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

/// What the data set has brought in so far, kept in memory.
type Kept = BTreeMap<String, (i64, Charger)>;

/// A charger that has just been imported.
fn new_charger(charger: &ImportedCharger, now: Timestamp) -> Charger {
    let standing = charger.standing;
    let mut kept = Charger {
        id: charger.id,
        name: String::new(),
        address: String::new(),
        latitude: 0.0,
        longitude: 0.0,
        port_types: Vec::new(),
        connectors: Vec::new(),
        available_ports: standing.and_then(|standing| standing.available_ports),
        total_ports: 0,
        max_power_kw: None,
        operator: None,
        source_type: SourceType::Official,
        source: Some("set".to_owned()),
        source_id: Some(charger.source_id.clone()),
        verification_level: standing.map_or(1, |standing| standing.verification_level),
        added_by: None,
        amenities: Vec::new(),
        last_verified: standing.and_then(|standing| standing.last_verified),
        uptime_percentage: standing.and_then(|standing| standing.uptime_percentage),
        verified_by_count: standing.map_or(0, |standing| standing.verified_by_count),
        created_at: standing.map_or(now, |standing| standing.created_at),
        updated_at: now,
        photos: Vec::new(),
        notes: None,
    };
    overwrite(&mut kept, charger, now);
    kept
}

/// What a data set says of a charger, said anew.
fn overwrite(kept: &mut Charger, charger: &ImportedCharger, now: Timestamp) {
    (kept.name, kept.address) = (charger.name.clone(), charger.address.clone());
    (kept.latitude, kept.longitude) = (charger.point.lat(), charger.point.lng());
    kept.port_types = Port::from_mask(Port::mask(charger.connectors.iter().map(|connector| &connector.port)));
    kept.max_power_kw = max_power_kw(&charger.connectors);
    (kept.connectors, kept.total_ports) = (charger.connectors.clone(), charger.total_ports);
    (kept.operator, kept.notes) = (charger.operator.clone(), charger.notes.clone());
    if let Some(amenities) = &charger.amenities {
        kept.amenities = amenities.clone();
    }
    kept.updated_at = now;
}

fn import_row_by_row(kept: &mut Kept, batch: &[ImportedCharger], now: Timestamp) -> ImportOutcome {
    let mut done = ImportOutcome::default();
    for charger in batch {
        match kept.get_mut(&charger.source_id) {
            Some((hash, _)) if *hash == charger.hash => done.unchanged += 1,
            Some((hash, known)) => {
                *hash = charger.hash;
                overwrite(known, charger, now);
                done.updated += 1;
            }
            None => {
                kept.insert(charger.source_id.clone(), (charger.hash, new_charger(charger, now)));
                done.imported += 1;
            }
        }
    }
    done
}

async fn random_batches_do_what_reading_them_row_by_row_would_do(test_db: &TestDb) {
    let db = &test_db.db;
    let (mut kept, mut sum) = (Kept::new(), ImportOutcome::default());
    for (number, batch) in sample(imported_batches(60)).iter().enumerate() {
        let now = NOON.plus_seconds(number as i64);
        let expected = import_row_by_row(&mut kept, batch, now);
        assert_eq!(db.import_chargers("set", batch, now).await.unwrap(), expected, "batch {number}");
        assert_eq!(wrong_counters(db).await, 0, "batch {number}");
        sum.imported += expected.imported;
        sum.updated += expected.updated;
        sum.unchanged += expected.unchanged;
        for (_, charger) in kept.values() {
            assert_eq!(db.charger(charger.id).await.unwrap().as_ref(), Some(charger), "batch {number}");
        }
    }
    assert_eq!(db.count_chargers(&Filter::default()).await.unwrap().count, kept.len() as u64);
    assert!(sum.imported > 20 && sum.updated > 50 && sum.unchanged > 50, "{sum:?}");
}

async fn a_standing_is_for_the_new_alone(test_db: &TestDb) {
    let db = &test_db.db;
    let standing = Standing {
        created_at: NOON.plus_seconds(-86_400),
        verification_level: 4,
        available_ports: Some(0),
        uptime_percentage: Some(87.5),
        verified_by_count: 12,
        last_verified: Some(NOON.plus_seconds(-60)),
    };
    let old = ImportedCharger { standing: Some(standing), ..imported(1, point(1.0, 2.0)) };
    db.import_chargers("set", std::slice::from_ref(&old), NOON).await.unwrap();
    let later = NOON.plus_seconds(60);
    let other = Standing { verification_level: 5, created_at: later, verified_by_count: 0, ..standing };
    for (standing, hash) in [(None, 2), (Some(other), 3)] {
        let changed = ImportedCharger { standing, hash, ..old.clone() };
        assert_eq!(db.import_chargers("set", &[changed], later).await.unwrap(), outcome(0, 1, 0));
    }
    let kept = db.charger(id(1)).await.unwrap().unwrap();
    assert_eq!((kept.created_at, kept.updated_at, kept.verification_level), (standing.created_at, later, 4));
    assert_eq!((kept.available_ports, kept.uptime_percentage), (Some(0), Some(87.5)));
    assert_eq!((kept.verified_by_count, kept.last_verified), (12, standing.last_verified));
    assert_eq!(wrong_counters(db).await, 0);
}

async fn amenities_that_a_data_set_does_not_know_are_left_alone(test_db: &TestDb) {
    let db = &test_db.db;
    let cafe = Some(vec![Amenity::Cafe]);
    let says =
        [(cafe.clone(), 1), (None, 2), (Some(vec![Amenity::Wifi, Amenity::Atm]), 3), (None, 4), (Some(Vec::new()), 5)];
    let charger = |(amenities, hash)| ImportedCharger { amenities, hash, ..imported(1, point(1.0, 2.0)) };
    for (said, expected) in says.into_iter().zip([
        &[Amenity::Cafe][..],
        &[Amenity::Cafe],
        &[Amenity::Wifi, Amenity::Atm],
        &[Amenity::Wifi, Amenity::Atm],
        &[],
    ]) {
        db.import_chargers("set", &[charger(said)], NOON).await.unwrap();
        assert_eq!(db.charger(id(1)).await.unwrap().unwrap().amenities, expected);
    }
    // The same within one batch.
    db.import_chargers("set", &[charger((cafe, 6)), charger((None, 7))], NOON).await.unwrap();
    assert_eq!(db.charger(id(1)).await.unwrap().unwrap().amenities, [Amenity::Cafe]);
}

/// Of two imports of the same data set each charger is new to one and known to the other, whoever is first.
async fn two_imports_at_once_queue(test_db: &TestDb) {
    let import = async |db: Db, first_id: u128| {
        let mut sum = ImportOutcome::default();
        for number in 0..20 {
            let batch = (1..=50).map(|place| {
                let new_id = id(first_id + 50 * number + place);
                ImportedCharger { id: new_id, ..imported(50 * number + place, point(1.0, 2.0)) }
            });
            let done = db.import_chargers("set", &batch.collect::<Vec<_>>(), NOON).await.unwrap();
            sum.imported += done.imported;
            sum.unchanged += done.unchanged;
        }
        sum
    };
    let (one, other) = tokio::join!(import(test_db.db.clone(), 1_000_000), import(test_db.db.clone(), 2_000_000));
    assert_eq!((one.imported + other.imported, one.unchanged + other.unchanged), (1_000, 1_000));
    assert_eq!(test_db.db.count_chargers(&Filter::default()).await.unwrap().count, 1_000);
    assert_eq!(wrong_counters(&test_db.db).await, 0);
}

async fn texts_arrive_as_they_were_sent(test_db: &TestDb) {
    let odd = "tab\t, line\n, \\N, \\., \"quoted\", 'single', 充电站 \u{1f50c}";
    let sent = ImportedCharger {
        name: odd.to_owned(),
        address: "\\.".to_owned(),
        operator: Some(String::new()),
        notes: Some("\\N".to_owned()),
        source_id: odd.repeat(3),
        ..imported(1, point(-33.123456789, -179.987654321))
    };
    for (hash, expected) in [(1, outcome(1, 0, 0)), (2, outcome(0, 1, 0))] {
        let sent = ImportedCharger { hash, ..sent.clone() };
        assert_eq!(test_db.db.import_chargers("set", std::slice::from_ref(&sent), NOON).await.unwrap(), expected);
        let kept = test_db.db.charger(id(1)).await.unwrap().unwrap();
        assert_eq!((kept.name, kept.address, kept.source_id), (sent.name, sent.address, Some(sent.source_id)));
        assert_eq!((kept.operator, kept.notes), (sent.operator, sent.notes));
        assert_eq!((kept.latitude, kept.longitude), (sent.point.lat(), sent.point.lng()));
    }
}
