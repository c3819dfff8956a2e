//! `ops restore`: only what is whole, only into what is empty, and all or nothing.

use crate::backup::{back_up, digests, files, manifest, put};
use crate::stage::{Stage, ask, on_every_stage, set_clock, type_in};
use db::dump::{Digest, hash_of};
use serde_json::{Value, json};
use tests::behind::{execute, number};
use tests::consistency::check_database;
use tests::everything::fill;
use tests::postgres::create_database;
use tests::seed::{NOON, add, new_charger, point};
use tests::{TestDb, open};

on_every_stage!(
    a_backup_that_is_not_whole_is_refused_and_the_database_is_as_it_was,
    a_database_that_is_not_empty_is_replaced_by_force_alone,
    rows_of_an_older_schema_go_into_a_database_as_it_was_then,
    the_newest_backup_is_not_replaced_by_an_older_one_where_it_is_not_understood,
    the_newest_backup_is_the_one_that_was_made_last_whatever_a_clock_says,
    a_backup_of_a_clock_that_was_days_ahead_is_not_the_newest_for_days,
);

async fn whole(stage: &Stage, name: &str) -> Vec<(String, Vec<u8>)> {
    let mut whole = Vec::new();
    for key in files(&stage.backups).await.into_iter().filter(|key| key.starts_with(name)) {
        let file = stage.backups.get(&key, 1 << 20).await.unwrap().unwrap();
        whole.push((key, file.bytes.to_vec()));
    }
    whole
}

async fn a_backup_that_is_not_whole_is_refused_and_the_database_is_as_it_was(stage: &Stage) {
    fill(&stage.db).await;
    let name = back_up(stage).await;
    let right = whole(stage, &name).await;
    let manifest = manifest(&stage.backups, &name).await;
    add(&stage.db, 5_000, &new_charger("Since", point(1.0, 2.0)), NOON).await;
    let before = digests(&stage.db).await;
    let (part, bytes) = right.iter().find(|(key, _)| key.contains("/verification_actions-")).unwrap();
    let damaged = |at: usize| {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        damaged
    };
    let with = |change: &dyn Fn(&mut Value)| {
        let mut manifest = manifest.clone();
        change(&mut manifest);
        manifest.to_string().into_bytes()
    };
    let other = right.iter().find(|(key, _)| key.contains("/charger_status-")).unwrap().1.clone();
    let manifest_file = format!("{name}/manifest.json");
    let rows = |manifest: &mut Value| manifest["tables"][1]["rows"] = json!(1);
    let cases: Vec<(&str, Option<Vec<u8>>, &str)> = vec![
        (part, Some(damaged(bytes.len() / 2)), "is damaged"),
        (part, Some(bytes[..bytes.len() - 1].to_vec()), "is damaged"),
        (part, Some(other), "is damaged"),
        (part, Some(Vec::new()), "is damaged"),
        (part, None, "is not there"),
        (&manifest_file, Some(with(&rows)), "does not agree with itself"),
        (
            &manifest_file,
            Some(with(&|manifest| manifest["sharaspot_backup"] = json!(2))),
            "is of form 2, this program knows 1",
        ),
        (
            &manifest_file,
            Some(with(&|manifest| manifest["schema"] = json!(9_999))),
            "are of schema 9999; this program knows 1 to ",
        ),
        (&manifest_file, Some(b"{}".to_vec()), "no manifest of a backup"),
    ];
    for (key, changed, expected) in cases {
        match changed {
            Some(changed) => put(&stage.backups, key, changed).await,
            None => stage.backups.delete(key).await.unwrap(),
        }
        let said = type_in(&stage.ops(&[]), &["restore", "--latest", "--force"]).await.unwrap_err();
        assert!(said.contains(expected), "{expected}: {said}");
        assert_eq!(digests(&stage.db).await, before, "{expected}");
        let drill = ask(&stage.ops(&[]), json!({"command": "restore-drill"}), None).await.unwrap_err();
        assert!(drill.contains(expected), "{expected}: {drill}");
        for (key, bytes) in &right {
            put(&stage.backups, key, bytes.clone()).await;
        }
    }
    type_in(&stage.ops(&[]), &["restore", "--latest", "--force"]).await.unwrap();
    assert_ne!(digests(&stage.db).await, before);
}

async fn a_database_that_is_not_empty_is_replaced_by_force_alone(stage: &Stage) {
    add(&stage.db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let backed_up = digests(&stage.db).await;
    back_up(stage).await;
    add(&stage.db, 2, &new_charger("Another", point(1.0, 2.0)), NOON).await;
    execute(&stage.db, "DELETE FROM charger_status WHERE charger_id = '00000000-0000-0000-0000-000000000001'")
        .await
        .unwrap();
    let now = digests(&stage.db).await;
    let said = type_in(&stage.ops(&[]), &["restore", "--latest"]).await.unwrap_err();
    assert!(said.starts_with("The database is not empty: it has rows, 1 in contributors, 2 in chargers, "), "{said}");
    let looked =
        ask(&stage.ops(&[]), json!({"command": "restore", "latest": true, "dry_run": true}), None).await.unwrap();
    assert_eq!(looked["in_database"]["chargers"], 2, "{looked}");
    for (event, word) in [
        (json!({"command": "restore", "latest": true}), "An event names the backup"),
        (json!({"command": "restore", "latest": true, "force": true}), "An event names the backup"),
        (json!({"command": "restore"}), "Which backup"),
        (json!({"command": "restore", "backup": "x", "latest": true}), "Only one of"),
        (json!({"command": "restore", "backup": "/no/such/folder"}), "There is no complete backup there"),
    ] {
        let refused = ask(&stage.ops(&[]), event, None).await.unwrap_err();
        assert!(refused.contains(word), "{refused}");
    }
    assert_eq!(digests(&stage.db).await, now);
    type_in(&stage.ops(&[]), &["restore", "--latest", "--force"]).await.unwrap();
    assert_eq!(digests(&stage.db).await, backed_up);
    check_database(&stage.db).await;
}

/// A backup as the step before the last but one would have made it, before there were erasures.
async fn make_older(stage: &Stage, name: &str) {
    let mut manifest = manifest(&stage.backups, name).await;
    let tables = manifest["tables"].as_array_mut().unwrap();
    tables.retain(|table| table["name"] != "erasures");
    let digest = |table: &Value| Digest {
        rows: table["rows"].as_u64().unwrap(),
        sha256: table["sha256"].as_str().unwrap().to_owned(),
    };
    let digests: Vec<(String, Digest)> =
        tables.iter().map(|table| (table["name"].as_str().unwrap().to_owned(), digest(table))).collect();
    manifest["sha256"] = json!(hash_of(digests.iter().map(|(name, digest)| (name.as_str(), digest))));
    manifest["schema"] = json!(18);
    put(&stage.backups, &format!("{name}/manifest.json"), manifest.to_string()).await;
}

async fn rows_of_an_older_schema_go_into_a_database_as_it_was_then(stage: &Stage) {
    fill(&stage.db).await;
    let name = back_up(stage).await;
    make_older(stage, &name).await;
    let mut expected = digests(&stage.db).await;
    expected.retain(|(table, _)| *table != "erasures");
    let said = type_in(&stage.ops(&[]), &["restore", "--latest", "--force"]).await.unwrap_err();
    assert!(said.starts_with("These rows are of schema 18, the database is not empty and of "), "{said}");
    let unmigrated = match create_database().await {
        Some(url) => Some(open(&domain::connection::Database::at(url, 4)).await.unwrap()),
        None => None,
    };
    let another = TestDb::sqlite().await;
    for db in unmigrated.iter().chain([&another.db]) {
        type_in(&stage.ops_on(db, &[]), &["restore", "--latest"]).await.unwrap();
        let mut restored = digests(db).await;
        assert_eq!(restored.pop().unwrap().1.rows, 0, "erasures");
        assert_eq!(restored, expected);
        assert!(db.migration_steps().await.unwrap().iter().all(|step| step.is_applied));
        check_database(db).await;
    }
    let drill = ask(&stage.ops(&[]), json!({"command": "restore-drill"}), None).await.unwrap();
    assert_eq!(drill["schema"], 18);
    assert_eq!(number(&stage.db, "SELECT count(*) FROM erasures").await, 1);
}

async fn the_newest_backup_is_not_replaced_by_an_older_one_where_it_is_not_understood(stage: &Stage) {
    add(&stage.db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let older = back_up(stage).await;
    set_clock(3_600);
    let newest = back_up(stage).await;
    // One that is unfinished is none yet.
    put(&stage.backups, "sharaspot-backup-20260301T140000Z/chargers-0001-0123456789abcdef.ndjson.zst", "x").await;
    let look = async |from: &[&str]| type_in(&stage.ops(&[]), &[&["restore", "--dry-run"], from].concat()).await;
    assert!(look(&["--latest"]).await.unwrap().contains(&newest));
    let right = manifest(&stage.backups, &newest).await;
    let mut edited = right.clone();
    edited["tables"][1]["rows"] = json!(7);
    let mut of_tomorrow = right;
    of_tomorrow["sharaspot_backup"] = json!(2);
    for (manifest, why) in [
        (edited.to_string(), "does not agree with itself"),
        (of_tomorrow.to_string(), "is of form 2, this program knows 1"),
        ("{}".to_owned(), "is no manifest of a backup"),
    ] {
        put(&stage.backups, &format!("{newest}/manifest.json"), manifest).await;
        for refused in [
            look(&["--latest"]).await.unwrap_err(),
            ask(&stage.ops(&[]), json!({"command": "restore-drill"}), None).await.unwrap_err(),
        ] {
            assert!(refused.starts_with(&format!("{newest}: ")) && refused.contains(why), "{refused}");
            assert!(refused.contains("Name another one to restore that") && !refused.contains(&older), "{refused}");
        }
    }
}

async fn the_newest_backup_is_the_one_that_was_made_last_whatever_a_clock_says(stage: &Stage) {
    set_clock(3_600);
    let first = back_up(stage).await;
    set_clock(1_800);
    let last = back_up(stage).await;
    assert!(last > first, "names are in the order in which they are given");
    let taken_at = async |name: &str| manifest(&stage.backups, name).await["taken_at"].as_str().unwrap().to_owned();
    assert!(taken_at(&last).await < taken_at(&first).await, "the clock was put back");
    let looked = type_in(&stage.ops(&[]), &["restore", "--latest", "--dry-run"]).await.unwrap();
    assert!(looked.contains(&last), "{looked}");
}

async fn a_backup_of_a_clock_that_was_days_ahead_is_not_the_newest_for_days(stage: &Stage) {
    set_clock(3 * 24 * 3_600);
    let ahead = back_up(stage).await;
    set_clock(3_600);
    let newest = async || type_in(&stage.ops(&[]), &["restore", "--latest", "--dry-run"]).await.unwrap();
    assert!(newest().await.contains(&ahead), "there is no other");
    let last = back_up(stage).await;
    assert!(last < ahead && newest().await.contains(&last));
}
