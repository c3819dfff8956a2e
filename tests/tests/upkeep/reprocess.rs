//! `ops reprocess`: whom it takes, where it stops, and that it goes on.

use crate::stage::{DAY_S, Stage, ask, counts, on_every_stage, set_clock, step_clock};
use domain::photo::{PhotoKind, PhotoState};
use serde_json::{Value, json};
use tests::repository::{event, small_jpeg};
use tests::seed::{NOON, add, id, new_charger, point};

on_every_stage!(
    photos_made_with_other_settings_are_made_again_and_no_others,
    a_choice_takes_what_every_one_of_its_words_says,
    a_dry_run_changes_nothing,
    a_walk_that_is_limited_goes_on_after_its_last_photo,
    a_walk_stops_before_the_deadline_and_the_next_one_goes_on,
    a_photo_that_fails_is_named_and_the_walk_goes_on,
    ten_failures_in_a_row_end_the_walk_where_they_began,
    uploads_that_nobody_was_told_of_become_ready,
);

const OLD: &[(&str, &str)] = &[("PHOTO_JPEG_QUALITY", "40")];
const COUNTS: [&str; 5] = ["ready", "rejected", "skipped", "failed", "remaining"];

async fn reprocess(stage: &Stage, members: Value) -> Value {
    ask(&stage.ops(&[]), with(members), None).await.unwrap()
}

fn with(members: Value) -> Value {
    let mut event = event("ops-reprocess");
    event.as_object_mut().unwrap().append(&mut members.as_object().unwrap().clone());
    event
}

/// Photos of these numbers, ready and made with earlier settings.
async fn ready_photos(stage: &Stage, numbers: std::ops::RangeInclusive<u128>) {
    for number in numbers {
        stage.promise(number, PhotoKind::Charger, None).await;
        stage.make(number, small_jpeg(), OLD).await;
    }
}

async fn photos_made_with_other_settings_are_made_again_and_no_others(stage: &Stage) {
    ready_photos(stage, 1..=2).await;
    stage.promise(3, PhotoKind::Charger, None).await;
    stage.make(3, b"no photo".to_vec(), OLD).await;
    stage.promise(4, PhotoKind::Profile, None).await;
    stage.make(4, small_jpeg(), &[]).await;
    stage.promise(5, PhotoKind::Charger, None).await;
    let before = [stage.photo(1).await, stage.photo(4).await];
    let answer = reprocess(stage, json!({})).await;
    // The fifth is a promise without bytes.
    assert_eq!(counts(&answer, &COUNTS), json!([2, 1, 1, 0, 0]), "{answer}");
    assert_eq!((&answer["report"], &answer["after"]), (&json!("reprocess"), &Value::Null));
    assert_ne!(stage.photo(1).await, before[0], "other bytes");
    assert_eq!(stage.photo(4).await, before[1]);
    let again = reprocess(stage, json!({})).await;
    assert_eq!(counts(&again, &COUNTS), json!([0, 0, 1, 0, 0]), "what is done is not done again");
    let all = reprocess(stage, json!({"all": true})).await;
    assert_eq!(counts(&all, &COUNTS), json!([3, 1, 1, 0, 0]));
    assert_eq!(stage.count_and_recount().await, (3, 3));
}

async fn a_choice_takes_what_every_one_of_its_words_says(stage: &Stage) {
    add(&stage.db, 9, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    stage.promise(1, PhotoKind::Charger, Some(9)).await;
    stage.make(1, small_jpeg(), OLD).await;
    stage.promise(2, PhotoKind::Profile, None).await;
    stage.make(2, b"no photo".to_vec(), OLD).await;
    set_clock(DAY_S);
    stage.promise(3, PhotoKind::Charger, None).await;
    stage.promise(4, PhotoKind::Verification, Some(9)).await;
    stage.make(4, small_jpeg(), &[]).await;
    let table = [
        (json!({}), 3),
        (json!({"all": true}), 4),
        (json!({"state": "ready"}), 1),
        (json!({"state": "ready", "all": true}), 2),
        (json!({"state": "rejected"}), 1),
        (json!({"state": "pending"}), 1),
        (json!({"kind": "profile"}), 1),
        (json!({"kind": "charger"}), 2),
        (json!({"since": "2026-03-02"}), 1),
        (json!({"since": "2026-03-01T12:00:00Z", "until": "2026-03-02T12:00:00Z"}), 2),
        (json!({"until": "2026-03-01T12:00:00Z"}), 0),
        (json!({"charger": id(9)}), 1),
        (json!({"charger": id(9), "all": true}), 2),
        (json!({"charger": id(8)}), 0),
        (json!({"ids": [id(1), id(3), id(77)]}), 2),
        (json!({"ids": [id(4)]}), 0),
        (json!({"ids": [id(4)], "all": true}), 1),
        (json!({"after": id(1)}), 2),
        (json!({"limit": 2}), 2),
        (json!({"state": "ready", "kind": "profile"}), 0),
    ];
    for (members, expected) in table {
        let mut dry = members.clone();
        dry["dry_run"] = json!(true);
        assert_eq!(reprocess(stage, dry).await["remaining"], expected, "{members}");
    }
    let answer = reprocess(stage, json!({"ids": [id(4), id(1)], "all": true, "jobs": 2})).await;
    assert_eq!(counts(&answer, &COUNTS), json!([2, 0, 0, 0, 0]));
    assert_eq!(stage.photo(3).await.unwrap().state, PhotoState::Pending);
}

async fn a_dry_run_changes_nothing(stage: &Stage) {
    ready_photos(stage, 1..=2).await;
    let before = (stage.photo(1).await, stage.storage.list("").await.unwrap());
    set_clock(DAY_S);
    let answer = reprocess(stage, json!({"dry_run": true})).await;
    assert_eq!(counts(&answer, &COUNTS), json!([0, 0, 0, 0, 2]));
    assert_eq!((stage.photo(1).await, stage.storage.list("").await.unwrap()), before);
}

async fn a_walk_that_is_limited_goes_on_after_its_last_photo(stage: &Stage) {
    ready_photos(stage, 1..=5).await;
    let mut asked = json!({"all": true, "limit": 2});
    for (remaining, after) in [(3, json!(id(2))), (1, json!(id(4))), (0, Value::Null)] {
        let answer = reprocess(stage, asked.clone()).await;
        assert_eq!((&answer["remaining"], &answer["after"]), (&json!(remaining), &after));
        asked["after"] = answer["after"].clone();
    }
    assert_eq!(reprocess(stage, json!({"dry_run": true})).await["remaining"], 0, "every one was made");
}

async fn a_walk_stops_before_the_deadline_and_the_next_one_goes_on(stage: &Stage) {
    ready_photos(stage, 1..=4).await;
    let app = stage.ops(&[]);
    // Whoever looks at the clock, and as often as that may be, moves it: the time of an invocation is used up somewhere.
    step_clock(40);
    let nothing = ask(&app, with(json!({})), Some(100)).await.unwrap();
    assert_eq!(counts(&nothing, &["ready", "remaining", "after"]), json!([0, 4, null]), "{nothing}");
    let mut made = 0;
    for turn in 1..=4 {
        set_clock(0);
        step_clock(30);
        let answer = ask(&app, with(json!({})), Some(95)).await.unwrap();
        made += answer["ready"].as_u64().unwrap();
        assert_eq!(answer["remaining"], json!(4 - made), "turn {turn}: {answer}");
        assert!(made >= turn, "each invocation makes at least one");
        if made == 4 {
            return;
        }
    }
    panic!("{made} of 4");
}

async fn a_photo_that_fails_is_named_and_the_walk_goes_on(stage: &Stage) {
    ready_photos(stage, 1..=3).await;
    let file = stage.file(&stage.photo(2).await.unwrap().raw_key);
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, b"damaged").unwrap();
    let answer = reprocess(stage, json!({})).await;
    assert_eq!(counts(&answer, &COUNTS), json!([2, 0, 0, 1, 0]), "{answer}");
    assert_eq!(answer["failures"][0]["id"], json!(id(2)));
    assert!(answer["failures"][0]["reason"].as_str().unwrap().starts_with("The photo store is not available"));
    std::fs::write(&file, bytes).unwrap();
    assert_eq!(counts(&reprocess(stage, json!({})).await, &COUNTS), json!([1, 0, 0, 0, 0]), "and made the next time");
}

async fn ten_failures_in_a_row_end_the_walk_where_they_began(stage: &Stage) {
    for number in 1..=13 {
        stage.promise(number, PhotoKind::Charger, None).await;
    }
    stage.make(1, small_jpeg(), OLD).await;
    for number in 2..=12 {
        let file = stage.file(&stage.photo(number).await.unwrap().raw_key);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, b"damaged").unwrap();
    }
    stage.upload(13, small_jpeg()).await;
    let refused = ask(&stage.ops(&[]), with(json!({"jobs": 4})), None).await.unwrap_err();
    let expected =
        format!("ready 1 / rejected 0 / skipped 0; the same command goes on, with --all from --after {}", id(1));
    assert!(refused.contains(&expected), "{refused}");
    assert_eq!(stage.photo(13).await.unwrap().state, PhotoState::Pending);
}

async fn uploads_that_nobody_was_told_of_become_ready(stage: &Stage) {
    ready_photos(stage, 1..=1).await;
    for number in 2..=4 {
        stage.promise(number, PhotoKind::Charger, None).await;
    }
    stage.upload(2, small_jpeg()).await;
    stage.upload(3, b"no photo".to_vec()).await;
    let answer = ask(&stage.ops(&[]), event("ops-reprocess.lost-events"), None).await.unwrap();
    assert_eq!(counts(&answer, &COUNTS), json!([1, 1, 1, 0, 0]), "{answer}");
    let states = [stage.photo(2).await, stage.photo(3).await, stage.photo(4).await].map(|photo| photo.unwrap().state);
    assert_eq!(states, [PhotoState::Ready, PhotoState::Rejected, PhotoState::Pending]);
    assert_eq!(stage.count_and_recount().await, (2, 2));
}
