//! The schema, forth and back.

mod indexes;
mod roles;
mod runners;
mod stage;

use db::Db;
use db::migrations::Wording;
use domain::connection::Database;
use domain::filter::Filter;
use tests::seed::{NOON, add, new_charger, point};
use tests::{TestDb, on_both_engines, open};

on_both_engines!(
    every_step_goes_up_and_down_and_up_again,
    migrating_twice_changes_nothing,
    runners_that_start_at_once_migrate_once,
    the_history_says_when_and_whether_a_file_has_changed_since,
);

async fn applied(db: &Db) -> Vec<bool> {
    db.migration_steps().await.unwrap().iter().map(|step| step.is_applied).collect()
}

/// Tables, indexes and the like, but for the book-keeping of migrations.
async fn objects(db: &Db) -> Vec<String> {
    const POSTGRES: &str = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
         AND relname NOT LIKE '_sqlx%' UNION ALL
         SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1";
    const SQLITE: &str = "SELECT name FROM sqlite_master WHERE name NOT LIKE '_sqlx%'
         AND name NOT LIKE 'sqlite_%' ORDER BY 1";
    match db {
        Db::Postgres(postgres) => sqlx::query_scalar(POSTGRES).fetch_all(postgres.pool()).await.unwrap(),
        Db::Sqlite(sqlite) => sqlx::query_scalar(SQLITE).fetch_all(sqlite.pool()).await.unwrap(),
    }
}

async fn every_step_goes_up_and_down_and_up_again(test_db: &TestDb) {
    let db = &test_db.db;
    let steps = db.migration_steps().await.unwrap();
    assert!(steps.iter().all(|step| step.is_applied) && steps.len() >= 5);
    let whole = objects(db).await;
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    // Back one by one, so that every way down is taken alone.
    for left in (0..steps.len()).rev() {
        let version = if left == 0 { 0 } else { steps[left - 1].version };
        db.migrate_down_to(version).await.unwrap();
        assert_eq!(applied(db).await, (0..steps.len()).map(|step| step < left).collect::<Vec<_>>());
    }
    assert_eq!(objects(db).await, Vec::<String>::new(), "the ways down leave nothing behind");
    db.migrate_up().await.unwrap();
    assert_eq!(objects(db).await, whole);
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    assert_eq!(db.count_chargers(&Filter::default()).await.unwrap().count, 1);
}

async fn migrating_twice_changes_nothing(test_db: &TestDb) {
    let db = &test_db.db;
    let steps = db.migration_steps().await.unwrap();
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    db.migrate_up().await.unwrap();
    db.migrate_down_to(steps.last().unwrap().version).await.unwrap();
    assert_eq!(db.migration_steps().await.unwrap(), steps);
    assert_eq!(db.count_chargers(&Filter::default()).await.unwrap().count, 1);
}

async fn runners_that_start_at_once_migrate_once(test_db: &TestDb) {
    test_db.db.migrate_down_to(0).await.unwrap();
    // A thread and a pool for each, as processes have them.
    let start = |url: String| async move {
        let db = open(&Database::at(url, 1)).await.unwrap();
        db.migrate_up().await.unwrap();
    };
    let run = |url: String| {
        move || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(start(url))
    };
    let runners: Vec<_> = (0..4).map(|_| std::thread::spawn(run(test_db.url.clone()))).collect();
    runners.into_iter().for_each(|runner| runner.join().unwrap());
    assert!(applied(&test_db.db).await.into_iter().all(|is_applied| is_applied));
}

async fn the_history_says_when_and_whether_a_file_has_changed_since(test_db: &TestDb) {
    let db = &test_db.db;
    let execute = async |sql: &'static str| match db {
        Db::Postgres(postgres) => drop(sqlx::query(sql).execute(postgres.pool()).await.unwrap()),
        Db::Sqlite(sqlite) => drop(sqlx::query(sql).execute(sqlite.pool()).await.unwrap()),
    };
    let history = db.migration_history().await.unwrap();
    let steps = db.migration_steps().await.unwrap();
    let names = |step: &db::migrations::Step| (step.version, step.name.clone());
    assert_eq!(
        history.iter().map(|step| (step.version, step.name.clone())).collect::<Vec<_>>(),
        steps.iter().map(names).collect::<Vec<_>>()
    );
    let now = (config::world().now)();
    for step in &history {
        assert!(step.took_ms.is_some() && step.wording == Wording::Same, "{step:?}");
        let age_s = now.as_seconds() - step.applied_at.as_seconds();
        assert!((-1..600).contains(&age_s), "{step:?}");
    }
    execute("UPDATE _sqlx_migrations SET checksum = substr(checksum, 2), execution_time = -1 WHERE version = 2").await;
    execute("UPDATE _sqlx_migrations SET version = 99 WHERE version = 8").await;
    let history = db.migration_history().await.unwrap();
    let odd = history.iter().filter(|step| step.wording != Wording::Same);
    let odd: Vec<_> = odd.map(|step| (step.version, step.wording, step.took_ms.is_some())).collect();
    assert_eq!(odd, [(2, Wording::Changed, false), (99, Wording::Unknown, true)]);
    // Neither way is open to a program that is too old.
    for error in [db.migrate_up().await.unwrap_err(), db.migrate_down_to(0).await.unwrap_err()] {
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(cause, "this program does not know migration 99");
    }
}

#[tokio::test]
async fn both_engines_have_the_same_steps() {
    let sqlite = TestDb::sqlite().await;
    let Some(postgres) = TestDb::postgres().await else { return };
    assert_eq!(sqlite.db.migration_steps().await.unwrap(), postgres.db.migration_steps().await.unwrap());
}
