//! `kill -9` of `ops` at each of its requests to the store: a backup is gone on with, and a restore leaves what was there.

use crate::backup::{digests, files, manifest};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use storage::{Place, Storage};
use tempfile::TempDir;
use tests::TestDb;
use tests::bucket::Bucket;
use tests::repository::event;
use tests::runtime::{Lambda, Outcome};
use tests::seed::{NOON, add, new_charger, point};
use tests::trap::Moment;

struct Stage {
    test_db: TestDb,
    bucket: Bucket,
    data: TempDir,
    backups: Place,
}

impl Stage {
    async fn new(test_db: TestDb) -> Self {
        add(&test_db.db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
        let (bucket, data) = (Bucket::start().await, TempDir::new().unwrap());
        let backups = Place::of(Storage::Local(bucket.store.clone())).join("kept");
        Self { test_db, bucket, data, backups }
    }

    async fn start(&self) -> Lambda {
        let mut variables = vec![("DATABASE_URL", self.test_db.url.as_str()), ("BACKUP_TO", "s3://photos/kept")];
        variables.extend(self.bucket.variables());
        Lambda::start("ops", self.data.path(), &variables).await
    }

    /// Whether it was killed.
    async fn is_killed(&self, lambda: &mut Lambda, payload: &Value, step: u32, moment: Moment) -> bool {
        self.bucket.trap.set(lambda.process_id(), step, moment);
        let outcome = lambda.try_invoke(&payload.to_string()).await;
        self.bucket.trap.open();
        match outcome {
            Ok(Outcome::Response(..)) => false,
            Ok(other) => panic!("{other:?}\n{}", lambda.log()),
            Err(_) => true,
        }
    }

    async fn check(&self, name: &str) {
        let manifest = manifest(&self.backups, name).await;
        let parts = manifest["tables"].as_array().unwrap().iter().flat_map(|table| table["parts"].as_array().unwrap());
        let named = parts.map(|part| part["name"].as_str().unwrap()).chain(["manifest.json"]);
        let named: BTreeSet<String> = named.map(|file| format!("{name}/{file}")).collect();
        let there = files(&self.backups).await.into_iter().filter(|file| file.starts_with(name));
        assert_eq!(there.collect::<BTreeSet<_>>(), named);
    }
}

/// A listing to its end, six parts, a listing to its end, the manifest.
const BACKUP_STEPS: u32 = 2 + 6 + 2 + 1;

async fn kill_backups(test_db: TestDb) {
    let stage = Stage::new(test_db).await;
    let mut lambda = stage.start().await;
    let before = (1..=BACKUP_STEPS).map(|step| (step, Moment::Before));
    // Stored and not acknowledged: a part, and the manifest.
    let after = [3, BACKUP_STEPS].map(|step| (step, Moment::After));
    for (added, (step, moment)) in (1_u64..).zip(before.chain(after)) {
        // Each with something new to store.
        add(&stage.test_db.db, 10 + u128::from(added), &new_charger("More", point(1.0, 2.0)), NOON).await;
        assert!(stage.is_killed(&mut lambda, &event("ops-backup"), step, moment).await, "{step}");
        lambda = stage.start().await;
        let answer = lambda.invoke(&event("ops-backup")).await;
        assert_eq!(answer["complete"], true, "{answer}");
        stage.check(answer["name"].as_str().unwrap()).await;
        let looked = lambda.invoke(&event("ops-restore.dry-run")).await;
        assert_eq!(looked["tables"][1], json!(["chargers", 1 + added]), "the newest one is whole: {looked}");
    }
    assert!(!stage.is_killed(&mut lambda, &event("ops-backup"), BACKUP_STEPS + 1, Moment::Before).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_killed_at_any_request_is_gone_on_with() {
    kill_backups(TestDb::sqlite().await).await;
}

/// The manifest, and every part twice.
const RESTORE_STEPS: u32 = 1 + 2 * 6;

async fn kill_restores(test_db: TestDb) {
    let stage = Stage::new(test_db).await;
    let mut lambda = stage.start().await;
    let name = lambda.invoke(&event("ops-backup")).await["name"].as_str().unwrap().to_owned();
    let backed_up = digests(&stage.test_db.db).await;
    add(&stage.test_db.db, 2, &new_charger("Since", point(1.0, 2.0)), NOON).await;
    let before = digests(&stage.test_db.db).await;
    let restore = json!({"command": "restore", "backup": format!("s3://photos/kept/{name}"), "force": true});
    // The manifest; while it is looked through; the first part that is loaded, one in the middle, the last.
    for step in [1, 4, 8, 10, RESTORE_STEPS] {
        assert!(stage.is_killed(&mut lambda, &restore, step, Moment::Before).await, "{step}");
        lambda = stage.start().await;
        // The server hears of it a moment later, and readers wait for that.
        assert_eq!(digests(&stage.test_db.db).await, before, "killed at {step}");
    }
    assert!(!stage.is_killed(&mut lambda, &restore, RESTORE_STEPS + 1, Moment::Before).await);
    assert_eq!(digests(&stage.test_db.db).await, backed_up);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_that_is_killed_leaves_sqlite_as_it_was() {
    kill_restores(TestDb::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_that_is_killed_leaves_postgresql_as_it_was() {
    let Some(test_db) = TestDb::postgres().await else { return };
    kill_restores(test_db).await;
}
