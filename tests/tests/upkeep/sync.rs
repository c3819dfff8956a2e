//! `ops sync-files`: from the embedded server's folder into a bucket, into plain files, and back.

use crate::stage::{Front, Stage};
use domain::photo::PhotoKind;
use serde_json::json;
use std::path::Path;
use std::process::Output;
use storage::{ObjectHeaders, ObjectInfo, Storage};
use tempfile::TempDir;
use tests::TestDb;
use tests::bucket::Bucket;
use tests::programs::program;
use tests::repository::{event, small_jpeg};
use tests::runtime::Lambda;
use tests::seed::id;
use tests::trap::Moment;
use tokio::process::Command;

async fn command(bucket: &Bucket, words: &[&str]) -> Command {
    let binary = tokio::task::spawn_blocking(|| program("ops")).await.unwrap();
    let mut command = Command::new(binary);
    command.arg("sync-files").args(words).env_clear().envs(bucket.variables());
    command.env("DATA_DIR", std::env::temp_dir().join("nobody keeps anything here")).kill_on_drop(true);
    command.env("DATABASE_URL", "postgres://127.0.0.1:1/nowhere");
    command
}

async fn run(bucket: &Bucket, words: &[&str]) -> Output {
    command(bucket, words).await.output().await.unwrap()
}

async fn said(bucket: &Bucket, words: &[&str]) -> String {
    let output = run(bucket, words).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What is known of every object, but when it was stored.
async fn objects(storage: &Storage) -> Vec<ObjectInfo> {
    let mut objects = Vec::new();
    for listed in storage.list("").await.unwrap() {
        let info = storage.head(&listed.key).await.unwrap().unwrap();
        objects.push(ObjectInfo { last_modified: domain::Timestamp::from_micros(0), ..info });
    }
    objects
}

/// A folder of the embedded server with two photos that are ready and one that waits.
async fn stage() -> Stage {
    let stage = Stage::new(TestDb::sqlite().await, &Front::Folder).await;
    for number in 1..=3 {
        stage.promise(number, PhotoKind::Charger, None).await;
    }
    stage.make(1, small_jpeg(), &[]).await;
    stage.make(2, small_jpeg(), &[]).await;
    stage.upload(3, small_jpeg()).await;
    stage
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn photos_move_into_a_bucket_and_are_not_made_again_there() {
    let (stage, bucket) = (stage().await, Bucket::start().await);
    let from = stage.dir().display().to_string();
    let there = Storage::Local(bucket.store.clone());
    let all = objects(&stage.storage).await;
    let bytes: u64 = all.iter().map(|object| object.size_bytes).sum();
    let counts = |verb: &str, copied: usize, bytes: u64, unchanged: usize| {
        format!("{verb} {copied} / bytes {bytes} / unchanged {unchanged} / gone 0 / failed 0\n")
    };
    let dry = said(&bucket, &[&from, "s3://photos", "--dry-run"]).await;
    assert_eq!((dry, objects(&there).await.len()), (counts("would copy", all.len(), bytes, 0), 0));
    assert_eq!(said(&bucket, &[&from, "s3://photos"]).await, counts("copied", all.len(), bytes, 0));
    assert_eq!(objects(&there).await, all, "with their types and headers");
    assert_eq!(said(&bucket, &[&from, "s3://photos", "--jobs", "1"]).await, counts("copied", 0, 0, all.len()));
    // What differs is brought, what is foreign stays.
    let headers = ObjectHeaders { content_type: "image/jpeg".to_owned(), cache_control: None };
    let same_size = vec![0; all[0].size_bytes as usize];
    bucket.store.put(&all[0].key, same_size.into(), &headers).await.unwrap();
    bucket.store.put("processed/zzz", "foreign".into(), &headers).await.unwrap();
    let again = said(&bucket, &[&from, "s3://photos/"]).await;
    assert_eq!(again, counts("copied", 1, all[0].size_bytes, all.len() - 1));
    assert_eq!(objects(&there).await.len(), all.len() + 1);
    bucket.store.delete("processed/zzz").await.unwrap();
    deliver(&stage, &bucket).await;
    assert!(objects(&there).await.iter().all(|object| all.contains(object) || object.key.contains(&id(3).to_string())));
}

/// The bucket tells the optimizer of every upload, with a number later than any of the folder's.
async fn deliver(stage: &Stage, bucket: &Bucket) {
    let data = TempDir::new().unwrap();
    let mut variables = vec![("DATABASE_URL", stage.url())];
    variables.extend(bucket.variables());
    let mut optimizer = Lambda::start("optimize-photo", data.path(), &variables).await;
    for number in 1..=3 {
        let raw_key = stage.photo(number).await.unwrap().raw_key;
        let info = bucket.store.head(&raw_key).await.unwrap().unwrap();
        let mut put = event("s3-put");
        let s3 = &mut put["Records"][0]["s3"];
        s3["bucket"]["name"] = json!("photos");
        s3["object"]["key"] = json!(raw_key);
        s3["object"]["eTag"] = json!(info.etag.trim_matches('"'));
        s3["object"]["sequencer"] = json!("FFAED6DCD90281E5");
        let is_made = u8::from(number == 3);
        let expected = json!({"ready": is_made, "rejected": 0, "skipped": 1 - is_made});
        assert_eq!(optimizer.invoke(&put).await, expected, "{number}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plain_files_get_the_headers_that_photos_have() {
    let (stage, bucket, dir) = (stage().await, Bucket::start().await, TempDir::new().unwrap());
    let (from, plain) = (stage.dir().display().to_string(), dir.path().join("new").display().to_string());
    said(&bucket, &[&from, &plain]).await;
    let key = objects(&stage.storage).await[0].key.clone();
    let object = stage.storage.get(&key, 1 << 20).await.unwrap().unwrap();
    assert_eq!(std::fs::read(Path::new(&plain).join(&key)).unwrap(), object.bytes);
    assert!(said(&bucket, &[&from, &plain]).await.starts_with("copied 0 "));
    std::fs::write(Path::new(&plain).join("half.7.unfinished"), "x").unwrap();
    // What is no photo is not made public, be it one level too high or behind a link.
    std::fs::write(Path::new(&plain).join("dev-token.key"), "secret").unwrap();
    std::os::unix::fs::symlink("/etc/hostname", Path::new(&plain).join("processed/link.jpg")).unwrap();
    said(&bucket, &[&plain, "s3://photos/site"]).await;
    let published = bucket.store.list("site/").await.unwrap();
    assert!(
        published.iter().all(|object| !object.key.contains("key") && !object.key.contains("link")),
        "{published:?}"
    );
    let moved = bucket.store.head(&format!("site/{key}")).await.unwrap().unwrap();
    assert_eq!((moved.content_type, moved.cache_control), (Some(object.content_type), object.cache_control));
    assert!(said(&bucket, &["s3://photos/site", &plain]).await.starts_with("copied 0 "));
    // Into the folder of another embedded server.
    let other = Stage::new(TestDb::sqlite().await, &Front::Folder).await;
    said(&bucket, &["s3://photos/site", &other.dir().display().to_string()]).await;
    let raw =
        |objects: Vec<ObjectInfo>| objects.into_iter().map(|object| (object.key, object.etag)).collect::<Vec<_>>();
    assert_eq!(raw(objects(&other.storage).await), raw(objects(&stage.storage).await));
    for (words, expected) in [
        (["/no/such/folder", "s3://photos"], "There is no folder /no/such/folder."),
        (["s3://photos", "s3://photos"], "Both places are the same."),
        ([plain.as_str(), "s3://"], "An address of a bucket is"),
    ] {
        let output = run(&bucket, &words).await;
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && stderr.contains(expected), "{stderr}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_is_killed_is_repeated_as_it_is() {
    let (stage, bucket) = (stage().await, Bucket::start().await);
    let from = stage.dir().display().to_string();
    let all = objects(&stage.storage).await;
    let there = Storage::Local(bucket.store.clone());
    for step in 1..=4 {
        let words = [from.as_str(), "s3://photos", "--jobs", "2"];
        let mut process = command(&bucket, &words).await.spawn().unwrap();
        bucket.trap.set(process.id().unwrap(), step, Moment::Before);
        assert!(!process.wait().await.unwrap().success());
        bucket.trap.open();
        assert!(objects(&there).await.iter().all(|object| all.contains(object)), "whole or not there");
    }
    said(&bucket, &[&from, "s3://photos"]).await;
    assert_eq!(objects(&there).await, all);
}
