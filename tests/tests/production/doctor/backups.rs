//! Where backups are kept: a bucket, a folder, and one of others.

use super::{State, visit};
use hyper::Method;
use std::process::Output;
use tempfile::TempDir;
use tests::bucket::Bucket;
use tests::programs::program;

/// `ops doctor` on a folder of data, with backups in a bucket.
async fn doctor(bucket: &Bucket) -> Output {
    let data = TempDir::new().unwrap();
    let ops = tokio::task::spawn_blocking(|| program("ops")).await.unwrap();
    let mut command = tokio::process::Command::new(ops);
    command.env_clear().envs(bucket.variables()).env_remove("S3_BUCKET");
    command.env("DATA_DIR", data.path()).env("BACKUP_TO", "s3://photos/kept/here").arg("doctor");
    command.output().await.unwrap()
}

#[tokio::test]
async fn a_bucket_for_backups_is_tried_out_and_each_missing_right_is_named() {
    let bucket = Bucket::start().await;
    let well = doctor(&bucket).await;
    let said = String::from_utf8_lossy(&well.stdout).into_owned();
    assert!(said.contains("✓ backups            s3://photos/kept/here takes, shows and forgets\n"), "{said}");
    assert!(bucket.store.list("").await.unwrap().is_empty(), "what was tried out is gone");
    for (method, step, right, left) in [
        (Method::PUT, "putting", "s3:PutObject on sharaspot-backup-*", 0),
        (Method::GET, "reading", "s3:GetObject on sharaspot-backup-*", 0),
        (Method::DELETE, "deleting", "s3:DeleteObject on sharaspot-backup-*", 1),
    ] {
        bucket.deny(Some(method));
        let failed = doctor(&bucket).await;
        let said = String::from_utf8_lossy(&failed.stdout).into_owned();
        let line = format!(
            "✗ backups            s3://photos/kept/here, {step}: service error: unhandled error (AccessDenied)\n"
        );
        assert!(!failed.status.success() && said.contains(&line) && said.contains(right), "{said}");
        let objects = bucket.store.list("").await.unwrap();
        assert!(
            objects.len() == left
                && objects.iter().all(|object| object.key.starts_with("kept/here/sharaspot-backup-doctor/")),
            "{objects:?}"
        );
    }
}

#[tokio::test]
async fn a_folder_for_backups_is_tried_out_and_nothing_is_made_where_there_is_none() {
    let data = TempDir::new().unwrap();
    let (dir, backups) = (data.path().to_str().unwrap(), data.path().join("backups"));
    let absent = visit(&[("DATA_DIR", dir)]).await;
    assert_eq!(absent.of("backups"), (State::Absent, "there is no folder yet, the first backup makes it", ""));
    assert!(!backups.exists(), "a doctor makes nothing");
    std::fs::create_dir(&backups).unwrap();
    visit(&[("DATA_DIR", dir)]).await.assert_well(&["backups"]);
    assert_eq!(std::fs::read_dir(&backups).unwrap().count(), 0, "what was tried out is gone");
    let file = data.path().join("file");
    std::fs::write(&file, "no folder").unwrap();
    let variables = [("DATA_DIR", dir), ("BACKUP_TO", file.to_str().unwrap())];
    visit(&variables).await.assert_only("backups", ", putting: ", "give this user the folder in BACKUP_TO");
}
