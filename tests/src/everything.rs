//! A database that has some of everything, the difficult kinds above all: for what carries databases about.

use crate::behind::{execute, number};
use crate::seed::{NOON, add, finish_photo, id, imported, new_charger, point};
use db::photos::{NewPhoto, PhotoResult};
use db::verifications::NewVerification;
use db::{Db, Standing};
use domain::World;
use domain::idempotency::{Asked, Claim, KeptAnswer, Outcome, Write};
use domain::photo::{PhotoKind, Rendition, raw_key};
use domain::verification::Action;
use domain::verification::report::Report;
use domain::vocabulary::{PaymentMethod, Port, StationLighting};

/// Quotes, escapes, controls, all planes of Unicode, and what looks like the end of a line or of a row.
pub const NASTY: &str = "Joe's \"Cable\" \\ \\u0000 \\n \n\r\t\u{1}\u{7f}\u{85}\u{2028} é ß 漢字 \u{1f50c}\u{10ffff}\u{feff} ,}{\"table\":\"x\"} 'y'";

/// Fills an empty database through the functions of `db`, and past them where those would not write what is difficult.
pub async fn fill(db: &Db) {
    chargers(db).await;
    photos(db).await;
    verifications(db).await;
    answers(db).await;
    for sql in [
        // The doubles at the edges.
        "UPDATE charger_connectors SET power_kw = 5e-324 WHERE charger_id = '00000000-0000-0000-0000-000000000001'",
        "UPDATE charger_connectors SET power_kw = 1.7976931348623157e308 WHERE charger_id = '00000000-0000-0000-0000-000000000002'",
        "UPDATE chargers SET max_power_kw = -0.0 WHERE id = '00000000-0000-0000-0000-0000000003e9'",
        "UPDATE chargers SET import_hash = -9223372036854775807, total_ports = 2147483647 WHERE source_id = '1002'",
        "INSERT INTO sharaspot_rows (id) VALUES ('ffffffff-ffff-ffff-ffff-ffffffffffff')",
        "INSERT INTO sharaspot_rows (id) VALUES ('00000000-0000-0000-0000-000000000000')",
    ] {
        assert!(execute(db, sql).await.unwrap() > 0, "{sql}");
    }
    let time = match db {
        Db::Postgres(_) => "'0001-01-01T00:00:00.000001Z'".to_owned(),
        Db::Sqlite(_) => "-62135596799999999".to_owned(),
    };
    let nasty = NASTY.replace('\'', "''");
    execute(db, &format!("INSERT INTO erasures (owner, erased_at) VALUES ('{nasty}', {time})")).await.unwrap();
    execute(db, &format!("UPDATE contributors SET created_at = {time} WHERE sub = 'bob'")).await.unwrap();
    assert_eq!(number(db, "SELECT count(*) FROM charger_changes WHERE is_deleted").await, 1);
}

async fn chargers(db: &Db) {
    for number in 1..=4 {
        let mut charger = new_charger(NASTY, point(42.5 + number as f64 / 10.0, -73.25));
        charger.notes = Some(NASTY.repeat(20));
        charger.operator = (number % 2 == 0).then(|| NASTY.to_owned());
        add(db, number, &charger, NOON.plus_seconds(number as i64)).await;
    }
    db.remove_charger(id(4), &[]).await.unwrap();
    let standing = Standing {
        created_at: NOON.plus_seconds(-1_000_000),
        verification_level: 5,
        available_ports: Some(0),
        uptime_percentage: Some(99.99999999999999),
        verified_by_count: 7,
        last_verified: Some(NOON),
    };
    // Places that no decimal of 15 digits tells from their neighbours.
    let place = |number: u128| point(-42.000_000_000_000_01 - number as f64 / 7.0e3, 73.000_000_000_000_01);
    let mut set: Vec<_> = (1_001..=1_040).map(|number| imported(number, place(number))).collect();
    set.iter_mut().step_by(2).for_each(|charger| charger.standing = Some(standing));
    set.iter_mut().step_by(3).for_each(|charger| (charger.operator, charger.connectors) = (None, Vec::new()));
    db.import_chargers("set", &set, NOON).await.unwrap();
}

async fn photos(db: &Db) {
    let promise = async |owner: &str, number: u128, kind: PhotoKind, charger: Option<u128>| {
        let raw_key = raw_key(kind, "20260301", id(number));
        let photo = NewPhoto { id: id(number), charger_id: charger.map(id), kind, raw_key, hash8: None };
        db.promise_photos(owner, &[photo], NOON).await.unwrap();
    };
    promise("ann", 71, PhotoKind::Charger, Some(1)).await;
    promise("bob", 72, PhotoKind::Profile, None).await;
    promise("bob", 73, PhotoKind::Verification, None).await;
    promise("ann", 74, PhotoKind::Charger, None).await;
    let rendition = |name: &str, width: u32| Rendition {
        name: name.to_owned(),
        content_type: "image/jpeg".to_owned(),
        key: format!("processed/{name}"),
        width,
        height: 1,
        bytes: u64::from(width),
    };
    let ready = PhotoResult::Ready {
        width: 1920,
        height: 1,
        thumbhash: "1QcSHQRnh493V4dIh4eXh1h4kJUI".to_owned(),
        dominant_color: "#aabbcc".to_owned(),
        renditions: vec![rendition("main", 1920), rendition("240", 240)],
    };
    for number in [71, 72] {
        assert!(finish_photo(db, id(number), "0123456789abcdef0123456789abcdef", &ready).await);
    }
    assert!(finish_photo(db, id(74), "etag", &PhotoResult::Rejected { reason: NASTY.to_owned() }).await);
    db.set_picture("bob", Some(id(72))).await.unwrap();
}

async fn verifications(db: &Db) {
    let report = Report {
        notes: Some(NASTY.to_owned()),
        wait_time: Some(1440),
        port_type_used: Some(Port::Household),
        ports_available: Some(100),
        charging_success: Some(false),
        payment_method: Some(PaymentMethod::Subscription),
        station_lighting: Some(StationLighting::WellLit),
        cleanliness_rating: Some(1),
        charging_speed_rating: Some(5),
        amenities_rating: Some(3),
        would_recommend: Some(true),
        photo_id: Some(id(73)),
        ..Report::new(Action::Partial)
    };
    let new = |number, user_id, report| NewVerification {
        id: id(number),
        charger_id: id(1),
        user_id,
        report,
        now: NOON.plus_seconds(90),
    };
    db.verify_charger(&new(501, "bob", &report)).await.unwrap().unwrap();
    db.verify_charger(&new(502, NASTY, &Report::new(Action::NotWorking))).await.unwrap().unwrap();
}

async fn answers(db: &Db) {
    let world = World { now: || NOON, new_id: || id(0xbeef) };
    let asked = Asked { method: "POST", path: "api/chargers", query: "", body: b"{}" };
    let write = |key: &str| Write::new("ann", key, asked).unwrap();
    db.claim(&write("claimed"), world).await.unwrap();
    let Claim::Ours(effect) = db.claim(&write("done"), world).await.unwrap() else { panic!("nobody else is here") };
    let headers = vec![("location".to_owned(), "/api/chargers/7".to_owned())];
    let body = format!("{{\"name\": \"{}\", \"latitude\": 42.30000000000001}}", NASTY.replace('"', "\\\""));
    let answer = KeptAnswer { status: 201, headers, body };
    db.settle(&write("done"), effect, &Outcome::Done(answer)).await.unwrap();
}
