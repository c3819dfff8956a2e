//! `ops rescore`: whom it takes, where it stops, and that it goes on.

use crate::stage::{DAY_S, Stage, ask, counts, on_every_stage, set_clock, step_clock};
use db::verifications::NewVerification;
use domain::verification::Action::Active;
use domain::verification::report::Report;
use serde_json::{Value, json};
use tests::behind::{execute, number};
use tests::consistency::check_database;
use tests::repository::event;
use tests::seed::{NOON, add, id, imported, new_charger, point};

on_every_stage!(
    chargers_whose_evidence_has_faded_are_scored_anew_and_no_others,
    what_was_scored_lately_is_left_alone,
    a_dry_run_says_the_same_and_changes_nothing,
    a_run_that_is_limited_goes_on_after_its_last_charger,
    a_run_stops_before_the_deadline_and_the_next_one_goes_on,
);

const COUNTS: [&str; 3] = ["looked_at", "rescored", "after"];

async fn rescore(stage: &Stage, members: Value) -> Value {
    ask(&stage.ops(&[]), with(members), None).await.unwrap()
}

fn with(members: Value) -> Value {
    let mut event = event("ops-rescore");
    event.as_object_mut().unwrap().append(&mut members.as_object().unwrap().clone());
    event
}

/// Chargers with a verification of a minute after noon, which counts for 90 days.
async fn verified_chargers(stage: &Stage, count: u128) {
    for charger in 1..=count {
        add(&stage.db, charger, &new_charger("Park", point(1.0, charger as f64)), NOON).await;
        let (user_id, report) = (&format!("person {charger}"), &Report::new(Active));
        let now = NOON.plus_seconds(60);
        let new = NewVerification { id: id(500 + charger), charger_id: id(charger), user_id, report, now };
        stage.db.verify_charger(&new).await.unwrap().unwrap();
    }
}

async fn known_uptimes(stage: &Stage) -> i64 {
    number(&stage.db, "SELECT count(*) FROM charger_status WHERE uptime_percentage IS NOT NULL").await
}

async fn chargers_whose_evidence_has_faded_are_scored_anew_and_no_others(stage: &Stage) {
    verified_chargers(stage, 3).await;
    stage.db.import_chargers("set", &[imported(4, point(5.0, 6.0))], NOON).await.unwrap();
    set_clock(89 * DAY_S);
    assert_eq!(counts(&rescore(stage, json!({})).await, &COUNTS), json!([3, 0, null]));
    set_clock(91 * DAY_S);
    let answer = rescore(stage, json!({})).await;
    assert_eq!((&answer["report"], counts(&answer, &COUNTS)), (&json!("rescore"), json!([3, 3, null])));
    assert_eq!(counts(&rescore(stage, json!({})).await, &COUNTS), json!([0, 0, null]));
    assert_eq!(known_uptimes(stage).await, 0);
    check_database(&stage.db).await;
    let last = stage.db.migration_steps().await.unwrap().pop().unwrap();
    stage.db.migrate_down_to(last.version - 1).await.unwrap();
    let refused = ask(&stage.ops(&[]), with(json!({})), None).await.unwrap_err();
    assert!(refused.ends_with("run `ops migrate up` first."), "{refused}");
}

async fn what_was_scored_lately_is_left_alone(stage: &Stage) {
    verified_chargers(stage, 1).await;
    let hours = async |hours: i64| rescore(stage, json!({"older_than_hours": hours})).await["looked_at"].clone();
    set_clock(60);
    assert_eq!((hours(0).await, hours(1).await), (json!(1), json!(0)));
    set_clock(20 * 3_600 + 60);
    assert_eq!((rescore(stage, json!({})).await["looked_at"].clone(), hours(20).await), (json!(0), json!(0)));
    set_clock(20 * 3_600 + 61);
    assert_eq!((rescore(stage, json!({})).await["looked_at"].clone(), hours(21).await), (json!(1), json!(0)));
    for hours in [-1, 876_001] {
        let refused = ask(&stage.ops(&[]), with(json!({"older_than_hours": hours})), None).await.unwrap_err();
        assert!(refused.starts_with("older_than_hours: It must be 0 to 876000"), "{refused}");
    }
    let refused = ask(&stage.ops(&[]), with(json!({"older_than_days": 1})), None).await.unwrap_err();
    assert!(refused.starts_with("The event is not understood: unknown field `older_than_days`"), "{refused}");
}

async fn a_dry_run_says_the_same_and_changes_nothing(stage: &Stage) {
    verified_chargers(stage, 3).await;
    set_clock(91 * DAY_S);
    for _ in 0..2 {
        let answer = rescore(stage, json!({"dry_run": true})).await;
        assert_eq!((&answer["dry_run"], counts(&answer, &COUNTS)), (&json!(true), json!([3, 3, null])));
    }
    assert_eq!(known_uptimes(stage).await, 3);
}

async fn a_run_that_is_limited_goes_on_after_its_last_charger(stage: &Stage) {
    verified_chargers(stage, 5).await;
    set_clock(91 * DAY_S);
    let mut asked = json!({"limit": 2});
    for (looked_at, left, after) in [(2, 3, json!(id(2))), (2, 1, json!(id(4))), (1, 0, Value::Null)] {
        let answer = rescore(stage, asked.clone()).await;
        assert_eq!(counts(&answer, &COUNTS), json!([looked_at, looked_at, after]));
        assert_eq!(known_uptimes(stage).await, left);
        asked["after"] = answer["after"].clone();
    }
}

async fn a_run_stops_before_the_deadline_and_the_next_one_goes_on(stage: &Stage) {
    // More than go into a batch, each with a verification that counts no longer.
    const CHARGERS: u128 = 1_200;
    let chargers: Vec<_> = (1..=CHARGERS).map(|number| imported(number, point(1.0, 2.0))).collect();
    stage.db.import_chargers("set", &chargers, NOON).await.unwrap();
    let created = "(SELECT min(created_at) FROM chargers)";
    let later = match &stage.db {
        db::Db::Postgres(_) => format!("{created} + interval '1 minute'"),
        db::Db::Sqlite(_) => format!("{created} + 60000000"),
    };
    execute(&stage.db, &format!("UPDATE charger_status SET uptime_percentage = 100, scored_at = {later}"))
        .await
        .unwrap();
    let app = stage.ops(&[]);
    let (mut after, mut looked_at, mut turns) = (Value::Null, 0, 0);
    loop {
        set_clock(100 * DAY_S);
        step_clock(1);
        // Time for a few looks at the clock, and a minute that is kept.
        let answer = ask(&app, with(json!({"after": after})), Some(100 * DAY_S + 65)).await.unwrap();
        looked_at += answer["looked_at"].as_u64().unwrap();
        (after, turns) = (answer["after"].clone(), turns + 1);
        if after.is_null() {
            break;
        }
        assert!(turns < 20, "it never ends: {after}");
    }
    assert_eq!((looked_at, known_uptimes(stage).await), (CHARGERS as u64, 0));
    assert!(turns > 1, "it was stopped at least once");
    assert_eq!(
        number(&stage.db, "SELECT CAST(sum(n) AS bigint) FROM charger_facets WHERE verification_level = 2").await,
        1_200
    );
    check_database(&stage.db).await;
}
