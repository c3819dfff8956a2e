//! Photos: promised, then ready or rejected, whatever is delivered twice.

use db::Db;
use db::photos::{NewPhoto, PhotoResult};
use domain::photo::{Photo, PhotoKind, PhotoState, Rendition, raw_key};
use tests::seed::{NOON, add, id, new_charger, point};
use tests::{TestDb, on_both_engines};

on_both_engines!(
    a_promised_photo_is_pending_and_has_no_renditions,
    promises_are_kept_all_or_none,
    a_ready_photo_has_everything_that_its_optimiser_found,
    a_rejected_photo_has_its_reason_and_is_not_shown,
    a_photo_is_credited_once_however_often_it_is_delivered,
    a_photo_that_is_delivered_twice_at_once_is_credited_once,
    a_photo_is_finished_for_the_object_that_was_dealt_with,
    only_a_pending_photo_can_be_forgotten,
    photos_of_a_charger_come_oldest_first,
    finishing_a_photo_that_is_gone_is_no_error,
);

fn promised(number: u128) -> NewPhoto {
    let kind = PhotoKind::Charger;
    NewPhoto { id: id(number), charger_id: None, kind, raw_key: raw_key(kind, "20260301", id(number)), hash8: None }
}

fn ready() -> PhotoResult {
    let rendition = |name: &str, width| Rendition {
        name: name.to_owned(),
        content_type: "image/jpeg".to_owned(),
        key: format!("processed/charger/20260301/x_{name}.jpg"),
        width,
        height: width / 2,
        bytes: u64::from(width) * 100,
    };
    PhotoResult::Ready {
        width: 1920,
        height: 960,
        thumbhash: "1QcSHQRnh493V4dIh4eXh1h4kJUI".to_owned(),
        dominant_color: "#aabbcc".to_owned(),
        renditions: vec![rendition("main", 1920), rendition("240", 240)],
    }
}

fn rejected() -> PhotoResult {
    PhotoResult::Rejected { reason: "The file is cut off.".to_owned() }
}

async fn photos_of_ann(db: &Db) -> i32 {
    const SQL: &str = "SELECT photos_uploaded FROM contributors WHERE sub = 'ann'";
    match db {
        Db::Postgres(postgres) => sqlx::query_scalar(SQL).fetch_one(postgres.pool()).await.unwrap(),
        Db::Sqlite(sqlite) => sqlx::query_scalar(SQL).fetch_one(sqlite.pool()).await.unwrap(),
    }
}

async fn photo(test_db: &TestDb, number: u128) -> Photo {
    test_db.db.photo(id(number)).await.unwrap().unwrap()
}

async fn a_promised_photo_is_pending_and_has_no_renditions(test_db: &TestDb) {
    let hash8 = Some("0a1b2c3d".to_owned());
    let charger = new_charger("Park", point(1.0, 2.0));
    add(&test_db.db, 9, &charger, NOON).await;
    let new = NewPhoto { charger_id: Some(id(9)), hash8: hash8.clone(), ..promised(1) };
    test_db.db.promise_photos("ann", std::slice::from_ref(&new), NOON).await.unwrap();
    let expected = Photo {
        id: id(1),
        charger_id: Some(id(9)),
        owner: "ann".to_owned(),
        kind: PhotoKind::Charger,
        raw_key: new.raw_key,
        hash8,
        state: PhotoState::Pending,
        reason: None,
        width: None,
        height: None,
        thumbhash: None,
        dominant_color: None,
        renditions: Vec::new(),
        created_at: NOON,
    };
    assert_eq!(photo(test_db, 1).await, expected);
    assert_eq!(test_db.db.photo(id(2)).await.unwrap(), None);
}

async fn promises_are_kept_all_or_none(test_db: &TestDb) {
    let db = &test_db.db;
    db.promise_photos("ann", &[promised(1)], NOON).await.unwrap();
    assert!(db.promise_photos("ann", &[promised(2), promised(1)], NOON).await.is_err());
    assert_eq!(db.photo(id(2)).await.unwrap(), None);
    let same_key = NewPhoto { id: id(3), ..promised(1) };
    assert!(db.promise_photos("ann", &[same_key], NOON).await.is_err());
}

async fn a_ready_photo_has_everything_that_its_optimiser_found(test_db: &TestDb) {
    let db = &test_db.db;
    db.promise_photos("ann", &[promised(1)], NOON).await.unwrap();
    db.finish_photo(id(1), "etag", "0a1b2c3d", &ready(), NOON).await.unwrap();
    let kept = photo(test_db, 1).await;
    let PhotoResult::Ready { width, height, thumbhash, dominant_color, renditions } = ready() else { panic!() };
    assert_eq!((kept.state, kept.reason), (PhotoState::Ready, None));
    assert_eq!((kept.width, kept.height), (Some(width), Some(height)));
    assert_eq!((kept.thumbhash, kept.dominant_color), (Some(thumbhash), Some(dominant_color)));
    assert_eq!((kept.renditions, kept.hash8.as_deref()), (renditions, Some("0a1b2c3d")));
}

async fn a_rejected_photo_has_its_reason_and_is_not_shown(test_db: &TestDb) {
    let db = &test_db.db;
    add(db, 9, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    db.promise_photos("ann", &[NewPhoto { charger_id: Some(id(9)), ..promised(1) }], NOON).await.unwrap();
    db.finish_photo(id(1), "one", "0a1b2c3d", &ready(), NOON).await.unwrap();
    db.finish_photo(id(1), "two", "ffffffff", &rejected(), NOON).await.unwrap();
    let kept = photo(test_db, 1).await;
    assert_eq!((kept.state, kept.reason.as_deref()), (PhotoState::Rejected, Some("The file is cut off.")));
    assert_eq!((kept.width, kept.thumbhash, kept.renditions), (None, None, Vec::new()));
    assert_eq!(db.charger(id(9)).await.unwrap().unwrap().photos, []);
    db.finish_photo(id(1), "three", "0a1b2c3d", &ready(), NOON).await.unwrap();
    assert_eq!(photo(test_db, 1).await.reason, None);
}

async fn a_photo_is_credited_once_however_often_it_is_delivered(test_db: &TestDb) {
    let db = &test_db.db;
    db.promise_photos("ann", &[promised(1), promised(2)], NOON).await.unwrap();
    assert_eq!(photos_of_ann(db).await, 0);
    for etag in ["one", "one", "two"] {
        db.finish_photo(id(1), etag, "0a1b2c3d", &ready(), NOON).await.unwrap();
        assert_eq!(photos_of_ann(db).await, 1);
    }
    db.finish_photo(id(2), "one", "0a1b2c3d", &rejected(), NOON).await.unwrap();
    assert_eq!(photos_of_ann(db).await, 1);
}

async fn a_photo_that_is_delivered_twice_at_once_is_credited_once(test_db: &TestDb) {
    for number in 0..20 {
        test_db.db.promise_photos("ann", &[promised(number)], NOON).await.unwrap();
        let mut deliveries = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let db = test_db.db.clone();
            deliveries.spawn(async move { db.finish_photo(id(number), "etag", "0a1b2c3d", &ready(), NOON).await });
        }
        for delivery in deliveries.join_all().await {
            delivery.unwrap();
        }
    }
    assert_eq!(photos_of_ann(&test_db.db).await, 20);
}

async fn a_photo_is_finished_for_the_object_that_was_dealt_with(test_db: &TestDb) {
    let db = &test_db.db;
    db.promise_photos("ann", &[promised(1)], NOON).await.unwrap();
    assert!(!db.is_photo_finished(id(1), "one").await.unwrap());
    db.finish_photo(id(1), "one", "0a1b2c3d", &rejected(), NOON).await.unwrap();
    assert!(db.is_photo_finished(id(1), "one").await.unwrap());
    assert!(!db.is_photo_finished(id(1), "two").await.unwrap(), "another upload to the same key");
    assert!(!db.is_photo_finished(id(2), "one").await.unwrap());
}

async fn only_a_pending_photo_can_be_forgotten(test_db: &TestDb) {
    let db = &test_db.db;
    db.promise_photos("ann", &[promised(1), promised(2)], NOON).await.unwrap();
    db.finish_photo(id(2), "etag", "0a1b2c3d", &ready(), NOON).await.unwrap();
    for number in [1, 2, 3] {
        db.forget_pending_photo(id(number)).await.unwrap();
    }
    assert_eq!(db.photo(id(1)).await.unwrap(), None);
    assert_eq!(photo(test_db, 2).await.state, PhotoState::Ready);
}

async fn photos_of_a_charger_come_oldest_first(test_db: &TestDb) {
    let db = &test_db.db;
    add(db, 9, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let at = |number| NewPhoto { charger_id: Some(id(9)), ..promised(number) };
    let proof = NewPhoto { kind: PhotoKind::Verification, ..at(4) };
    db.promise_photos("ann", &[at(1)], NOON.plus_seconds(1)).await.unwrap();
    db.promise_photos("ann", &[at(3), at(2), proof], NOON).await.unwrap();
    let shown: Vec<_> = db.charger(id(9)).await.unwrap().unwrap().photos.iter().map(|photo| photo.id).collect();
    assert_eq!(shown, [id(2), id(3), id(1)], "a proof of a verification is no picture of the charger");
}

async fn finishing_a_photo_that_is_gone_is_no_error(test_db: &TestDb) {
    test_db.db.finish_photo(id(1), "etag", "0a1b2c3d", &ready(), NOON).await.unwrap();
    assert_eq!(test_db.db.photo(id(1)).await.unwrap(), None);
}
