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

async fn kill_backups(test_db: TestDb) -> u32 {
    let stage = Stage::new(test_db).await;
    let (mut kills, mut added) = (0, 0);
    let mut lambda = stage.start().await;
    for moment in [Moment::Before, Moment::After] {
        for step in 1.. {
            // Each with something new to store.
            add(&stage.test_db.db, 10 + added, &new_charger("More", point(1.0, 2.0)), NOON).await;
            let is_killed = stage.is_killed(&mut lambda, &event("ops-backup"), step, moment).await;
            if is_killed {
                kills += 1;
                lambda = stage.start().await;
                let answer = lambda.invoke(&event("ops-backup")).await;
                assert_eq!(answer["complete"], true, "{answer}");
                stage.check(answer["name"].as_str().unwrap()).await;
            }
            added += 1;
            let looked = lambda.invoke(&event("ops-restore.dry-run")).await;
            assert_eq!(looked["tables"][1], json!(["chargers", 1 + added as u64]), "the newest one is whole: {looked}");
            if !is_killed {
                break;
            }
        }
    }
    kills
}

/// A listing, six parts, a listing, the manifest: before and after each.
const BACKUP_KILLS: u32 = 2 * (1 + 6 + 1 + 1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_killed_at_any_request_is_gone_on_with() {
    assert!(kill_backups(TestDb::sqlite().await).await >= BACKUP_KILLS);
}

async fn kill_restores(test_db: TestDb) {
    let stage = Stage::new(test_db).await;
    let mut lambda = stage.start().await;
    let name = lambda.invoke(&event("ops-backup")).await["name"].as_str().unwrap().to_owned();
    let backed_up = digests(&stage.test_db.db).await;
    add(&stage.test_db.db, 2, &new_charger("Since", point(1.0, 2.0)), NOON).await;
    let before = digests(&stage.test_db.db).await;
    let restore = json!({"command": "restore", "backup": format!("s3://photos/kept/{name}"), "force": true});
    let mut kills = 0;
    for step in 1.. {
        if !stage.is_killed(&mut lambda, &restore, step, Moment::Before).await {
            break;
        }
        kills += 1;
        lambda = stage.start().await;
        // The server hears of it a moment later, and readers wait for that.
        assert_eq!(digests(&stage.test_db.db).await, before, "killed at {step}");
    }
    assert_eq!(kills, 1 + 2 * 6, "the manifest, and every part twice");
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
