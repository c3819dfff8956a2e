//! What a tired person at a terminal types: the real program, which loses nothing by it.

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Output, Stdio};
use storage::Storage;
use tempfile::TempDir;
use tests::programs::program;
use tests::repository::small_jpeg;

/// `ops` in this folder, where `spots` is its DATA_DIR.
async fn ops(folder: &TempDir, words: &[&str]) -> Output {
    let ops = tokio::task::spawn_blocking(|| program("ops")).await.unwrap();
    let mut command = tokio::process::Command::new(ops);
    command.env_clear().env("DATA_DIR", "spots").current_dir(folder.path()).args(words).stdin(Stdio::null());
    command.output().await.unwrap()
}

async fn works(folder: &TempDir, words: &[&str]) -> String {
    let output = ops(folder, words).await;
    assert!(output.status.success(), "{words:?}: {}", text(&output));
    text(&output)
}

async fn is_refused(folder: &TempDir, words: &[&str], why: &str) {
    let output = ops(folder, words).await;
    assert!(!output.status.success() && text(&output).contains(why), "{words:?}: {}", text(&output));
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A folder with a database of ten chargers.
async fn with_chargers() -> TempDir {
    let folder = TempDir::new().unwrap();
    works(&folder, &["generate", "--chargers", "10"]).await;
    folder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_wants_rows_is_refused_where_there_is_no_database_and_makes_none() {
    let folder = TempDir::new().unwrap();
    for words in [
        &["backup", "--to", "kept"][..],
        &["export", "ndjson", "all.ndjson"],
        &["db-report"],
        &["reprocess", "--all"],
        &["rescore"],
        &["sweep"],
    ] {
        is_refused(&folder, words, "There is no database spots/sharaspot.db: DATA_DIR or DATABASE_URL says where.")
            .await;
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_backup_of_an_empty_database_takes_the_place_of_no_other() {
    let folder = with_chargers().await;
    works(&folder, &["backup", "--to", "kept"]).await;
    let names = || fs::read_dir(folder.path().join("kept")).unwrap().map(|entry| entry.unwrap().file_name());
    let old = folder.path().join("kept/sharaspot-backup-20200101T000000Z");
    fs::rename(folder.path().join("kept").join(names().next().unwrap()), &old).unwrap();
    // The disk was not mounted, and somebody made a database where it should be.
    fs::rename(folder.path().join("spots"), folder.path().join("the disk")).unwrap();
    works(&folder, &["migrate", "up"]).await;
    works(&folder, &["backup", "--to", "kept"]).await;
    assert!(old.is_dir() && names().count() == 2, "{:?}", names().collect::<Vec<_>>());
    fs::remove_dir_all(folder.path().join("spots")).unwrap();
    fs::rename(folder.path().join("the disk"), folder.path().join("spots")).unwrap();
    works(&folder, &["backup", "--to", "kept"]).await;
    assert!(!old.is_dir(), "one with rows does");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_takes_the_place_of_a_file_and_of_nothing_else() {
    let folder = with_chargers().await;
    let path = |name: &str| folder.path().join(name);
    works(&folder, &["export", "ndjson", "all.ndjson"]).await;
    let whole = fs::read(path("all.ndjson")).unwrap();
    assert_eq!(fs::metadata(path("all.ndjson")).unwrap().permissions().mode() & 0o777, 0o600);
    is_refused(&folder, &["export", "ndjson", "spots/sharaspot.db"], "That file is the database itself").await;

    fs::write(path("old"), "old").unwrap();
    symlink("old", path("link")).unwrap();
    works(&folder, &["export", "ndjson", "link"]).await;
    assert!(path("link").is_symlink() && fs::read(path("old")).unwrap() == whole);

    let pipe = path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reading = tokio::task::spawn_blocking({
        let pipe = pipe.clone();
        move || fs::read(pipe).unwrap()
    });
    works(&folder, &["export", "ndjson", "pipe"]).await;
    assert!(reading.await.unwrap() == whole && fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    let left = |entry: fs::DirEntry| entry.file_name().to_string_lossy().contains("unfinished");
    assert!(!fs::read_dir(folder.path()).unwrap().any(|entry| left(entry.unwrap())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_is_misspelt_does_not_become_a_folder() {
    let folder = with_chargers().await;
    for address in ["S3://bucket/x", "s3:/bucket/x", "s3:bucket", "https://bucket.example/x"] {
        is_refused(&folder, &["backup", "--to", address], "is neither a folder nor s3://BUCKET").await;
        is_refused(&folder, &["sync-files", "spots", address], "is neither a folder nor s3://BUCKET").await;
    }
    is_refused(&folder, &["redrive", "--queue", "dead-letters"], "is no address of a queue").await;
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rejects_are_not_written_over_what_they_are_of() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("stations.csv"), "ID,Latitude,Longitude\n").unwrap();
    let words = ["import", "afdc", "stations.csv", "--rejects", "./stations.csv"];
    let output = ops(&folder, &words).await;
    assert!(!output.status.success(), "{}", text(&output));
    assert_eq!(fs::read_to_string(folder.path().join("stations.csv")).unwrap(), "ID,Latitude,Longitude\n");
}

/// An embedded server's store in a folder, with two objects.
async fn store(folder: &Path) -> Storage {
    let place = domain::connection::PhotoStore::Folder { dir: folder.to_owned(), endpoint: String::new() };
    let storage = Storage::open(&place, config::world().now).await.unwrap();
    let headers = storage::ObjectHeaders { content_type: "image/jpeg".to_owned(), cache_control: None };
    for key in ["processed/charger/20260301/1_240.jpg", "raw/charger/20260301/1"] {
        storage.put(key, small_jpeg().into(), &headers).await.unwrap();
    }
    storage
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn photos_come_into_a_new_data_dir_as_objects_however_its_path_is_spelled() {
    let folder = TempDir::new().unwrap();
    store(&folder.path().join("of before")).await;
    // As a copy may be: the access key is nobody's to copy.
    fs::remove_file(folder.path().join("of before/local-credentials.json")).unwrap();
    assert!(works(&folder, &["sync-files", "of before", "./spots/photos"]).await.contains("copied 2"));
    assert!(folder.path().join("spots/photos/objects/raw").is_dir(), "objects and no plain files");
    assert!(!folder.path().join("spots/sharaspot.db").exists(), "no database is needed for that");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_object_is_named_and_a_good_copy_takes_its_place() {
    let folder = TempDir::new().unwrap();
    let (good, bad) = (store(&folder.path().join("good")).await, store(&folder.path().join("bad")).await);
    fs::write(folder.path().join("bad/objects/processed/charger/20260301/1_240.jpg"), "cut").unwrap();
    let key = "processed/charger/20260301/1_240.jpg";
    let output = ops(&folder, &["sync-files", "bad", "out"]).await;
    let said = text(&output);
    assert!(!output.status.success() && said.contains("copied 1") && said.contains(key), "{said}");

    assert!(works(&folder, &["sync-files", "good", "bad"]).await.contains("copied 1"));
    let (good, bad_again) = (good.get(key, 1 << 20).await.unwrap(), bad.get(key, 1 << 20).await.unwrap());
    assert_eq!(good.unwrap().bytes, bad_again.unwrap().bytes);

    fs::write(folder.path().join("bad/objects/raw/charger/20260301/1"), "").unwrap();
    bad.delete("raw/charger/20260301/1").await.unwrap();
    assert_eq!(bad.list("").await.unwrap().len(), 1, "one that is damaged can be found and removed");
}
