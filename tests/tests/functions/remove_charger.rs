//! `DELETE /api/chargers/{id}`: who may, what it takes along, and that it can be asked again.

use crate::stage::{PHOTOS, Reply, Store, WORLD, request};
use crate::town::{PLAZA, populate};
use contribute::{App, handle};
use db::photos::NewPhoto;
use domain::photo::{PhotoKind, raw_key, rendition_prefix};
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use storage::ObjectHeaders;
use tests::repository::{event, small_jpeg};
use tests::seed::{NOON, id};
use tests::{TestDb, on_both_engines};

on_both_engines!(
    its_author_removes_a_charger_with_the_objects_of_its_photos,
    anothers_charger_is_left_alone_but_by_an_admin,
    a_removal_that_failed_half_way_is_finished_by_asking_again,
);

async fn send(test_db: &TestDb, store: &Store, payload: &Value) -> Reply {
    let app = App::new(test_db.db.clone(), store.storage.clone(), PHOTOS.to_owned(), WORLD);
    Reply::of(handle(&app, request(payload)).await.unwrap())
}

/// The payload, sent by the author.
fn by_author() -> Value {
    let mut payload = event("delete-charger");
    payload["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = json!("ann");
    payload
}

fn key(number: u128) -> String {
    raw_key(PhotoKind::Charger, "20260301", id(number))
}

async fn put(store: &Store, key: &str) {
    let headers = ObjectHeaders { content_type: "image/jpeg".to_owned(), cache_control: None };
    store.storage.put(key, small_jpeg().into(), &headers).await.unwrap();
}

async fn stored(store: &Store) -> Vec<String> {
    store.storage.list("").await.unwrap().into_iter().map(|object| object.key).collect()
}

/// The town, whose charger has a photo, a promise, and the objects of both; and the photo of another.
async fn stage(test_db: &TestDb) -> Store {
    let store = Store::new().await;
    populate(&test_db.db).await;
    let promise = |number, charger_id| NewPhoto {
        id: id(number),
        charger_id,
        kind: PhotoKind::Charger,
        raw_key: key(number),
        hash8: None,
    };
    test_db.db.promise_photos("bob", &[promise(2, Some(id(PLAZA))), promise(3, None)], NOON).await.unwrap();
    for number in 1..=3 {
        put(&store, &key(number)).await;
        put(&store, &format!("{}0a1b2c3d_240.webp", rendition_prefix(&key(number)).unwrap())).await;
    }
    store
}

async fn its_author_removes_a_charger_with_the_objects_of_its_photos(test_db: &TestDb) {
    let store = stage(test_db).await;
    assert_json_snapshot!("delete-charger", send(test_db, &store, &by_author()).await.snapshot());
    assert_eq!(test_db.db.charger(id(PLAZA)).await.unwrap(), None);
    assert_eq!((test_db.db.photo(id(1)).await.unwrap(), test_db.db.photo(id(2)).await.unwrap()), (None, None));
    let left = stored(&store).await;
    assert!(left.len() == 2 && left.iter().all(|key| key.contains(&id(3).to_string())), "{left:?}");
    let again = send(test_db, &store, &by_author()).await;
    assert_eq!((again.status, &again.body["detail"]), (404, &json!("There is no such charger.")));
}

async fn anothers_charger_is_left_alone_but_by_an_admin(test_db: &TestDb) {
    let store = stage(test_db).await;
    let mut payload = event("delete-charger");
    assert_eq!(send(test_db, &store, &payload).await.status, 403);
    assert_eq!(stored(&store).await.len(), 6);
    assert_eq!(test_db.db.charger(id(PLAZA)).await.unwrap().unwrap().photos.len(), 2);
    payload["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = json!("[admin]");
    assert_eq!(send(test_db, &store, &payload).await.status, 204);
}

async fn a_removal_that_failed_half_way_is_finished_by_asking_again(test_db: &TestDb) {
    let store = stage(test_db).await;
    // Objects gone, rows not: where the database went away in between.
    for key in stored(&store).await.iter().filter(|key| key.contains(&id(1).to_string())) {
        store.storage.delete(key).await.unwrap();
    }
    assert_eq!(send(test_db, &store, &by_author()).await.status, 204);
    assert_eq!(stored(&store).await.len(), 2);
}
