//! `ops backup`: what it keeps, how it goes on, and what it lets go.

use crate::stage::{DAY_S, Front, Stage, ask, on_every_stage, set_clock, step_clock, type_in};
use db::dump::Digest;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use storage::{ObjectHeaders, Place};
use tests::behind::execute;
use tests::consistency::check_database;
use tests::everything::fill;
use tests::repository::event;
use tests::seed::{NOON, add, id, new_charger, point};
use tests::{TestDb, on_both_engines};

on_every_stage!(
    a_backup_comes_back_into_either_engine_as_it_was,
    what_the_deadline_ended_is_gone_on_with,
    old_backups_go_and_nothing_else_does,
    a_backup_beside_a_writer_shows_one_moment,
);

pub(crate) async fn digests(db: &db::Db) -> Vec<(&'static str, Digest)> {
    let mut snapshot = db.snapshot().await.unwrap();
    let digests = snapshot.digests().await.unwrap();
    snapshot.finish().await.unwrap();
    digests
}

/// A backup that is complete; its name.
pub(crate) async fn back_up(stage: &Stage) -> String {
    let answer = ask(&stage.ops(&[]), event("ops-backup"), None).await.unwrap();
    assert_eq!(answer["complete"], true, "{answer}");
    answer["name"].as_str().unwrap().to_owned()
}

pub(crate) async fn files(place: &Place) -> Vec<String> {
    place.list_page("", None, 1_000).await.unwrap().into_iter().map(|file| file.key).collect()
}

pub(crate) async fn put(place: &Place, key: &str, content: impl Into<Vec<u8>>) {
    let headers = ObjectHeaders { content_type: "text/plain".to_owned(), cache_control: None };
    place.put(key, content.into().into(), &headers).await.unwrap();
}

pub(crate) async fn manifest(place: &Place, name: &str) -> Value {
    let file = place.get(&format!("{name}/manifest.json"), 1 << 20).await.unwrap().unwrap();
    serde_json::from_slice(&file.bytes).unwrap()
}

/// What the manifest names, and itself.
fn named(name: &str, manifest: &Value) -> BTreeSet<String> {
    let parts = manifest["tables"].as_array().unwrap().iter().flat_map(|table| table["parts"].as_array().unwrap());
    let parts = parts.map(|part| part["name"].as_str().unwrap());
    parts.chain(["manifest.json"]).map(|file| format!("{name}/{file}")).collect()
}

async fn a_backup_comes_back_into_either_engine_as_it_was(stage: &Stage) {
    fill(&stage.db).await;
    let before = digests(&stage.db).await;
    let name = back_up(stage).await;
    assert_eq!(name, "sharaspot-backup-20260301T120000Z");
    let manifest = manifest(&stage.backups, &name).await;
    assert_eq!(files(&stage.backups).await.into_iter().collect::<BTreeSet<_>>(), named(&name, &manifest));
    assert_eq!((&manifest["taken_at"], &manifest["sharaspot_backup"]), (&json!("2026-03-01T12:00:00Z"), &json!(1)));
    assert_eq!(digests(&stage.db).await, before);
    for test_db in [Some(TestDb::sqlite().await), TestDb::postgres().await].into_iter().flatten() {
        let app = stage.ops_on(&test_db.db, &[]);
        let looked = ask(&app, event("ops-restore.dry-run"), None).await.unwrap();
        assert_eq!((&looked["dry_run"], &looked["in_database"]), (&json!(true), &json!({})));
        assert!(digests(&test_db.db).await.iter().all(|(_, digest)| digest.rows == 0));
        let said = type_in(&app, &["restore", "--latest"]).await.unwrap();
        assert!(said.contains("          43 chargers\n") && said.contains("restored and compared, sha256 "), "{said}");
        assert_eq!(digests(&test_db.db).await, before);
        check_database(&test_db.db).await;
    }
}

async fn what_the_deadline_ended_is_gone_on_with(stage: &Stage) {
    fill(&stage.db).await;
    let app = stage.ops(&[]);
    let (mut reused, mut name) = (0, Value::Null);
    for turn in 0.. {
        set_clock(0);
        step_clock(1);
        // A minute that is kept, and in each turn time for a few more parts.
        let answer = ask(&app, event("ops-backup"), Some(66 + 5 * turn)).await.unwrap();
        assert!(name.is_null() || name == answer["name"], "one folder: {answer}");
        name = answer["name"].clone();
        assert!(answer["reused"].as_i64().unwrap() >= reused, "{answer}");
        reused = answer["reused"].as_i64().unwrap();
        if answer["complete"] == true {
            assert!(turn > 1 && reused > 0, "it was ended twice at least: {answer}");
            break;
        }
        assert!(turn < 20, "it never ends: {answer}");
        assert_eq!(answer["sha256"], Value::Null);
        let looked = ask(&app, event("ops-restore.dry-run"), None).await.unwrap_err();
        assert!(looked.starts_with("There is no complete backup there"), "{looked}");
        // Somebody writes between two runs: what was stored of that table is of no use then.
        add(&stage.db, 2_000 + turn as u128, &new_charger("Late", point(1.0, 2.0)), NOON).await;
    }
    step_clock(0);
    let name = name.as_str().unwrap();
    let named = named(name, &manifest(&stage.backups, name).await);
    assert_eq!(files(&stage.backups).await.into_iter().collect::<BTreeSet<_>>(), named, "no leftovers");
    let other = stage.another().await;
    type_in(&stage.ops_on(&other.db, &[]), &["restore", "--latest"]).await.unwrap();
    assert_eq!(digests(&other.db).await, digests(&stage.db).await);
}

const PART: &str = "chargers-0001-0123456789abcdef.ndjson.zst";

/// What stays, whatever happens.
async fn foreign(stage: &Stage, first: &str) -> Vec<String> {
    let mut keys: Vec<String> = [
        "notes.txt",
        "sharaspot-backup-20200101T000000Z-mine/manifest.json",
        "sharaspot-backup-20200101/manifest.json",
        "my-sharaspot-backup-20200101T000000Z/manifest.json",
        "sub/sharaspot-backup-20200101T000000Z/manifest.json",
        // One whose manifest is not ours.
        "sharaspot-backup-20200102T000000Z/manifest.json",
        &format!("sharaspot-backup-20200102T000000Z/{PART}"),
        // What a doctor has left who was not let delete.
        "sharaspot-backup-doctor/00000000-0000-0000-0000-00000000f00d",
        // One without a manifest, in which nothing is ours.
        "sharaspot-backup-20200103T000000Z/notes.txt",
        "sharaspot-backup-20200104T000000Z/notes.txt",
    ]
    .map(str::to_owned)
    .into();
    keys.extend(
        ["notes.txt", "sub/manifest.json", "users-0001-0123456789abcdef.ndjson.zst"]
            .map(|file| format!("{first}/{file}")),
    );
    for key in &keys {
        put(&stage.backups, key, "{\"mine\":true}").await;
    }
    keys
}

async fn old_backups_go_and_nothing_else_does(stage: &Stage) {
    add(&stage.db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let first = back_up(stage).await;
    let mut expected: BTreeSet<String> = foreign(stage, &first).await.into_iter().collect();
    // What a run has left that was ended long ago, and one that was ended an hour ago by another clock.
    put(&stage.backups, &format!("sharaspot-backup-20200104T000000Z/{PART}"), "x").await;
    put(&stage.backups, &format!("sharaspot-backup-20200104T000000Z/{PART}.7.unfinished"), "x").await;
    set_clock(7 * DAY_S);
    let second = back_up(stage).await;
    let both = |name: &str, value: &Value| named(name, value);
    let mut whole = expected.clone();
    whole.extend(both(&first, &manifest(&stage.backups, &first).await));
    whole.extend(both(&second, &manifest(&stage.backups, &second).await));
    assert_eq!(files(&stage.backups).await.into_iter().collect::<BTreeSet<_>>(), whole, "it is a week old, not older");
    set_clock(7 * DAY_S + 3_600);
    let answer = ask(&stage.ops(&[]), event("ops-backup.keep-days"), None).await.unwrap();
    assert_eq!(answer["removed"], json!([]));
    set_clock(7 * DAY_S + 7_200);
    step_clock(1);
    // The deadline comes before anything is complete: nothing may go.
    let ended = ask(&stage.ops(&[]), event("ops-backup"), Some(7 * DAY_S + 7_262)).await.unwrap();
    assert_eq!((&ended["complete"], &ended["removed"]), (&json!(false), &json!([])));
    set_clock(7 * DAY_S + 7_300);
    let answer = ask(&stage.ops(&[]), event("ops-backup"), None).await.unwrap();
    assert_eq!((&answer["complete"], &answer["removed"]), (&json!(true), &json!([first])));
    for name in [&second, "sharaspot-backup-20260308T130000Z", answer["name"].as_str().unwrap()] {
        expected.extend(named(name, &manifest(&stage.backups, name).await));
    }
    assert_eq!(files(&stage.backups).await.into_iter().collect::<BTreeSet<_>>(), expected);
    for days in [0, 36_501] {
        let refused = ask(&stage.ops(&[]), json!({"command": "backup", "keep_days": days}), None).await.unwrap_err();
        assert!(refused.starts_with("keep_days: It must be 1 to 36500"), "{refused}");
    }
}

async fn a_backup_beside_a_writer_shows_one_moment(stage: &Stage) {
    add(&stage.db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let is_over = std::cell::Cell::new(false);
    let write = async {
        for number in 2.. {
            if is_over.get() && number > 9 {
                return number;
            }
            add(&stage.db, number, &new_charger("Another", point(1.0, 2.0)), NOON).await;
            stage.db.remove_charger(id(number - 1), &[]).await.unwrap();
        }
        unreachable!("it is over some time")
    };
    let backup = async {
        back_up(stage).await;
        is_over.set(true);
    };
    let (written, ()) = tokio::join!(write, backup);
    assert!(written > 9);
    let other = stage.another().await;
    type_in(&stage.ops_on(&other.db, &[]), &["restore", "--latest"]).await.unwrap();
    check_database(&other.db).await;
    check_database(&stage.db).await;
}

#[tokio::test]
async fn a_backup_in_a_folder_is_for_the_eyes_of_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let stage = Stage::new(TestDb::sqlite().await, &Front::Folder).await;
    add(&stage.db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let name = back_up(&stage).await;
    let Place::Folder(folder) = &stage.backups else { panic!("a folder") };
    let mode = |path: &str| std::fs::metadata(folder.path().join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(""), mode(&name)), (0o700, 0o700));
    let files = files(&stage.backups).await;
    assert!(files.len() > 2 && files.iter().all(|file| mode(file) == 0o600), "{files:?}");
}

on_both_engines!(a_row_more_changes_the_part_that_it_is_in_and_no_other);

/// Rows of 9 MB: two of them are a part.
async fn a_row_more_changes_the_part_that_it_is_in_and_no_other(TestDb { db, .. }: &TestDb) {
    for number in 1..=5 {
        add(db, number, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    }
    let long = match db {
        db::Db::Postgres(_) => "repeat('0é', 3000000)",
        db::Db::Sqlite(_) => "replace(hex(zeroblob(1500000)), '0', '0é')",
    };
    execute(db, &format!("UPDATE chargers SET notes = {long}")).await.unwrap();
    let shape = db::dump::Shape::whole(db::dump::Table::named("chargers").unwrap());
    let parts = async || {
        let mut snapshot = db.snapshot().await.unwrap();
        let mut rows = snapshot.rows(&shape).await.unwrap();
        let mut parts = Vec::new();
        while let Some(part) = rows.part().await.unwrap() {
            parts.push(part);
        }
        parts
    };
    let before = parts().await;
    assert_eq!(before.iter().map(|part| part.rows).collect::<Vec<_>>(), [2, 2, 1]);
    assert!(before.iter().all(|part| part.lines.len() < 20 << 20));
    add(db, 6, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let after = parts().await;
    assert_eq!((&after[..2], after[2].rows), (&before[..2], 2));
}
