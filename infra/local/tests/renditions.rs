//! Published photos over the local store: what is served, with which headers, and what never is.

#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use domain::Timestamp;
use http::header::{HeaderMap, HeaderValue};
use http::{Method, Response};
use http_body_util::{BodyExt, Full};
use local::renditions;
use storage::{Local, LocalSettings, ObjectHeaders};
use time::macros::datetime;

const KEY: &str = "processed/charger/20260301/a_0123abcd.jpg";

async fn store() -> (tempfile::TempDir, Local) {
    let dir = tempfile::tempdir().unwrap();
    let store = Local::open(LocalSettings {
        dir: dir.path().to_owned(),
        public_endpoint: "http://localhost:3000".to_owned(),
        bucket: "photos".to_owned(),
        now: || Timestamp::from(datetime!(2026-03-01 12:00 UTC)),
    })
    .unwrap();
    let headers = ObjectHeaders {
        content_type: "image/jpeg".to_owned(),
        cache_control: Some("public, max-age=31536000, immutable".to_owned()),
    };
    store.put(KEY, Bytes::from_static(b"pixels"), &headers).await.unwrap();
    store.put("raw/charger/20260301/a", Bytes::from_static(b"secret"), &headers).await.unwrap();
    (dir, store)
}

async fn get(store: &Local, path: &str) -> Response<Full<Bytes>> {
    renditions::answer(store, &Method::GET, path, &HeaderMap::new()).await
}

#[tokio::test]
async fn a_rendition_comes_with_its_headers() {
    let (_dir, store) = store().await;
    let answer = get(&store, &format!("/{KEY}")).await;
    assert_eq!(answer.status(), 200);
    let headers = answer.headers().clone();
    assert_eq!(headers["content-type"], "image/jpeg");
    assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(headers["content-length"], "6");
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "pixels");
}

#[tokio::test]
async fn a_client_that_has_it_is_told_so() {
    let (_dir, store) = store().await;
    let etag = get(&store, &format!("/{KEY}")).await.headers()["etag"].to_str().unwrap().to_owned();
    let cases = [
        (etag.clone(), 304),
        (format!("\"other\", W/{etag}"), 304),
        ("*".to_owned(), 304),
        ("\"other\"".to_owned(), 200),
    ];
    for (value, status) in cases {
        let headers =
            HeaderMap::from_iter([("if-none-match".parse().unwrap(), HeaderValue::from_str(&value).unwrap())]);
        let answer = renditions::answer(&store, &Method::GET, &format!("/{KEY}"), &headers).await;
        assert_eq!(answer.status(), status, "{value}");
        assert_eq!(answer.headers()["etag"], *etag, "{value}");
        assert_eq!(answer.headers()["cache-control"], "public, max-age=31536000, immutable", "{value}");
    }
}

#[tokio::test]
async fn nothing_outside_processed_is_served() {
    let (_dir, store) = store().await;
    let paths = [
        "/raw/charger/20260301/a",
        "/processed/../raw/charger/20260301/a",
        "/processed/%2e%2e/raw/charger/20260301/a",
        "/processed/%2e%2e%2fraw%2fcharger%2f20260301%2fa",
        "/processed/../../../../../../etc/passwd",
        "/processed//etc/passwd",
        "/processed/%00",
        "/processed/",
        "/processed",
        "/processed/not-there.jpg",
    ];
    for path in paths {
        let answer = get(&store, path).await;
        assert_eq!(answer.status(), 403, "{path}");
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert!(std::str::from_utf8(&body).unwrap().contains("<Code>AccessDenied</Code>"), "{path}");
    }
}

#[tokio::test]
async fn renditions_are_read_only() {
    let (_dir, store) = store().await;
    for method in [Method::PUT, Method::POST, Method::DELETE] {
        let answer = renditions::answer(&store, &method, &format!("/{KEY}"), &HeaderMap::new()).await;
        assert_eq!(answer.status(), 405, "{method}");
    }
}
