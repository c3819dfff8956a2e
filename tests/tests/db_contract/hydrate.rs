//! Whole chargers by their ids.

use crate::population::populate;
use db::ImportedCharger;
use domain::charger::SourceType;
use domain::new_charger::NewCharger;
use domain::vocabulary::{Amenity, Port};
use tests::seed::{NOON, add, connector, id, imported, new_charger, point};
use tests::{TestDb, on_both_engines};

on_both_engines!(
    chargers_come_in_the_order_of_their_ids_and_strangers_are_passed_over,
    an_added_charger_comes_back_as_it_was_sent,
    an_imported_charger_comes_back_as_its_data_set_has_it,
);

async fn chargers_come_in_the_order_of_their_ids_and_strangers_are_passed_over(test_db: &TestDb) {
    let known = populate(&test_db.db, 20).await;
    let wanted = [id(7), id(999), id(3), id(19), id(0)];
    let found = test_db.db.chargers(&wanted).await.unwrap();
    assert_eq!(found.iter().map(|charger| charger.id).collect::<Vec<_>>(), [id(7), id(3), id(19), id(0)]);
    for charger in &found {
        let known = known.iter().find(|known| known.id == charger.id).unwrap();
        assert_eq!(charger.connectors, known.charger.connectors);
    }
    assert_eq!(test_db.db.chargers(&[]).await.unwrap(), []);
    assert_eq!(test_db.db.charger(id(999)).await.unwrap(), None);
    assert_eq!(test_db.db.charger(id(3)).await.unwrap().unwrap().id, id(3));
}

async fn an_added_charger_comes_back_as_it_was_sent(test_db: &TestDb) {
    let sent = NewCharger {
        connectors: vec![
            connector(Port::Type2, Some(7.2), 4),
            connector(Port::Ccs, Some(150.0), 2),
            connector(Port::Ccs, None, 1),
        ],
        total_ports: 7,
        operator: Some("Ünïcode & Söhne".to_owned()),
        amenities: vec![Amenity::Cafe, Amenity::RestArea],
        notes: Some("Joe's \"entrance\"\nfrom behind; 100 % \u{1F50C}".to_owned()),
        ..new_charger("It's <b>here</b>", point(-33.123456789, 151.987654321))
    };
    add(&test_db.db, 1, &sent, NOON).await;
    let kept = test_db.db.charger(id(1)).await.unwrap().unwrap();
    assert_eq!((kept.name, kept.address), (sent.name, sent.address));
    assert_eq!((kept.latitude, kept.longitude), (sent.point.lat(), sent.point.lng()));
    assert_eq!((kept.connectors, kept.total_ports), (sent.connectors, 7));
    assert_eq!((kept.port_types, kept.max_power_kw), (vec![Port::Type2, Port::Ccs], Some(150.0)));
    assert_eq!((kept.operator, kept.amenities, kept.notes), (sent.operator, sent.amenities, sent.notes));
    assert_eq!((kept.source_type, kept.source, kept.source_id), (SourceType::CommunityManual, None, None));
    assert_eq!((kept.created_at, kept.updated_at), (NOON, NOON));
    assert_eq!(kept.added_by.as_deref(), Some("ann"));
}

async fn an_imported_charger_comes_back_as_its_data_set_has_it(test_db: &TestDb) {
    let connectors = vec![connector(Port::Chademo, None, 1)];
    let sent = ImportedCharger { connectors, notes: Some("24 hours".to_owned()), ..imported(1, point(0.0, 180.0)) };
    test_db.db.import_chargers("afdc", std::slice::from_ref(&sent), NOON).await.unwrap();
    let kept = test_db.db.charger(id(1)).await.unwrap().unwrap();
    assert_eq!((kept.name, kept.address, kept.notes), (sent.name, sent.address, sent.notes));
    assert_eq!((kept.connectors, kept.max_power_kw), (sent.connectors, None));
    assert_eq!((kept.source_type, kept.added_by), (SourceType::Official, None));
    assert_eq!((kept.source.as_deref(), kept.source_id.as_deref()), (Some("afdc"), Some("1")));
    assert_eq!((kept.verification_level, kept.verified_by_count), (1, 0));
    assert_eq!((kept.available_ports, kept.uptime_percentage, kept.last_verified), (None, None, None));
}
