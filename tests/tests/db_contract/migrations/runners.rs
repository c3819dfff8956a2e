//! Several runners at once, and what they leave of a connection's settings.

use super::stage::{Snapshot, builder_waits, execute, runner};
use db::Db;
use domain::Kind;
use domain::connection::Database;
use std::error::Error as _;
use std::process::Command;
use std::time::{Duration, Instant};
use tests::programs::program;
use tests::seed::{NOON, imported, point};
use tests::{TestDb, open};

/// The step that builds an index concurrently.
const BUILD: i64 = 8;

/// A database with chargers for which [`BUILD`] and what comes after it are to come.
async fn before_the_build() -> Option<TestDb> {
    let test_db = TestDb::postgres().await?;
    let chargers: Vec<_> = (1..=2000).map(|number| imported(number, point(1.0, 2.0))).collect();
    test_db.db.import_chargers("set", &chargers, NOON).await.unwrap();
    test_db.db.migrate_down_to(BUILD - 1).await.unwrap();
    Some(test_db)
}

#[tokio::test]
async fn runners_at_once_build_an_index_once_however_long_it_takes() {
    let Some(test_db) = before_the_build().await else { return };
    // A limit that the build, which waits for the snapshot, is over by far.
    let limit =
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = 900', current_database()); END $$";
    execute(test_db.url.clone(), limit).await.unwrap();
    let snapshot = Snapshot::take(&test_db).await;
    let runners: Vec<_> = (0..4).map(|_| runner(&test_db, None)).collect();
    builder_waits(&test_db.db, "CREATE INDEX CONCURRENTLY").await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    snapshot.give_up().await;
    let runs: Vec<_> = runners.into_iter().map(|runner| runner.join().unwrap().unwrap()).collect();
    let steps = runs.iter().flat_map(|run| &run.steps);
    assert_eq!(steps.filter(|step| step.version == BUILD).count(), 1, "{runs:?}");
    assert!(runs.iter().all(|run| run.repairs.is_empty()), "{runs:?}");
    assert!(test_db.db.verify_indexes().await.unwrap().are_sound());
}

#[tokio::test]
async fn a_runner_that_waits_too_long_says_for_whom() {
    let Some(test_db) = before_the_build().await else { return };
    let snapshot = Snapshot::take(&test_db).await;
    let first = runner(&test_db, None);
    builder_waits(&test_db.db, "CREATE INDEX CONCURRENTLY").await;
    let start = Instant::now();
    let error = test_db.db.migrate_up_within(Duration::from_millis(600)).await.unwrap_err();
    assert!(start.elapsed() >= Duration::from_millis(600));
    assert_eq!(error.kind(), Kind::Unavailable);
    assert!(error.source().unwrap().to_string().starts_with("another runner is migrating"), "{error:?}");
    snapshot.give_up().await;
    assert_eq!(first.join().unwrap().unwrap().steps[0].version, BUILD);
    assert_eq!(test_db.db.migrate_up_within(Duration::from_secs(5)).await.unwrap().steps, []);
}

/// The number of the index that [`BUILD`] makes, and whether it is of use: one that is built twice has another number.
async fn index(test_db: &TestDb) -> (i64, bool) {
    let Db::Postgres(postgres) = &test_db.db else { unreachable!() };
    let sql = "SELECT indexrelid::bigint, indisvalid FROM pg_index WHERE indexrelid = 'chargers_power'::regclass";
    sqlx::query_as(sql).fetch_one(postgres.pool()).await.unwrap()
}

#[tokio::test]
async fn a_build_whose_runner_is_killed_is_waited_for_and_not_begun_anew() {
    let Some(test_db) = before_the_build().await else { return };
    let snapshot = Snapshot::take(&test_db).await;
    let ops = tokio::task::spawn_blocking(|| program("ops")).await.unwrap();
    let mut killed = Command::new(ops).args(["migrate", "up"]).env("DATABASE_URL", &test_db.url).spawn().unwrap();
    let builder = builder_waits(&test_db.db, "CREATE INDEX CONCURRENTLY").await;
    killed.kill().unwrap();
    killed.wait().unwrap();
    let (number, is_valid) = index(&test_db).await;
    assert!(!is_valid);

    let next = runner(&test_db, None);
    tokio::time::sleep(Duration::from_secs(1)).await;
    // The server goes on with what nobody listens to any more, and keeps the lock meanwhile.
    assert_eq!(builder_waits(&test_db.db, "CREATE INDEX CONCURRENTLY").await, builder);
    let builds = test_db.db.builds().await.unwrap();
    assert!(builds.len() == 1 && builds[0].index == "chargers_power" && !next.is_finished(), "{builds:?}");
    snapshot.give_up().await;
    let run = next.join().unwrap().unwrap();
    assert_eq!((run.repairs.as_slice(), run.steps[0].version), (&[][..], BUILD));
    assert_eq!(index(&test_db).await, (number, true));
}

#[tokio::test]
async fn a_run_whose_time_is_over_says_what_is_being_built_and_the_next_one_goes_on() {
    let Some(test_db) = before_the_build().await else { return };
    let snapshot = Snapshot::take(&test_db).await;
    let error = test_db.db.migrate_up_for(Duration::from_secs(3)).await.unwrap_err();
    assert_eq!((error.kind(), error.detail()), (Kind::Unavailable, "The migrations are not done yet."));
    let cause = error.source().unwrap().to_string();
    assert!(cause.contains("; index chargers_power: waiting for old snapshots"), "{cause}");
    let (number, is_valid) = index(&test_db).await;
    let error = test_db.db.migrate_up_for(Duration::from_secs(2)).await.unwrap_err();
    let cause = error.source().unwrap().to_string();
    assert!(cause.starts_with("another runner is migrating") && cause.contains("chargers_power"), "{cause}");
    snapshot.give_up().await;
    let run = test_db.db.migrate_up_for(Duration::from_secs(60)).await.unwrap();
    assert_eq!((run.repairs.as_slice(), run.steps[0].version), (&[][..], BUILD));
    assert_eq!((index(&test_db).await, is_valid), ((number, true), false));
}

#[tokio::test]
async fn a_run_leaves_no_setting_and_no_lock_in_the_pool() {
    let Some(test_db) = TestDb::postgres().await else { return };
    let limit =
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = 7000', current_database()); END $$";
    execute(test_db.url.clone(), limit).await.unwrap();
    let db = open(&Database::at(&test_db.url, 1)).await.unwrap();
    db.migrate_up().await.unwrap();
    db.migrate_down_to(BUILD - 1).await.unwrap();
    let Db::Postgres(postgres) = &db else { unreachable!() };
    let pool = postgres.pool();
    let said: String = sqlx::query_scalar("SHOW statement_timeout").fetch_one(pool).await.unwrap();
    assert_eq!(said, "7s");
    let locks = "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
         WHERE l.locktype = 'advisory' AND d.datname = current_database()";
    assert_eq!(sqlx::query_scalar::<_, i64>(locks).fetch_one(pool).await.unwrap(), 0);
}
