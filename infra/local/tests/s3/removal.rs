//! A photo from its upload to its removal, over S3's protocol: what is served with which headers, and what a store that fails
//! half way leaves behind.

use crate::bench::{Bench, NOW};
use bytes::Bytes;
use db::Db;
use db::photos::NewPhoto;
use domain::World;
use domain::connection::Database;
use domain::photo::{PhotoKind, RENDITION_CACHE_CONTROL, photo_id_of, raw_key};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use storage::{ObjectHeaders, Storage};

const WORLD: World = World { now: NOW, new_id: || uuid::Uuid::from_u128(1) };
/// Delete the raw object, list the renditions, delete both of them; then, without the row, list once more.
const REQUESTS_BEFORE_THE_ROW: usize = 4;

fn event() -> Value {
    serde_json::from_str(include_str!("../../../../events/delete-photo.json")).unwrap()
}

fn small_jpeg() -> Bytes {
    let event: Value =
        serde_json::from_str(include_str!("../../../../events/post-chargers.base64-photo.json")).unwrap();
    let (_, mut photos) =
        domain::new_charger::NewCharger::from_body(event["body"].as_str().unwrap().as_bytes()).unwrap();
    match photos.remove(0).unwrap() {
        domain::new_charger::PhotoInput::Bytes(bytes) => bytes.into(),
        domain::new_charger::PhotoInput::Id(id) => panic!("{id} is no photo but an id"),
    }
}

struct Scene {
    bench: Bench,
    storage: Storage,
    db: Db,
    _dir: tempfile::TempDir,
}

impl Scene {
    async fn set() -> Self {
        let (bench, dir) = (Bench::start().await, tempfile::tempdir().unwrap());
        let storage = bench.client(bench.store.credentials().secret_access_key.as_str());
        let database = Database::at(format!("sqlite:{}", dir.path().join("test.db").display()), 4);
        let none = |_, _| -> secrets::PendingLogin { panic!("a file has no secret") };
        let db = Db::open(&database, "tests", WORLD, none).await.unwrap();
        Self { bench, storage, db, _dir: dir }
    }

    /// Uploads the photo that `events/delete-photo.json` removes, and has it optimised.
    async fn publish(&self) {
        let payload = event();
        let id = payload["pathParameters"]["id"].as_str().unwrap().parse().unwrap();
        let owner = payload["requestContext"]["authorizer"]["jwt"]["claims"]["sub"].as_str().unwrap().to_owned();
        let raw_key = raw_key(PhotoKind::Charger, "20260301", id);
        assert_eq!(photo_id_of(&raw_key), Some(id));
        let photo = NewPhoto { id, charger_id: None, kind: PhotoKind::Charger, raw_key: raw_key.clone(), hash8: None };
        self.db.promise_photos(&owner, &[photo], NOW()).await.unwrap();
        let headers = ObjectHeaders { content_type: "image/jpeg".to_owned(), cache_control: None };
        self.storage.put(&raw_key, small_jpeg(), &headers).await.unwrap();
        let config = config::Config::read(&|_| None).unwrap();
        let app = optimize_photo::App::new(self.db.clone(), self.storage.clone(), &config.photos, WORLD);
        let s3 = json!({"bucket": {"name": self.storage.bucket()}, "object": {"key": raw_key, "eTag": "e"}});
        let record = json!({"eventName": "ObjectCreated:Put", "s3": s3});
        let counts = optimize_photo::handle(&app, json!({"Records": [record]})).await.unwrap();
        assert_eq!(counts["ready"], 1);
    }

    async fn remove(&self) -> u16 {
        let app = upload::App::new(self.db.clone(), self.storage.clone(), String::new(), 1 << 20, WORLD);
        let request = lambda_http::request::from_str(&event().to_string()).unwrap();
        let response = upload::handle(&app, request).await.unwrap();
        assert_eq!(response.status() == 503, response.headers().contains_key("retry-after"));
        response.status().as_u16()
    }

    async fn is_photo_there(&self) -> bool {
        let id = event()["pathParameters"]["id"].as_str().unwrap().parse().unwrap();
        self.db.photo(id).await.unwrap().is_some()
    }

    async fn stored(&self) -> usize {
        self.bench.store.list("").await.unwrap().len()
    }
}

#[tokio::test]
async fn renditions_are_immutable_and_typed_in_both_stores() {
    let scene = Scene::set().await;
    scene.publish().await;
    let folder = Storage::Local(scene.bench.store.clone());
    let mut types = Vec::new();
    for store in [&scene.storage, &folder] {
        for object in store.list("processed/").await.unwrap() {
            let info = store.head(&object.key).await.unwrap().unwrap();
            assert_eq!(info.cache_control.as_deref(), Some(RENDITION_CACHE_CONTROL), "{}", object.key);
            types.push(info.content_type.unwrap());
        }
    }
    types.sort();
    assert_eq!(types, ["image/jpeg", "image/jpeg", "image/webp", "image/webp"]);
}

#[tokio::test]
async fn a_photo_is_removed_from_a_bucket_once() {
    let scene = Scene::set().await;
    scene.publish().await;
    assert_eq!(scene.stored().await, 3);
    assert_eq!(scene.remove().await, 204);
    assert_eq!((scene.stored().await, scene.is_photo_there().await), (0, false));
    assert_eq!(scene.remove().await, 404);
}

#[tokio::test]
async fn whichever_request_fails_the_row_stays_and_asking_again_finishes() {
    let scene = Scene::set().await;
    for answered in 0..REQUESTS_BEFORE_THE_ROW {
        scene.publish().await;
        scene.bench.requests_left.store(answered, Ordering::SeqCst);
        assert_eq!(scene.remove().await, 503, "after {answered} requests");
        assert!(scene.is_photo_there().await, "after {answered} requests");
        scene.bench.requests_left.store(usize::MAX, Ordering::SeqCst);
        assert_eq!(scene.remove().await, 204, "after {answered} requests");
        assert_eq!((scene.stored().await, scene.is_photo_there().await), (0, false));
    }
    // The last look finds nothing but what an optimizer put there meanwhile: the photo is gone all the same.
    scene.publish().await;
    scene.bench.requests_left.store(REQUESTS_BEFORE_THE_ROW, Ordering::SeqCst);
    assert_eq!(scene.remove().await, 204);
    assert_eq!((scene.stored().await, scene.is_photo_there().await), (0, false));
}
