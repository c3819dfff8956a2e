//! The S3 endpoint answers the real client, takes signed forms, and refuses what S3 refuses, in S3's words.

#![allow(clippy::unwrap_used)]

#[path = "s3/bench.rs"]
mod bench;
#[path = "s3/refusals.rs"]
mod refusals;
#[path = "s3/removal.rs"]
mod removal;

use bench::{Bench, Form, NOW};
use bytes::Bytes;
use storage::{ObjectHeaders, S3, Storage};

#[tokio::test]
async fn the_real_client_keeps_the_contract_against_it() {
    let bench = Bench::start().await;
    let store = bench.client(bench.store.credentials().secret_access_key.as_str());
    storage::contract::every_sentence(&store).await;
}

#[tokio::test]
async fn the_real_client_reads_a_listing_of_several_pages() {
    let bench = Bench::start().await;
    let headers = ObjectHeaders { content_type: "text/plain".to_owned(), cache_control: None };
    for number in 0..1003 {
        bench.store.put(&format!("many/{number:04}"), Bytes::new(), &headers).await.unwrap();
    }
    let store = bench.client(bench.store.credentials().secret_access_key.as_str());
    let listed = store.list("many/").await.unwrap();
    assert_eq!((listed.len(), listed[1002].key.as_str()), (1003, "many/1002"));
}

#[tokio::test]
async fn a_wrong_secret_gets_nothing() {
    let bench = Bench::start().await;
    let error = bench.client("wrong").list("").await.unwrap_err();
    assert_eq!(error.kind(), domain::Kind::Internal);
    assert!(!error.detail().contains("Signature"));
}

#[tokio::test]
async fn another_bucket_is_not_there() {
    let bench = Bench::start().await;
    let credentials = bench.store.credentials();
    let key = (credentials.access_key_id.as_str(), credentials.secret_access_key.as_str());
    let other = Storage::S3(S3::connect_to(&bench.endpoint, "us-east-1", key, "other").unwrap());
    assert!(other.list("").await.is_err());
}

#[tokio::test]
async fn a_signed_form_stores_exactly_its_file() {
    let bench = Bench::start().await;
    let answer = bench.post(&bench.sign(&Form::default()).await, b"\r\n--hello\r\n").await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    let object = bench.store.get("raw/a b.jpg", 100).await.unwrap().unwrap();
    assert_eq!((&object.bytes[..], object.content_type.as_str()), (&b"\r\n--hello\r\n"[..], "image/jpeg"));
    assert_eq!(answer.header("etag"), Some(object.etag.as_str()));
    assert_eq!(answer.header("location"), Some(format!("{}/photos/raw%2Fa%20b.jpg", bench.endpoint).as_str()));
    assert!(answer.header("x-amz-request-id").is_some());
    let event = bench.only_event();
    assert_eq!(event["event_name"], "ObjectCreated:Post");
    assert_eq!(event["key"], "raw/a b.jpg");
}

#[tokio::test]
async fn a_form_signed_an_hour_ago_works_until_its_own_expiry() {
    let bench = Bench::start().await;
    let form = Form { now: NOW().plus_seconds(-3600), ..Form::default() };
    assert_eq!(bench.post(&bench.sign(&form).await, b"hello").await.status, 204);
}

#[tokio::test]
async fn a_form_with_the_right_checksum_is_taken() {
    let bench = Bench::start().await;
    let hash = hex::decode("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824").unwrap();
    let form = Form { sha256: Some(hash.try_into().unwrap()), ..Form::default() };
    let form = bench.sign(&form).await;
    assert_eq!(bench.post(&form, b"hello").await.status, 204);
    let refused = bench.post(&form, b"hullo").await;
    assert_eq!((refused.status, refused.code()), (400, "BadDigest"));
}

#[tokio::test]
async fn a_browser_may_post_from_anywhere_and_do_nothing_else() {
    let bench = Bench::start().await;
    let ask = |method: &str| {
        format!(
            "Origin: https://app.example\r\nAccess-Control-Request-Method: {method}\r\nAccess-Control-Request-Headers: x-a\r\n"
        )
    };
    let yes = bench.send("OPTIONS", "/photos", &ask("POST"), b"").await;
    assert_eq!(yes.status, 200);
    assert_eq!(yes.header("access-control-allow-origin"), Some("*"));
    assert_eq!(yes.header("access-control-allow-methods"), Some("POST"));
    assert_eq!(yes.header("access-control-allow-headers"), Some("x-a"));
    let no = bench.send("OPTIONS", "/photos", &ask("PUT"), b"").await;
    assert_eq!((no.status, no.code()), (403, "AccessForbidden"));
    let form = bench.sign(&Form::default()).await;
    for file in [&b"hello"[..], &[0; 2000]] {
        let answer = bench.post_from(&form, file, "Origin: https://app.example\r\n").await;
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{}", answer.status);
    }
}
