//! `optimize-photo` and what S3 really delivers: late, twice, several at once, about what is gone or is not ours.

use crate::optimize_photo::{app, app_with, forget, key, photo, published, put_event, upload};
use crate::stage::Store;
use db::photos::NewPhoto;
use domain::photo::{PhotoKind, PhotoState, photo_id_of, raw_key, rendition_key};
use optimize_photo::{Outcome, handle, remake};
use serde_json::{Value, json};
use storage::{ObjectHeaders, Storage};
use tests::repository::{event, small_jpeg};
use tests::seed::{NOON, id};
use tests::{TestDb, on_both_engines};

on_both_engines!(
    an_earlier_event_that_comes_late_is_skipped_and_a_later_one_is_not,
    an_event_without_a_sequencer_goes_by_the_etag,
    each_record_is_dealt_with_by_itself,
    a_record_that_fails_keeps_no_other_from_being_done,
    what_a_photo_was_before_is_not_public_any_more,
    what_an_interrupted_delivery_left_is_put_right_by_the_next,
    a_photo_that_is_deleted_meanwhile_leaves_nothing_public,
    an_object_that_is_gone_leaves_its_photo_as_it_is,
    a_photo_is_remade_with_the_settings_of_today,
);

/// A case of `events/`, with the store's name for our bucket.
fn delivered(case: &str, store: &Store) -> Value {
    let mut event = event(case);
    for record in event["Records"].as_array_mut().unwrap() {
        let name = &mut record["s3"]["bucket"]["name"];
        if *name != "another-bucket" {
            *name = json!(store.storage.bucket());
        }
    }
    event
}

fn counts(ready: u32, rejected: u32, skipped: u32) -> Value {
    json!({"ready": ready, "rejected": rejected, "skipped": skipped})
}

async fn put(store: &Store, key: &str, bytes: Vec<u8>) {
    let headers = ObjectHeaders { content_type: "image/jpeg".to_owned(), cache_control: None };
    store.storage.put(key, bytes.into(), &headers).await.unwrap();
}

/// The row names exactly what is public.
async fn check_public(test_db: &TestDb, store: &Store) {
    let mut named: Vec<_> = photo(test_db).await.renditions.into_iter().map(|rendition| rendition.key).collect();
    named.sort();
    let public: Vec<_> = store.storage.list("processed/").await.unwrap().into_iter().map(|object| object.key).collect();
    assert_eq!(public, named);
}

async fn an_earlier_event_that_comes_late_is_skipped_and_a_later_one_is_not(test_db: &TestDb) {
    let store = Store::new().await;
    let app = app(test_db, &store);
    let mut first = upload(test_db, &store, small_jpeg()).await;
    assert_eq!(handle(&app, delivered("s3-put.version", &store)).await.unwrap(), counts(1, 0, 0));
    // Whoever read it would reject it.
    put(&store, &key(), b"no photo at all".to_vec()).await;
    for case in ["s3-put.late", "s3-put", "s3-put.version", "s3-removed.delete-marker"] {
        assert_eq!(handle(&app, delivered(case, &store)).await.unwrap(), counts(0, 0, 1), "{case}");
        assert_eq!(photo(test_db).await.state, PhotoState::Ready);
    }
    // Of the bytes that have been dealt with: they were stored once more, as where photos move from one store to another.
    first["Records"][0]["s3"]["object"]["sequencer"] = json!("0069A42F81");
    assert_eq!(handle(&app, first).await.unwrap(), counts(0, 0, 1));
    let mut later = put_event(&store).await;
    later["Records"][0]["s3"]["object"]["sequencer"] = json!("0069A42F82");
    assert_eq!(handle(&app, later).await.unwrap(), counts(0, 1, 0));
    let progress = test_db.db.photo_progress(photo(test_db).await.id).await.unwrap().unwrap();
    assert_eq!(progress.sequencer.as_deref(), Some("0069A42F82"));
    check_public(test_db, &store).await;
}

async fn an_event_without_a_sequencer_goes_by_the_etag(test_db: &TestDb) {
    let store = Store::new().await;
    let app = app(test_db, &store);
    let mut event = upload(test_db, &store, small_jpeg()).await;
    event["Records"][0]["s3"]["object"].as_object_mut().unwrap().remove("sequencer");
    for expected in [counts(1, 0, 0), counts(0, 0, 1)] {
        assert_eq!(handle(&app, event.clone()).await.unwrap(), expected);
    }
    put(&store, &key(), b"no photo at all".to_vec()).await;
    let mut later = put_event(&store).await;
    later["Records"][0]["s3"]["object"]["sequencer"] = json!(7);
    assert_eq!(handle(&app, later).await.unwrap(), counts(0, 1, 0));
}

async fn each_record_is_dealt_with_by_itself(test_db: &TestDb) {
    let store = Store::new().await;
    upload(test_db, &store, small_jpeg()).await;
    // A name that is none of ours, another bucket, a rendition, a deletion, ours, and ours again with every slash encoded.
    let event = delivered("s3-put.several-records", &store);
    assert_eq!(event["Records"].as_array().unwrap().len(), 6);
    assert_eq!(handle(&app(test_db, &store), event.clone()).await.unwrap(), counts(1, 0, 5));
    assert_eq!(handle(&app(test_db, &store), event).await.unwrap(), counts(0, 0, 6));
    forget(test_db).await;
    upload(test_db, &store, small_jpeg()).await;
    let mut encoded = delivered("s3-put.several-records", &store);
    encoded["Records"].as_array_mut().unwrap().drain(..5);
    assert_eq!(handle(&app(test_db, &store), encoded).await.unwrap(), counts(1, 0, 0));
}

async fn a_record_that_fails_keeps_no_other_from_being_done(test_db: &TestDb) {
    let store = Store::new().await;
    let mut event = upload(test_db, &store, small_jpeg()).await;
    let broken = raw_key(PhotoKind::Charger, "20260301", id(1));
    let new = NewPhoto { id: id(1), charger_id: None, kind: PhotoKind::Charger, raw_key: broken.clone(), hash8: None };
    test_db.db.promise_photos("ann", &[new], NOON).await.unwrap();
    put(&store, &broken, small_jpeg()).await;
    let Storage::Local(local) = &store.storage else { panic!("a folder") };
    std::fs::write(local.dir().join("objects").join(&broken), b"half a file").unwrap();
    let mut first = event["Records"][0].clone();
    first["s3"]["object"]["key"] = json!(broken);
    event["Records"].as_array_mut().unwrap().insert(0, first);
    let app = app(test_db, &store);
    assert!(handle(&app, event.clone()).await.is_err(), "Lambda must deliver it again");
    assert_eq!(photo(test_db).await.state, PhotoState::Ready);
    put(&store, &broken, small_jpeg()).await;
    assert_eq!(handle(&app, event).await.unwrap(), counts(1, 0, 1), "the finished one is skipped");
}

async fn what_a_photo_was_before_is_not_public_any_more(test_db: &TestDb) {
    let store = Store::new().await;
    let app = app(test_db, &store);
    let mut other = small_jpeg();
    other.extend(b"behind the end");
    let uploads = [(small_jpeg(), counts(1, 0, 0)), (other, counts(1, 0, 0)), (b"none".to_vec(), counts(0, 1, 0))];
    upload(test_db, &store, Vec::new()).await;
    for (number, (bytes, expected)) in uploads.into_iter().enumerate() {
        put(&store, &key(), bytes).await;
        let mut event = put_event(&store).await;
        event["Records"][0]["s3"]["object"]["sequencer"] = json!(format!("{number:02}"));
        assert_eq!(handle(&app, event).await.unwrap(), expected);
        check_public(test_db, &store).await;
    }
    assert_eq!(published(&store).await, 0, "of a rejected photo");
}

async fn what_an_interrupted_delivery_left_is_put_right_by_the_next(test_db: &TestDb) {
    let store = Store::new().await;
    let app = app(test_db, &store);
    let event = upload(test_db, &store, small_jpeg()).await;
    handle(&app, event.clone()).await.unwrap();
    let stray = rendition_key(&key(), "ffffffff", 240, "webp", false).unwrap();
    put(&store, &stray, b"of earlier bytes".to_vec()).await;
    assert_eq!(handle(&app, event.clone()).await.unwrap(), counts(0, 0, 1));
    check_public(test_db, &store).await;
    let lost = photo(test_db).await.renditions.remove(0).key;
    store.storage.delete(&lost).await.unwrap();
    assert_eq!(handle(&app, event).await.unwrap(), counts(1, 0, 0));
    check_public(test_db, &store).await;
}

async fn a_photo_that_is_deleted_meanwhile_leaves_nothing_public(test_db: &TestDb) {
    let store = Store::new().await;
    for pauses in 0..12 {
        let event = upload(test_db, &store, small_jpeg()).await;
        let app = app(test_db, &store);
        let running = tokio::spawn({
            let event = event.clone();
            async move { handle(&app, event).await.map(drop).map_err(|error| error.to_string()) }
        });
        for _ in 0..pauses * 4 {
            tokio::task::yield_now().await;
        }
        forget(test_db).await;
        running.await.unwrap().unwrap();
        // Where the row went last of all, whoever deletes it deletes the objects too; here the next delivery does.
        assert_eq!(handle(&crate::optimize_photo::app(test_db, &store), event).await.unwrap(), counts(0, 0, 1));
        assert_eq!(published(&store).await, 0, "after {pauses} pauses");
    }
}

async fn an_object_that_is_gone_leaves_its_photo_as_it_is(test_db: &TestDb) {
    let store = Store::new().await;
    let app = app(test_db, &store);
    let mut event = upload(test_db, &store, small_jpeg()).await;
    store.storage.delete(&key()).await.unwrap();
    assert_eq!(handle(&app, event.clone()).await.unwrap(), counts(0, 0, 1));
    assert_eq!(photo(test_db).await.state, PhotoState::Pending);
    put(&store, &key(), small_jpeg()).await;
    assert_eq!(handle(&app, event.clone()).await.unwrap(), counts(1, 0, 0));
    store.storage.delete(&key()).await.unwrap();
    let ready = photo(test_db).await;
    event["Records"][0]["s3"]["object"]["sequencer"] = json!("FF");
    assert_eq!(handle(&app, event).await.unwrap(), counts(0, 0, 1));
    assert_eq!(remake(&app, &ready).await.unwrap(), Outcome::Skipped("the object is gone"));
    assert_eq!(photo(test_db).await, ready);
    check_public(test_db, &store).await;
}

async fn a_photo_is_remade_with_the_settings_of_today(test_db: &TestDb) {
    let store = Store::new().await;
    let event = upload(test_db, &store, small_jpeg()).await;
    let before = app_with(test_db, &store, &|name| (name == "PHOTO_RENDITIONS").then(|| "16".to_owned()));
    handle(&before, event.clone()).await.unwrap();
    let today = app_with(test_db, &store, &|name| (name == "PHOTO_RENDITIONS").then(|| "none".to_owned()));
    let made_with = async || {
        let id = photo_id_of(&key()).unwrap();
        test_db.db.photo_progress(id).await.unwrap().unwrap().made_with
    };
    assert_eq!((made_with().await, published(&store).await), (Some(before.made_with()), 4));
    assert_eq!(remake(&today, &photo(test_db).await).await.unwrap(), Outcome::Ready);
    assert_eq!((made_with().await, published(&store).await), (Some(today.made_with()), 2));
    check_public(test_db, &store).await;
    assert_eq!(handle(&before, event).await.unwrap(), counts(0, 0, 1), "its event stays finished");
}
