//! Known chargers around Albany, along the way to Buffalo and on both sides of the antimeridian.

use db::Db;
use db::ImportedCharger;
use db::photos::{NewPhoto, PhotoResult};
use domain::new_charger::NewCharger;
use domain::photo::{PhotoKind, Rendition, raw_key, rendition_key};
use domain::vocabulary::{Amenity, Port};
use tests::seed::{NOON, add, connector, finish_photo, id, imported, new_charger, point};

/// The charger of `events/get-charger.json`.
pub(crate) const PLAZA: u128 = 0x018f_6d2e_7c1a_7b60_9f5e_3a1d_2c4b_5e6f;

/// Thirty-two chargers.
pub(crate) async fn populate(db: &Db) {
    import_albany(db).await;
    import_afar(db).await;
    add_plaza(db).await;
}

/// Twenty-three with CCS at growing distances north of the city, and one without.
async fn import_albany(db: &Db) {
    let mut chargers: Vec<ImportedCharger> =
        (1..=23).map(|number| imported(number, point(42.6526 + number as f64 * 0.005, -73.7562))).collect();
    chargers.push(ImportedCharger {
        connectors: vec![connector(Port::Type2, Some(11.0), 2)],
        ..imported(24, point(42.66, -73.76))
    });
    db.import_chargers("afdc", &chargers, NOON).await.unwrap();
}

async fn import_afar(db: &Db) {
    let places = [
        (101, 43.0481, -76.1474),
        (102, 43.1566, -77.6088),
        (103, 42.8864, -78.8784),
        (104, 40.7128, -74.006),
        (201, -17.7134, 178.065),
        (202, -16.5, -179.5),
        (203, -21.0, 179.0),
    ];
    let chargers: Vec<_> = places.iter().map(|(number, lat, lng)| imported(*number, point(*lat, *lng))).collect();
    db.import_chargers("afdc", &chargers, NOON.plus_seconds(60)).await.unwrap();
}

async fn add_plaza(db: &Db) {
    let charger = NewCharger {
        connectors: vec![connector(Port::Ccs, Some(150.0), 2), connector(Port::Type1, Some(7.2), 4)],
        total_ports: 6,
        operator: Some("City of Albany".to_owned()),
        amenities: vec![Amenity::Restroom, Amenity::Parking],
        notes: Some("Entrance from Madison Avenue.".to_owned()),
        ..new_charger("Empire State Plaza, level P2", point(42.6505, -73.7593))
    };
    add(db, PLAZA, &charger, NOON.plus_seconds(120)).await;
    let raw_key = raw_key(PhotoKind::Charger, "20260301", id(1));
    let photo = NewPhoto {
        id: id(1),
        charger_id: Some(id(PLAZA)),
        kind: PhotoKind::Charger,
        raw_key: raw_key.clone(),
        hash8: None,
    };
    db.promise_photos("ann", &[photo], NOON).await.unwrap();
    let rendition = |name: &str, width: u32| Rendition {
        name: name.to_owned(),
        content_type: "image/jpeg".to_owned(),
        key: rendition_key(&raw_key, "0a1b2c3d", width, "jpg", name == "main").unwrap(),
        width,
        height: width * 3 / 4,
        bytes: u64::from(width) * 100,
    };
    let ready = PhotoResult::Ready {
        width: 1920,
        height: 1440,
        thumbhash: "1QcSHQRnh493V4dIh4eXh1h4kJUI".to_owned(),
        dominant_color: "#7d8a91".to_owned(),
        renditions: vec![rendition("main", 1920), rendition("240", 240)],
    };
    assert!(finish_photo(db, id(1), "etag", &ready).await);
}
