//! `ops sweep`: what goes, what stays, and that a sweep may end anywhere.

use crate::stage::{DAY_S, Stage, ask, counts, on_every_stage, set_clock, step_clock};
use db::photos::upkeep::Stale;
use domain::World;
use domain::idempotency::{Asked, Write};
use domain::photo::{PhotoKind, PhotoState, RAW_PREFIX, rendition_key};
use serde_json::{Value, json};
use tests::behind::{execute, number};
use tests::repository::{event, small_jpeg};
use tests::seed::{NOON, add, id, new_charger, point};

on_every_stage!(
    what_is_of_no_use_goes_and_what_is_stays,
    nothing_is_touched_before_its_time,
    a_dry_run_says_the_same_and_changes_nothing,
    objects_that_no_row_names_go,
    answers_of_writes_go_after_a_day,
    a_photo_that_was_half_removed_is_removed,
    a_sweep_stops_before_the_deadline_and_goes_on_where_it_stopped,
);

const COUNTS: [&str; 5] = ["rows", "objects", "waiting", "unknown", "after"];

async fn sweep(stage: &Stage, members: Value) -> Value {
    ask(&stage.ops(&[]), with(members), None).await.unwrap()
}

fn with(members: Value) -> Value {
    let mut event = event("ops-sweep");
    event.as_object_mut().unwrap().append(&mut members.as_object().unwrap().clone());
    event
}

/// One photo of each sort. Of no use are 1 to 5, those that are promised, refused or not attached; 6 waits; 7 to 9 are in use.
async fn one_of_each(stage: &Stage) {
    add(&stage.db, 99, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    stage.promise(1, PhotoKind::Charger, None).await;
    stage.make(1, small_jpeg(), &[]).await;
    stage.promise(2, PhotoKind::Charger, None).await;
    stage.upload(2, small_jpeg()).await;
    stage.promise(3, PhotoKind::Charger, Some(99)).await;
    stage.promise(4, PhotoKind::Profile, None).await;
    stage.promise(5, PhotoKind::Charger, Some(99)).await;
    stage.make(5, b"no photo".to_vec(), &[]).await;
    stage.promise(6, PhotoKind::Charger, Some(99)).await;
    stage.upload(6, small_jpeg()).await;
    for (number, kind, charger) in
        [(7, PhotoKind::Charger, Some(99)), (8, PhotoKind::Profile, None), (9, PhotoKind::Verification, None)]
    {
        stage.promise(number, kind, charger).await;
        stage.make(number, small_jpeg(), &[]).await;
    }
    attach(stage, "contributors", "sub", 8).await;
    attach(stage, "verification_actions", "user_id", 9).await;
}

/// Makes a photo Ann's profile picture, or what her only verification shows.
async fn attach(stage: &Stage, table: &str, owner: &str, number: u128) {
    let attach = format!("UPDATE {table} SET photo_id = '{}' WHERE {owner} = 'ann'", id(number));
    assert_eq!(execute(&stage.db, &attach).await.unwrap(), 1);
}

async fn numbers(stage: &Stage) -> Vec<u128> {
    let mut there = Vec::new();
    for number in 1..=20 {
        there.extend(stage.photo(number).await.map(|_| number));
    }
    there
}

fn of(keys: &[String], number: u128) -> Vec<String> {
    keys.iter().filter(|key| key.contains(&id(number).to_string())).cloned().collect()
}

async fn what_is_of_no_use_goes_and_what_is_stays(stage: &Stage) {
    one_of_each(stage).await;
    let before = stage.keys().await;
    assert_eq!(stage.count_and_recount().await, (4, 4));
    set_clock(8 * DAY_S);
    let answer = sweep(stage, json!({})).await;
    assert_eq!(numbers(stage).await, [6, 7, 8, 9]);
    let kept: Vec<String> = [6, 7, 8, 9].iter().flat_map(|number| of(&before, *number)).collect();
    let mut after = stage.keys().await;
    assert_eq!(before.len() - after.len(), answer["objects"].as_u64().unwrap() as usize);
    after.sort_by_key(|key| kept.iter().position(|kept| kept == key));
    assert_eq!(after, kept);
    let removed = of(&before, 1).len() + 2;
    assert_eq!(counts(&answer, &COUNTS), json!([5, removed, 1, 0, null]), "{answer}");
    assert_eq!(stage.count_and_recount().await, (3, 3));
    let changed_at = stage.db.charger(id(99)).await.unwrap().unwrap().updated_at;
    assert_eq!(changed_at, NOON.plus_seconds(8 * DAY_S), "it showed a promise, and no longer does");
    let again = sweep(stage, json!({})).await;
    assert_eq!(counts(&again, &COUNTS), json!([0, 0, 1, 0, null]));
}

async fn nothing_is_touched_before_its_time(stage: &Stage) {
    one_of_each(stage).await;
    let orphan = orphan(stage, 7).await;
    let before = stage.storage.list("").await.unwrap();
    set_clock(7 * DAY_S);
    for members in [json!({}), json!({"older_than_days": 7}), json!({"older_than_days": 30})] {
        let answer = sweep(stage, members).await;
        assert_eq!(counts(&answer, &["rows", "objects", "bytes", "waiting"]), json!([0, 0, 0, 0]));
    }
    for days in [0, -1, 36_501] {
        let refused = ask(&stage.ops(&[]), with(json!({"older_than_days": days})), None).await.unwrap_err();
        assert!(refused.starts_with("older_than_days: It must be 1 to 36500"), "{refused}");
    }
    assert_eq!((numbers(stage).await.len(), stage.storage.list("").await.unwrap()), (9, before));
    set_clock(7 * DAY_S + 1);
    assert_eq!(sweep(stage, json!({})).await["rows"], 5);
    assert!(!stage.keys().await.contains(&orphan));
}

async fn a_dry_run_says_the_same_and_changes_nothing(stage: &Stage) {
    one_of_each(stage).await;
    orphan(stage, 7).await;
    stage.put("processed/readme.txt", b"x".to_vec()).await;
    set_clock(40 * DAY_S);
    let before = (stage.photo(1).await, stage.storage.list("").await.unwrap(), stage.count_and_recount().await);
    let mut dry = ask(&stage.ops(&[]), event("ops-sweep.dry-run"), None).await.unwrap();
    let after = (stage.photo(1).await, stage.storage.list("").await.unwrap(), stage.count_and_recount().await);
    assert_eq!(before, after);
    let bytes = |objects: Vec<storage::ObjectInfo>| objects.iter().map(|object| object.size_bytes).sum::<u64>();
    let answer = sweep(stage, json!({"older_than_days": 30})).await;
    assert_eq!(dry["dry_run"].take(), true);
    dry["dry_run"] = json!(false);
    assert_eq!(dry, answer);
    let freed = bytes(before.1) - bytes(stage.storage.list("").await.unwrap());
    assert_eq!((&answer["bytes"], &answer["unknown"]), (&json!(freed), &json!(1)));
}

/// A rendition of bytes that the photo no longer has.
async fn orphan(stage: &Stage, number: u128) -> String {
    let raw_key = stage.photo(number).await.unwrap().raw_key;
    let key = rendition_key(&raw_key, "0badf00d", 240, "webp", false).unwrap();
    stage.put(&key, b"old".to_vec()).await;
    key
}

async fn objects_that_no_row_names_go(stage: &Stage) {
    stage.promise(1, PhotoKind::Profile, None).await;
    stage.make(1, small_jpeg(), &[]).await;
    attach(stage, "contributors", "sub", 1).await;
    let named = stage.keys().await;
    let raw_key = stage.photo(1).await.unwrap().raw_key;
    let old_hash = orphan(stage, 1).await;
    let nobodys = [
        raw_key.replace(&id(1).to_string(), &id(2).to_string()),
        raw_key.replace("profile", "charger"),
        rendition_key(&raw_key, "0a1b2c3d", 0, "jpg", true).unwrap().replace(&id(1).to_string(), &id(3).to_string()),
    ];
    let foreign = [format!("{RAW_PREFIX}notes.txt"), "processed/a b+c.jpg".to_owned(), "backup/x".to_owned()];
    for key in nobodys.iter().chain(&foreign) {
        stage.put(key, b"four".to_vec()).await;
    }
    set_clock(3 * DAY_S);
    let fresh = rendition_key(&raw_key, "cafebabe", 240, "webp", false).unwrap();
    stage.put(&fresh, b"just now".to_vec()).await;
    let answer = sweep(stage, json!({"older_than_days": 2})).await;
    assert_eq!(counts(&answer, &["rows", "objects", "bytes", "unknown"]), json!([0, 4, 15, 2]), "{answer}");
    let mut expected: Vec<String> = named.into_iter().chain(foreign).chain([fresh]).collect();
    expected.sort();
    assert_eq!(stage.keys().await, expected, "{old_hash}");
}

async fn answers_of_writes_go_after_a_day(stage: &Stage) {
    let claim = async |key: &str| {
        let asked = Asked { method: "POST", path: "api/chargers", query: "", body: b"{}" };
        let world = World { now: || NOON, new_id: || id(1) };
        stage.db.claim(&Write::new("ann", key, asked).unwrap(), world).await.unwrap();
    };
    claim("1").await;
    claim("2").await;
    set_clock(DAY_S - 1);
    assert_eq!(sweep(stage, json!({})).await["answers"], 0);
    set_clock(DAY_S);
    assert_eq!(sweep(stage, json!({"dry_run": true})).await["answers"], 2);
    assert_eq!(sweep(stage, json!({})).await["answers"], 2);
    assert_eq!(number(&stage.db, "SELECT count(*) FROM idempotency_keys").await, 0);
}

async fn a_photo_that_was_half_removed_is_removed(stage: &Stage) {
    let before = NOON.plus_seconds(DAY_S);
    for number in 1..=3 {
        stage.promise(number, PhotoKind::Charger, None).await;
        stage.make(number, small_jpeg(), &[]).await;
        let Stale { state, .. } = stage.db.stale_photos(before, None, 9).await.unwrap().remove(number as usize - 1);
        assert_eq!(state, PhotoState::Ready);
    }
    let stale = stage.db.stale_photos(before, None, 9).await.unwrap();
    // Killed when it was retired, when its objects were half gone, and when only they and the row were gone.
    for photo in &stale {
        assert!(stage.db.retire_photo(photo, before, NOON).await.unwrap());
        assert_eq!(stage.count_and_recount().await.0, stage.count_and_recount().await.1);
    }
    stage.storage.delete(&of(&stage.keys().await, 2)[0]).await.unwrap();
    assert!(stage.db.remove_retired_photo(id(3)).await.unwrap());
    set_clock(8 * DAY_S);
    let answer = sweep(stage, json!({})).await;
    assert_eq!((answer["rows"].clone(), stage.keys().await), (json!(2), Vec::new()));
    assert_eq!((numbers(stage).await, stage.count_and_recount().await), (Vec::new(), (0, 0)));
}

async fn a_sweep_stops_before_the_deadline_and_goes_on_where_it_stopped(stage: &Stage) {
    one_of_each(stage).await;
    orphan(stage, 7).await;
    set_clock(8 * DAY_S);
    let whole = sweep(stage, json!({"dry_run": true})).await;
    let app = stage.ops(&[]);
    let (mut after, mut rows, mut objects) = (Value::Null, 0, 0);
    for turn in 0.. {
        assert!(turn < 100, "it never ends: {after}");
        set_clock(8 * DAY_S);
        step_clock(1);
        // Time for a few steps, and a minute that is kept.
        let answer = ask(&app, with(json!({"after": after})), Some(8 * DAY_S + 66)).await.unwrap();
        rows += answer["rows"].as_u64().unwrap();
        objects += answer["objects"].as_u64().unwrap();
        after = answer["after"].clone();
        if after.is_null() {
            assert!(turn > 2, "it was stopped at least twice");
            break;
        }
    }
    assert_eq!(json!([rows, objects]), counts(&whole, &["rows", "objects"]));
    assert_eq!(numbers(stage).await, [6, 7, 8, 9]);
}
