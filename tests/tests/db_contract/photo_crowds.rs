//! How many photos a charger has and shows: an answer has its limit.

use db::Db;
use db::photos::NewPhoto;
use domain::photo::{PhotoKind, raw_key};
use tests::seed::{NOON, add, id, new_charger, point};
use tests::{TestDb, on_both_engines};

on_both_engines!(a_charger_has_fifty_photos_at_most, of_many_chargers_each_shows_its_first_photos,);

fn promised(charger: u128, number: u128) -> NewPhoto {
    let (kind, charger_id) = (PhotoKind::Charger, Some(id(charger)));
    NewPhoto { id: id(number), charger_id, kind, raw_key: raw_key(kind, "20260301", id(number)), hash8: None }
}

async fn promise(db: &Db, charger: u128, numbers: std::ops::Range<u128>) -> domain::Result<()> {
    let photos: Vec<_> = numbers.map(|number| promised(charger, number)).collect();
    db.promise_photos("bob", &photos, NOON).await
}

async fn a_charger_has_fifty_photos_at_most(test_db: &TestDb) {
    let db = &test_db.db;
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    promise(db, 1, 100..148).await.unwrap();
    let refused = promise(db, 1, 200..203).await.unwrap_err();
    assert_eq!(refused.kind(), domain::Kind::Conflict);
    assert_eq!(db.photo(id(200)).await.unwrap(), None, "all or none");
    // At once: no two fill the same place.
    let (one, other) = tokio::join!(promise(db, 1, 300..302), promise(db, 1, 400..402));
    assert!(one.is_ok() != other.is_ok());
    assert_eq!(db.charger(id(1)).await.unwrap().unwrap().photos.len(), 50);
}

async fn of_many_chargers_each_shows_its_first_photos(test_db: &TestDb) {
    let db = &test_db.db;
    for number in 1..=100 {
        add(db, number, &new_charger("Park", point(1.0, number as f64)), NOON).await;
    }
    promise(db, 1, 1000..1010).await.unwrap();
    promise(db, 2, 2000..2003).await.unwrap();
    let ids: Vec<_> = (1..=100).map(id).collect();
    let chargers = db.chargers(&ids).await.unwrap();
    let shown: Vec<_> = chargers[0].photos.iter().map(|photo| photo.id).collect();
    assert_eq!(shown, (1000..1007).map(id).collect::<Vec<_>>());
    assert_eq!((chargers[1].photos.len(), chargers[2].photos.len()), (3, 0));
    assert_eq!(db.charger(id(1)).await.unwrap().unwrap().photos.len(), 10);
}
