//! Chargers for tests, brought in through the real functions of `db`.

use db::contributions::{Addition, Contribution};
use db::photos::{Finish, PhotoResult};
use db::{Db, ImportedCharger};
use domain::Timestamp;
use domain::charger::Connector;
use domain::geo::Point;
use domain::new_charger::NewCharger;
use domain::vocabulary::{Amenity, Port};
use uuid::Uuid;

/// 2026-03-01T12:00:00Z.
pub const NOON: Timestamp = Timestamp::from_micros(1_772_366_400_000_000);

/// An id from a number.
pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// A place; panics off the globe.
pub fn point(lat: f64, lng: f64) -> Point {
    Point::new(lat, lng).unwrap()
}

/// A connector.
pub fn connector(port: Port, power_kw: Option<f64>, count: u32) -> Connector {
    Connector { port, power_kw, count }
}

/// A charger with two CCS connectors, to be varied.
pub fn new_charger(name: &str, point: Point) -> NewCharger {
    NewCharger {
        name: name.to_owned(),
        address: format!("{name} street"),
        point,
        connectors: vec![connector(Port::Ccs, Some(150.0), 2)],
        total_ports: 2,
        operator: None,
        amenities: vec![Amenity::Parking],
        notes: None,
        // Tests add several at one place.
        allow_duplicate: true,
    }
}

/// Adds a charger of Ann's; its id and that of its verification come from the number.
pub async fn add(db: &Db, number: u128, charger: &NewCharger, now: Timestamp) {
    let contribution = Contribution {
        charger_id: id(number),
        verification_id: id(1 << 64 | number),
        author: "ann",
        charger,
        new_photos: &[],
        photo_ids: &[],
        now,
    };
    assert_eq!(db.add_charger(&contribution).await.unwrap(), Addition::Done { refused_ids: Vec::new() });
}

/// Writes down what became of a promised photo's bytes, as the optimiser does; whether it was written.
pub async fn finish_photo(db: &Db, photo_id: Uuid, etag: &str, result: &PhotoResult) -> bool {
    let before = db.photo_progress(photo_id).await.unwrap().unwrap();
    let finish = Finish {
        before: &before,
        etag,
        sequencer: None,
        hash8: "0a1b2c3d",
        made_with: "the settings of tests",
        result,
    };
    db.finish_photo(photo_id, &finish, NOON).await.unwrap()
}

/// A charger of a data set with one CCS connector, to be varied; its id and its id there come from the number.
pub fn imported(number: u128, point: Point) -> ImportedCharger {
    ImportedCharger {
        id: id(number),
        source_id: number.to_string(),
        name: format!("Charger {number}"),
        address: format!("{number} Main Street"),
        point,
        connectors: vec![connector(Port::Ccs, Some(50.0), 1)],
        total_ports: 1,
        operator: Some("Operator".to_owned()),
        amenities: None,
        notes: None,
        standing: None,
        hash: 1,
    }
}
