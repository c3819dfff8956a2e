//! A charger that is changed, and one that is removed with everything that belongs to it.

use crate::totals::wrong_counters;
use db::Db;
use db::chargers::Removal;
use db::contributions::Contribution;
use db::photos::{NewPhoto, PhotoResult};
use domain::charger::Charger;
use domain::charger_patch::ChargerPatch;
use domain::filter::Filter;
use domain::geo::{Disc, cover_disc};
use domain::photo::{PhotoKind, raw_key};
use serde_json::{Value, json};
use tests::seed::{NOON, add, finish_photo, id, new_charger, point};
use tests::{TestDb, on_both_engines};
use uuid::Uuid;

on_both_engines!(
    a_charger_that_moves_is_found_where_it_is_now,
    ports_power_and_amenities_follow_the_patch,
    what_changes_nothing_writes_nothing,
    what_is_refused_leaves_the_charger_as_it_was,
    changes_of_one_charger_at_once_queue,
    a_charger_takes_along_all_that_belongs_to_it,
    everybody_who_contributed_is_counted_anew,
    a_charger_stays_while_a_photo_of_it_was_not_dealt_with,
    a_photo_of_a_charger_that_is_gone_is_not_promised,
    removals_beside_changes_and_photos_never_meet_in_a_circle,
    many_chargers_come_in_as_one_each_would,
    a_batch_is_all_or_nothing,
);

async fn counters(db: &Db) -> Vec<(String, i32, i32, i32, i32)> {
    const SQL: &str =
        "SELECT sub, chargers_added, verifications, photos_uploaded, trust_score FROM contributors ORDER BY sub";
    match db {
        Db::Postgres(postgres) => sqlx::query_as(SQL).fetch_all(postgres.pool()).await.unwrap(),
        Db::Sqlite(sqlite) => sqlx::query_as(SQL).fetch_all(sqlite.pool()).await.unwrap(),
    }
}

async fn execute(db: &Db, sql: &str) {
    let sql = sqlx::AssertSqlSafe(sql);
    match db {
        Db::Postgres(postgres) => drop(sqlx::query(sql).execute(postgres.pool()).await.unwrap()),
        Db::Sqlite(sqlite) => drop(sqlx::query(sql).execute(sqlite.pool()).await.unwrap()),
    }
}

async fn patch(db: &Db, number: u128, body: Value) -> domain::Result<()> {
    let patch = ChargerPatch::from_body(body.to_string().as_bytes()).unwrap();
    db.edit_charger(id(number), NOON.plus_seconds(60), |charger| patch.apply(charger)).await
}

async fn found_at(db: &Db, lat: f64, lng: f64, filter: &Filter) -> Vec<Uuid> {
    let disc = Disc::new(point(lat, lng), 10.0).unwrap();
    let found = db.fold_candidates(&cover_disc(&disc), filter, Vec::new, Vec::push).await.unwrap();
    found.into_iter().map(|candidate| candidate.id).collect()
}

fn photo(number: u128, kind: PhotoKind, charger_id: Option<Uuid>) -> NewPhoto {
    NewPhoto { id: id(number), charger_id, kind, raw_key: raw_key(kind, "20260301", id(number)), hash8: None }
}

async fn publish(db: &Db, owner: &str, photo: NewPhoto) {
    db.promise_photos(owner, std::slice::from_ref(&photo), NOON).await.unwrap();
    let (thumbhash, dominant_color) = (String::new(), String::new());
    let ready = PhotoResult::Ready { width: 1, height: 1, thumbhash, dominant_color, renditions: Vec::new() };
    assert!(finish_photo(db, photo.id, "etag", &ready).await);
}

/// A verification with a photo, as a row; the counters are not touched.
async fn verify(db: &Db, number: u128, charger: u128, sub: &str, photo: Option<u128>) {
    let time = if matches!(db, Db::Postgres(_)) { "'2026-03-01T12:00:00Z'" } else { "1772366400000000" };
    let photo = photo.map_or("NULL".to_owned(), |photo| format!("'{}'", id(photo)));
    let (number, charger) = (id(number), id(charger));
    let columns = "id, charger_id, user_id, action, timestamp, photo_id";
    let values = format!("'{number}', '{charger}', '{sub}', 'active', {time}, {photo}");
    execute(db, &format!("INSERT INTO verification_actions ({columns}) VALUES ({values})")).await;
}

async fn a_charger_that_moves_is_found_where_it_is_now(test_db: &TestDb) {
    let db = &test_db.db;
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    patch(
        db,
        1,
        json!({"latitude": 50.0, "longitude": 10.0, "name": "Joe's & Co", "notes": "Left.", "operator": "City"}),
    )
    .await
    .unwrap();
    let everything = Filter::default();
    assert!(found_at(db, 1.0, 2.0, &everything).await.is_empty());
    assert_eq!(found_at(db, 50.0, 10.0, &everything).await, [id(1)]);
    let charger = db.charger(id(1)).await.unwrap().unwrap();
    assert_eq!((charger.name.as_str(), charger.notes.as_deref()), ("Joe's & Co", Some("Left.")));
    assert_eq!((charger.created_at, charger.updated_at), (NOON, NOON.plus_seconds(60)));
    patch(db, 1, json!({"notes": null, "operator": null, "available_ports": null})).await.unwrap();
    let charger = db.charger(id(1)).await.unwrap().unwrap();
    assert_eq!((charger.notes, charger.operator, charger.available_ports), (None, None, None));
}

async fn ports_power_and_amenities_follow_the_patch(test_db: &TestDb) {
    let db = &test_db.db;
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let connectors = json!([{"type": "Tesla", "power_kw": 250, "count": 8}, {"type": "Type 2", "count": 1}]);
    patch(db, 1, json!({"connectors": connectors, "amenities": ["cafe", "wifi"]})).await.unwrap();
    let charger = db.charger(id(1)).await.unwrap().unwrap();
    assert_eq!((charger.total_ports, charger.available_ports, charger.max_power_kw), (9, Some(2), Some(250.0)));
    assert_eq!(charger.connectors.len(), 2);
    let query = |raw| domain::listing::Listing::from_query(raw).unwrap().filter;
    assert_eq!(found_at(db, 1.0, 2.0, &query("port_type=Tesla&amenity=cafe&min_power_kw=200")).await, [id(1)]);
    assert!(found_at(db, 1.0, 2.0, &query("port_type=CCS")).await.is_empty());
    assert_eq!(wrong_counters(db).await, 0);
}

async fn what_changes_nothing_writes_nothing(test_db: &TestDb) {
    let db = &test_db.db;
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let before = db.charger(id(1)).await.unwrap();
    patch(db, 1, json!({"name": "Park", "total_ports": 2, "notes": null})).await.unwrap();
    assert_eq!(db.charger(id(1)).await.unwrap(), before);
}

async fn what_is_refused_leaves_the_charger_as_it_was(test_db: &TestDb) {
    let db = &test_db.db;
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let before = db.charger(id(1)).await.unwrap();
    let error = patch(db, 1, json!({"name": "Other", "available_ports": 3})).await.unwrap_err();
    assert_eq!(error.fields()[0].field, "available_ports");
    assert_eq!(db.charger(id(1)).await.unwrap(), before);
    assert_eq!(patch(db, 2, json!({"name": "Other"})).await.unwrap_err().kind(), domain::Kind::NotFound);
}

async fn changes_of_one_charger_at_once_queue(test_db: &TestDb) {
    add(&test_db.db, 1, &new_charger("", point(1.0, 2.0)), NOON).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let db = test_db.db.clone();
        let append = |charger: &mut Charger| {
            charger.name.push('x');
            charger.available_ports = charger.available_ports.map(|ports| ports + 1);
            Ok(())
        };
        tasks.spawn(async move { db.edit_charger(id(1), NOON, append).await.unwrap() });
    }
    tasks.join_all().await;
    let charger = test_db.db.charger(id(1)).await.unwrap().unwrap();
    assert_eq!((charger.name.len(), charger.available_ports), (20, Some(22)), "no change is lost");
}

async fn a_charger_takes_along_all_that_belongs_to_it(test_db: &TestDb) {
    let db = &test_db.db;
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    add(db, 2, &new_charger("Mall", point(1.0, 2.0)), NOON).await;
    publish(db, "bob", photo(10, PhotoKind::Charger, Some(id(1)))).await;
    publish(db, "bob", photo(11, PhotoKind::Verification, None)).await;
    publish(db, "bob", photo(12, PhotoKind::Charger, Some(id(2)))).await;
    verify(db, 20, 1, "bob", Some(11)).await;
    let with: Vec<Uuid> = db.photos_with_charger(id(1)).await.unwrap().iter().map(|photo| photo.id).collect();
    assert_eq!(with, [id(10), id(11)]);
    assert_eq!(db.remove_charger(id(1), &with).await.unwrap(), Removal::Done);
    assert_eq!(db.remove_charger(id(1), &with).await.unwrap(), Removal::Unknown);
    assert_eq!((db.charger(id(1)).await.unwrap(), db.photo(id(10)).await.unwrap()), (None, None));
    assert_eq!(db.photo(id(11)).await.unwrap(), None);
    assert_eq!(db.latest_verifications(id(1)).await.unwrap(), []);
    assert_eq!(db.charger(id(2)).await.unwrap().unwrap().photos.len(), 1);
    assert_eq!((db.count_chargers(&Filter::default()).await.unwrap().count, wrong_counters(db).await), (1, 0));
}

async fn everybody_who_contributed_is_counted_anew(test_db: &TestDb) {
    let db = &test_db.db;
    for number in 1..=2 {
        add(db, number, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    }
    publish(db, "bob", photo(10, PhotoKind::Charger, Some(id(1)))).await;
    publish(db, "eve \"x\"", photo(11, PhotoKind::Verification, None)).await;
    verify(db, 20, 1, "eve \"x\"", Some(11)).await;
    verify(db, 21, 2, "eve \"x\"", None).await;
    execute(db, "UPDATE contributors SET verifications = 2, trust_score = 7 WHERE sub LIKE 'eve%'").await;
    let row =
        |sub: &str, chargers, verifications, photos, trust| (sub.to_owned(), chargers, verifications, photos, trust);
    let before = [row("ann", 2, 2, 0, 24), row("bob", 0, 0, 1, 3), row("eve \"x\"", 0, 2, 1, 7)];
    assert_eq!(counters(db).await, before);
    assert_eq!(db.remove_charger(id(1), &[id(10), id(11)]).await.unwrap(), Removal::Done);
    let after = [row("ann", 1, 1, 0, 12), row("bob", 0, 0, 0, 0), row("eve \"x\"", 0, 1, 0, 2)];
    assert_eq!(counters(db).await, after);
}

async fn a_charger_stays_while_a_photo_of_it_was_not_dealt_with(test_db: &TestDb) {
    let db = &test_db.db;
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    publish(db, "bob", photo(10, PhotoKind::Charger, Some(id(1)))).await;
    assert_eq!(db.remove_charger(id(1), &[id(11)]).await.unwrap(), Removal::MorePhotos);
    assert_eq!(db.charger(id(1)).await.unwrap().unwrap().photos.len(), 1);
    assert_eq!(db.remove_charger(id(1), &[id(10), id(11)]).await.unwrap(), Removal::Done);
}

async fn a_photo_of_a_charger_that_is_gone_is_not_promised(test_db: &TestDb) {
    let db = &test_db.db;
    let error = db.promise_photos("bob", &[photo(10, PhotoKind::Charger, Some(id(1)))], NOON).await.unwrap_err();
    assert_eq!((error.fields()[0].field.as_str(), error.fields()[0].code), ("charger_id", "not_found"));
    assert_eq!((db.photo(id(10)).await.unwrap(), counters(db).await), (None, vec![]));
}

async fn removals_beside_changes_and_photos_never_meet_in_a_circle(test_db: &TestDb) {
    for round in 0..6_u128 {
        let (db, charger) = (test_db.db.clone(), 1 + round);
        add(&db, charger, &new_charger("Park", point(1.0, 2.0)), NOON).await;
        for number in 0..2 {
            publish(&db, "bob", photo(100 * charger + number, PhotoKind::Charger, Some(id(charger)))).await;
        }
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..8_u128 {
            let db = db.clone();
            tasks.spawn(async move {
                let patch = patch(&db, charger, json!({"name": format!("Park {number}")}));
                let photo_id = 100 * charger + number;
                let outcome = match number {
                    0 | 1 => db.remove_photo(id(photo_id), NOON).await.map(drop),
                    2 | 3 => {
                        db.promise_photos("ann", &[photo(photo_id, PhotoKind::Charger, Some(id(charger)))], NOON).await
                    }
                    4 => loop {
                        let photos = db.photos_with_charger(id(charger)).await.unwrap();
                        let photos: Vec<Uuid> = photos.iter().map(|photo| photo.id).collect();
                        match db.remove_charger(id(charger), &photos).await {
                            Ok(Removal::MorePhotos) => {}
                            outcome => break outcome.map(drop),
                        }
                    },
                    _ => patch.await,
                };
                let is_late = |kind| matches!(kind, domain::Kind::NotFound | domain::Kind::BadInput);
                assert!(outcome.as_ref().map_or_else(|e| is_late(e.kind()), |()| true), "{number}: {outcome:?}");
            });
        }
        tasks.join_all().await;
        assert_eq!(db.charger(id(charger)).await.unwrap(), None);
    }
    let db = &test_db.db;
    assert!(counters(db).await.iter().all(|row| (row.1, row.2, row.3, row.4) == (0, 0, 0, 0)));
    assert_eq!(wrong_counters(db).await, 0);
}

async fn many_chargers_come_in_as_one_each_would(test_db: &TestDb) {
    let db = &test_db.db;
    let mut charger = new_charger("Park", point(1.0, 2.0));
    (charger.notes, charger.operator) = (Some("Notes".to_owned()), Some("City".to_owned()));
    add(db, 1, &charger, NOON).await;
    let of = |number: u128, charger| Contribution {
        charger_id: id(number),
        verification_id: id(1 << 64 | number),
        author: "ann",
        charger,
        new_photos: &[],
        photo_ids: &[],
        now: NOON,
    };
    let batch: Vec<_> = (2..=500).map(|number| of(number, &charger)).collect();
    db.add_chargers("ann", &[], NOON, |_| ((), batch)).await.unwrap();
    let one = db.charger(id(1)).await.unwrap().unwrap();
    let other = db.charger(id(500)).await.unwrap().unwrap();
    assert_eq!(other, Charger { id: id(500), ..one });
    let history = db.latest_verifications(id(500)).await.unwrap();
    assert_eq!((history.len(), history[0].user_id.as_str(), history[0].timestamp), (1, "ann", NOON));
    assert_eq!(counters(db).await, [("ann".to_owned(), 500, 500, 0, 100)]);
    assert_eq!((db.count_chargers(&Filter::default()).await.unwrap().count, wrong_counters(db).await), (500, 0));
    assert_eq!(found_at(db, 1.0, 2.0, &Filter::default()).await.len(), 500);
}

async fn a_batch_is_all_or_nothing(test_db: &TestDb) {
    let db = &test_db.db;
    let charger = &new_charger("Park", point(1.0, 2.0));
    add(db, 1, charger, NOON).await;
    let of = |number: u128| Contribution {
        charger_id: id(number),
        verification_id: id(1 << 64 | number),
        author: "ann",
        charger,
        new_photos: &[],
        photo_ids: &[],
        now: NOON,
    };
    db.add_chargers("ann", &[], NOON, |_| ((), vec![of(2), of(1)])).await.unwrap_err();
    assert_eq!(db.charger(id(2)).await.unwrap(), None);
    assert_eq!(counters(db).await, [("ann".to_owned(), 1, 1, 0, 12)]);
}
