//! Each `PHOTO_…` variable reaches the function and changes what comes out.

use crate::pictures::phone_photo;
use crate::stage::{PHOTOS, Reply, Store, WORLD, request, with_body};
use db::photos::NewPhoto;
use domain::photo::{Photo, PhotoKind, Rendition, raw_key};
use serde_json::json;
use storage::ObjectHeaders;
use tests::TestDb;
use tests::seed::{NOON, id};

/// What becomes of a photo of 900 × 1200 pixels, upright, with one variable set.
async fn optimized_with(variable: &str, value: &str) -> Photo {
    let environment = |name: &str| (name == variable).then(|| value.to_owned());
    let config = config::Config::read(&environment).unwrap();
    let (test_db, store) = (TestDb::sqlite().await, Store::new().await);
    let raw_key = raw_key(PhotoKind::Profile, "20260301", id(1));
    let photo =
        NewPhoto { id: id(1), charger_id: None, kind: PhotoKind::Profile, raw_key: raw_key.clone(), hash8: None };
    test_db.db.promise_photos("ann", &[photo], NOON).await.unwrap();
    let headers = ObjectHeaders { content_type: "image/jpeg".to_owned(), cache_control: None };
    store.storage.put(&raw_key, phone_photo(1200, 900).into(), &headers).await.unwrap();
    let s3 = json!({"bucket": {"name": store.storage.bucket()}, "object": {"key": raw_key, "eTag": "e"}});
    let app = optimize_photo::App::new(test_db.db.clone(), store.storage, &config.photos, WORLD);
    let record = json!({"eventName": "ObjectCreated:Put", "s3": s3});
    optimize_photo::handle(&app, json!({"Records": [record]})).await.unwrap();
    test_db.db.photo(id(1)).await.unwrap().unwrap()
}

fn main_jpeg(photo: &Photo) -> &Rendition {
    photo
        .renditions
        .iter()
        .find(|rendition| rendition.name == "main" && rendition.content_type == "image/jpeg")
        .unwrap()
}

fn names(photo: &Photo, content_type: &str) -> Vec<String> {
    let of_type = photo.renditions.iter().filter(|rendition| rendition.content_type == content_type);
    of_type.map(|rendition| rendition.name.clone()).collect()
}

#[tokio::test]
async fn widths_are_those_of_the_environment() {
    let usual = optimized_with("", "").await;
    assert_eq!((usual.width, usual.height), (Some(900), Some(1200)));
    assert_eq!(names(&usual, "image/jpeg"), ["main", "480", "240"]);
    let narrow = optimized_with("PHOTO_MAX_WIDTH", "300").await;
    assert_eq!((narrow.width, narrow.height), (Some(300), Some(400)));
    assert_eq!(names(&narrow, "image/jpeg"), ["main", "240"]);
    assert_eq!(names(&optimized_with("PHOTO_RENDITIONS", "100,700").await, "image/jpeg"), ["main", "700", "100"]);
    assert_eq!(names(&optimized_with("PHOTO_RENDITIONS", "none").await, "image/jpeg"), ["main"]);
}

#[tokio::test]
async fn the_quality_is_that_of_the_environment() {
    let bytes = async |variable, value| main_jpeg(&optimized_with(variable, value).await).bytes;
    assert!(bytes("PHOTO_JPEG_QUALITY", "40").await < bytes("PHOTO_JPEG_QUALITY", "60").await);
}

#[tokio::test]
async fn avif_is_made_where_the_environment_says_so() {
    assert_eq!(names(&optimized_with("", "").await, "image/avif"), [""; 0]);
    let photo = optimized_with("PHOTO_AVIF", "true").await;
    let avif = names(&photo, "image/avif");
    assert!(avif.contains(&"main".to_owned()), "{avif:?}");
    let view = json!(photo.view(PHOTOS));
    assert_eq!(view["srcset"][0]["type"], "image/avif");
    assert!(view["srcset"][0]["srcset"].as_str().unwrap().contains("_900.avif 900w"));
}

#[tokio::test]
async fn limits_are_those_of_the_environment() {
    let bytes = optimized_with("PHOTO_MAX_BYTES", "1024").await;
    assert_eq!(bytes.reason.as_deref(), Some("The photo is larger than 1024 bytes."));
    let pixels = optimized_with("PHOTO_MAX_PIXELS", "1000000").await;
    assert!(pixels.reason.unwrap().ends_with("at most 1 megapixels are accepted."));
}

#[tokio::test]
async fn the_form_of_an_upload_has_the_limit_of_the_environment() {
    let config = config::Config::read(&|name| (name == "PHOTO_MAX_BYTES").then(|| "2048".to_owned())).unwrap();
    let (test_db, store) = (TestDb::sqlite().await, Store::new().await);
    let app = upload::App::new(test_db.db.clone(), store.storage, PHOTOS.to_owned(), config.photos.max_bytes, WORLD);
    let statuses = async |size_bytes: u64| {
        let body = json!({"kind": "profile", "content_type": "image/jpeg", "size_bytes": size_bytes});
        let reply = Reply::of(upload::handle(&app, request(&with_body("post-uploads", &body))).await.unwrap());
        (reply.status, reply.body["max_bytes"].clone())
    };
    assert_eq!(statuses(2048).await, (201, json!(2048)));
    assert_eq!(statuses(2049).await.0, 400);
}
