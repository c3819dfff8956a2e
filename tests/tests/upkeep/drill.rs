//! `ops restore-drill`: the newest backup on trial, and nothing left of the trial.

use crate::backup::{back_up, digests};
use crate::stage::{Stage, ask, on_every_stage, type_in};
use db::Db;
use domain::connection::Database;
use tests::behind::{execute, number};
use tests::everything::fill;
use tests::repository::event;
use tests::seed::{NOON, add, new_charger, point};
use tests::{TestDb, open};

on_every_stage!(
    a_drill_compares_and_leaves_nothing,
    what_a_killed_drill_left_is_taken_away,
    without_a_backup_a_drill_fails,
);

/// The trial's database, where it is there.
async fn trial(stage: &Stage) -> bool {
    match &stage.db {
        Db::Postgres(_) => number(
            &stage.db,
            "SELECT count(*) FROM pg_database WHERE datname = 'sharaspot_trial_' || (SELECT oid::text FROM pg_database
                 WHERE datname = current_database())",
        )
        .await
            == 1,
        Db::Sqlite(_) => ["", "-wal", "-shm"].iter().any(|ending| {
            std::fs::exists(format!("{}.trial{ending}", stage.url().trim_start_matches("sqlite:"))).unwrap()
        }),
    }
}

async fn a_drill_compares_and_leaves_nothing(stage: &Stage) {
    fill(&stage.db).await;
    back_up(stage).await;
    add(&stage.db, 5_000, &new_charger("Since", point(1.0, 2.0)), NOON).await;
    let before = digests(&stage.db).await;
    let answer = ask(&stage.ops(&[]), event("ops-restore-drill"), None).await.unwrap();
    let chargers = answer["tables"].as_array().unwrap().iter().find(|table| table["name"] == "chargers").unwrap();
    assert_eq!((&chargers["rows"], &chargers["live"]), (&43.into(), &44.into()), "{answer}");
    assert!(!trial(stage).await);
    let said = type_in(&stage.ops(&[]), &["restore-drill"]).await.unwrap();
    assert!(
        said.contains("          43 chargers, +1 since\n") && said.contains("restored on trial and compared in "),
        "{said}"
    );
    assert_eq!((digests(&stage.db).await, trial(stage).await), (before, false));
}

async fn what_a_killed_drill_left_is_taken_away(stage: &Stage) {
    add(&stage.db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    back_up(stage).await;
    let scratch = stage.db.scratch().await.unwrap();
    assert!(trial(stage).await);
    let refused = ask(&stage.ops(&[]), event("ops-restore-drill"), None).await.unwrap_err();
    assert!(refused.starts_with("Another trial"), "{refused}");
    // Half filled, and let go of without a word.
    scratch.db().migrate_up().await.unwrap();
    add(scratch.db(), 7, &new_charger("Half", point(1.0, 2.0)), NOON).await;
    drop(scratch);
    assert!(trial(stage).await);
    let app = stage.ops(&[]);
    // The server hears of it a moment later.
    let is_done = async || match ask(&app, event("ops-restore-drill"), None).await {
        Ok(_) => true,
        Err(refused) => {
            assert!(refused.starts_with("Another trial"), "{refused}");
            false
        }
    };
    tests::eventually("the lock is free", is_done).await;
    assert!(!trial(stage).await);
}

async fn without_a_backup_a_drill_fails(stage: &Stage) {
    let refused = ask(&stage.ops(&[]), event("ops-restore-drill"), None).await.unwrap_err();
    assert!(refused.starts_with("There is no complete backup there"), "{refused}");
    assert!(!trial(stage).await);
}

#[tokio::test]
async fn a_login_that_may_make_no_database_is_told_how_it_may() {
    let Some(test_db) = TestDb::postgres().await else { return };
    for sql in ["CREATE ROLE no_maker LOGIN", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO no_maker"] {
        execute(&test_db.db, sql).await.unwrap();
    }
    let url = test_db.url.replacen("tests@", "no_maker@", 1);
    let refused = open(&Database::at(url, 4)).await.unwrap().scratch().await.unwrap_err();
    assert_eq!(refused.detail(), "The login may not make a database for the trial: ALTER ROLE … CREATEDB lets it.");
}
