//! Photos: promised, then ready or rejected, whatever is delivered twice.

use db::Db;
use db::photos::{Finish, NewPhoto, PhotoResult, Progress};
use domain::photo::{Photo, PhotoKind, PhotoState, Rendition, raw_key};
use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tests::seed::{NOON, add, finish_photo, id, new_charger, point};
use tests::{TestDb, on_both_engines};

on_both_engines!(
    a_promised_photo_is_pending_and_has_no_renditions,
    promises_are_kept_all_or_none,
    a_ready_photo_has_everything_that_its_optimiser_found,
    a_rejected_photo_has_its_reason_and_is_not_shown,
    a_photo_is_credited_once_however_often_it_is_delivered,
    a_photo_that_is_delivered_twice_at_once_is_credited_once,
    a_row_tells_what_was_last_dealt_with,
    a_row_that_has_changed_since_it_was_read_is_left_alone,
    only_a_pending_photo_can_be_forgotten,
    photos_of_a_charger_come_oldest_first,
    a_photo_that_is_gone_is_not_written,
    the_count_of_ready_photos_is_a_recount_after_any_changes,
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

async fn ready_photos(db: &Db) -> i64 {
    const SQL: &str = "SELECT count(*) FROM photos WHERE owner = 'ann' AND state = 'ready'";
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
        link: None,
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
    assert!(finish_photo(db, id(1), "etag", &ready()).await);
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
    assert!(finish_photo(db, id(1), "one", &ready()).await);
    assert!(finish_photo(db, id(1), "two", &rejected()).await);
    let kept = photo(test_db, 1).await;
    assert_eq!((kept.state, kept.reason.as_deref()), (PhotoState::Rejected, Some("The file is cut off.")));
    assert_eq!((kept.width, kept.thumbhash, kept.renditions), (None, None, Vec::new()));
    assert_eq!(db.charger(id(9)).await.unwrap().unwrap().photos, []);
    assert!(finish_photo(db, id(1), "three", &ready()).await);
    assert_eq!(photo(test_db, 1).await.reason, None);
}

async fn a_photo_is_credited_once_however_often_it_is_delivered(test_db: &TestDb) {
    let db = &test_db.db;
    db.promise_photos("ann", &[promised(1), promised(2)], NOON).await.unwrap();
    assert_eq!(photos_of_ann(db).await, 0);
    for etag in ["one", "one", "two"] {
        assert!(finish_photo(db, id(1), etag, &ready()).await);
        assert_eq!(photos_of_ann(db).await, 1);
    }
    assert!(finish_photo(db, id(2), "one", &rejected()).await);
    assert_eq!(photos_of_ann(db).await, 1);
}

async fn a_photo_that_is_delivered_twice_at_once_is_credited_once(test_db: &TestDb) {
    for number in 0..20 {
        test_db.db.promise_photos("ann", &[promised(number)], NOON).await.unwrap();
        let before = progress(&test_db.db, number).await;
        let mut deliveries = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let (db, before) = (test_db.db.clone(), before.clone());
            deliveries.spawn(async move { db.finish_photo(id(number), &finish(&before, &ready()), NOON).await });
        }
        let written = deliveries.join_all().await.into_iter().filter(|written| *written.as_ref().unwrap());
        assert_eq!(written.count(), 1, "the others find the row changed");
    }
    assert_eq!(photos_of_ann(&test_db.db).await, 20);
}

async fn progress(db: &Db, number: u128) -> Progress {
    db.photo_progress(id(number)).await.unwrap().unwrap()
}

async fn a_row_tells_what_was_last_dealt_with(test_db: &TestDb) {
    let db = &test_db.db;
    db.promise_photos("ann", &[promised(1)], NOON).await.unwrap();
    let before = progress(db, 1).await;
    let pending = Progress {
        owner: "ann".to_owned(),
        raw_key: promised(1).raw_key,
        state: PhotoState::Pending,
        etag: None,
        sequencer: None,
        made_with: None,
        renditions: Vec::new(),
    };
    assert_eq!(before, pending);
    for (result, state) in [(ready(), PhotoState::Ready), (rejected(), PhotoState::Rejected)] {
        let before = progress(db, 1).await;
        let finish = Finish { sequencer: Some("0A"), ..finish(&before, &result) };
        assert!(db.finish_photo(id(1), &finish, NOON).await.unwrap());
        let expected = Progress {
            state,
            etag: Some("etag".to_owned()),
            sequencer: Some("0A".to_owned()),
            made_with: Some("settings".to_owned()),
            renditions: result.renditions().to_vec(),
            ..pending.clone()
        };
        assert_eq!(progress(db, 1).await, expected);
    }
    assert_eq!(db.photo_progress(id(2)).await.unwrap(), None);
}

fn finish<'a>(before: &'a Progress, result: &'a PhotoResult) -> Finish<'a> {
    Finish { before, etag: "etag", sequencer: None, hash8: "0a1b2c3d", made_with: "settings", result }
}

async fn a_row_that_has_changed_since_it_was_read_is_left_alone(test_db: &TestDb) {
    let db = &test_db.db;
    let (ready, rejected) = (ready(), rejected());
    db.promise_photos("ann", &[promised(1)], NOON).await.unwrap();
    let pending = progress(db, 1).await;
    let mut before = pending.clone();
    let first = finish(&pending, &rejected);
    // Each differs from the one before it in one thing.
    let another_etag = Finish { etag: "another", ..first };
    let another_event = Finish { sequencer: Some("0A"), ..another_etag };
    let other_settings = Finish { made_with: "others", ..another_event };
    let another_state = Finish { result: &ready, ..other_settings };
    for change in [first, another_etag, another_event, other_settings, another_state] {
        let (overtaken, now) = (before.clone(), progress(db, 1).await);
        assert!(db.finish_photo(id(1), &Finish { before: &now, ..change }, NOON).await.unwrap(), "{change:?}");
        let written = (photo(test_db, 1).await, progress(db, 1).await);
        for result in [&ready, &rejected] {
            assert!(!db.finish_photo(id(1), &finish(&overtaken, result), NOON).await.unwrap(), "{overtaken:?}");
        }
        assert_eq!((photo(test_db, 1).await, progress(db, 1).await), written);
        assert_eq!(photos_of_ann(db).await, i32::from(written.1.state == PhotoState::Ready));
        before = written.1;
    }
}

async fn only_a_pending_photo_can_be_forgotten(test_db: &TestDb) {
    let db = &test_db.db;
    db.promise_photos("ann", &[promised(1), promised(2)], NOON).await.unwrap();
    assert!(finish_photo(db, id(2), "etag", &ready()).await);
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

async fn a_photo_that_is_gone_is_not_written(test_db: &TestDb) {
    let db = &test_db.db;
    db.promise_photos("ann", &[promised(1)], NOON).await.unwrap();
    let before = progress(db, 1).await;
    db.forget_pending_photo(id(1)).await.unwrap();
    assert!(!db.finish_photo(id(1), &finish(&before, &ready()), NOON).await.unwrap());
    assert_eq!(db.photo(id(1)).await.unwrap(), None);
    assert_eq!(photos_of_ann(db).await, 0);
}

/// What happens to one of the photos, of which there are three.
fn changes() -> impl Strategy<Value = Vec<(u128, bool, bool)>> {
    proptest::collection::vec((0_u128..3, any::<bool>(), any::<bool>()), 1..24)
}

async fn the_count_of_ready_photos_is_a_recount_after_any_changes(test_db: &TestDb) {
    let db = &test_db.db;
    db.promise_photos("ann", &[promised(0), promised(1), promised(2)], NOON).await.unwrap();
    let mut runner = TestRunner::deterministic();
    let (ready, rejected) = (ready(), rejected());
    for _ in 0..24 {
        let mut late = [progress(db, 0).await, progress(db, 1).await, progress(db, 2).await];
        for (number, is_ready, is_late) in changes().new_tree(&mut runner).unwrap().current() {
            let now = progress(db, number).await;
            // A late one read the row a while ago and may find it changed.
            let before = if is_late { late[number as usize].clone() } else { now.clone() };
            let finish = finish(&before, if is_ready { &ready } else { &rejected });
            db.finish_photo(id(number), &finish, NOON).await.unwrap();
            late[number as usize] = now;
            assert_eq!(i64::from(photos_of_ann(db).await), ready_photos(db).await);
        }
    }
}
