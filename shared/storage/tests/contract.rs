//! The folder keeps the contract of every store, and what only a folder promises.

#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use domain::Timestamp;
use std::path::Path;
use storage::local::event::{EventName, ObjectEvent};
use storage::{Local, LocalSettings, ObjectHeaders, PostForm, Storage};

fn open(dir: &Path) -> Local {
    Local::open(LocalSettings {
        dir: dir.to_owned(),
        public_endpoint: "http://localhost:3000/".to_owned(),
        bucket: "photos".to_owned(),
        now: || Timestamp::from_micros(1_795_174_200_123_456),
    })
    .unwrap()
}

fn jpeg() -> ObjectHeaders {
    ObjectHeaders { content_type: "image/jpeg".to_owned(), cache_control: None }
}

fn pending(dir: &Path) -> Vec<ObjectEvent> {
    let mut files: Vec<_> =
        std::fs::read_dir(dir.join("events/pending")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()).collect()
}

#[tokio::test]
async fn a_folder_keeps_the_contract_of_every_store() {
    let dir = tempfile::tempdir().unwrap();
    storage::contract::every_sentence(&Storage::Local(open(dir.path()))).await;
}

#[tokio::test]
async fn two_processes_see_each_others_objects_and_have_one_access_key() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (open(dir.path()), open(dir.path()));
    one.put("a/b", Bytes::from_static(b"x"), &jpeg()).await.unwrap();
    assert!(other.head("a/b").await.unwrap().is_some());
    assert_eq!(one.credentials(), other.credentials());
}

#[tokio::test]
async fn an_object_under_raw_leaves_an_event_and_no_other_does() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.put("processed/x", Bytes::from_static(b"x"), &jpeg()).await.unwrap();
    assert_eq!(pending(dir.path()), []);
    store.put("raw/a b", Bytes::from_static(b"hello"), &jpeg()).await.unwrap();
    store.put_as(EventName::ObjectCreatedPost, "raw/a b", Bytes::from_static(b"hello"), &jpeg()).await.unwrap();
    let events = pending(dir.path());
    let names: Vec<_> = events.iter().map(|event| event.event_name).collect();
    assert_eq!(names, [EventName::ObjectCreatedPut, EventName::ObjectCreatedPost]);
    let ObjectEvent { event_time, key, size, etag, .. } = &events[0];
    assert_eq!((event_time.as_str(), key.as_str(), *size), ("2026-11-20T11:30:00.123456Z", "raw/a b", 5));
    assert_eq!(etag, "5d41402abc4b2a76b9719d911017c592");
    assert!(events[0].sequencer < events[1].sequencer);
}

#[tokio::test]
async fn a_reader_sees_the_old_or_the_new_object_while_it_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let versions = [vec![1_u8; 300_000], vec![2; 200_000]].map(Bytes::from);
    store.put("x", versions[0].clone(), &jpeg()).await.unwrap();
    let writer = tokio::spawn({
        let (store, versions) = (store.clone(), versions.clone());
        async move {
            for turn in 0..20 {
                store.put("x", versions[turn % 2].clone(), &jpeg()).await.unwrap();
            }
        }
    });
    while !writer.is_finished() {
        let object = store.get("x", 1_000_000).await.unwrap().unwrap();
        assert!(versions.contains(&object.bytes));
        assert_eq!(object.size_bytes, object.bytes.len() as u64);
    }
    writer.await.unwrap();
}

#[tokio::test]
async fn a_folder_signs_forms_for_its_own_server() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let now = Timestamp::from_micros(1_795_174_200_000_000);
    let form = PostForm {
        key: "raw/x",
        content_type: "image/jpeg",
        min_bytes: 1,
        max_bytes: 10,
        sha256: None,
        now,
        expires_at: now.plus_seconds(60),
    };
    let post = store.presign_post(&form).await.unwrap();
    assert_eq!(post.url, "http://localhost:3000/photos");
    assert!(post.fields["x-amz-credential"].starts_with(&store.credentials().access_key_id));
    assert!(!format!("{post:?} {:?}", store.credentials()).contains(&post.fields["policy"]));
    assert!(!format!("{store:?}").contains(&store.credentials().secret_access_key));
}

#[tokio::test]
async fn a_damaged_file_is_an_error_and_not_an_empty_photo() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.put("x", Bytes::from_static(b"hello"), &jpeg()).await.unwrap();
    std::fs::write(dir.path().join("objects/x"), b"hel").unwrap();
    assert_eq!(store.get("x", 10).await.unwrap_err().kind(), domain::Kind::Unavailable);
}
