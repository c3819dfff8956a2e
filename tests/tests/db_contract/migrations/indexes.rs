//! Indexes that are gone or left half way: found, named and repaired.

use super::stage::{Snapshot, builder_waits, kill, runner};
use db::Db;
use db::migrations::{IndexState, Remedy, Repair};
use domain::connection::Database;
use std::io::{Seek, SeekFrom, Write};
use tests::seed::{NOON, add, imported, new_charger, point};
use tests::{TestDb, on_both_engines, open};

on_both_engines!(
    every_index_of_the_steps_is_valid_at_first,
    an_index_that_is_gone_is_named_and_made_again,
    indexes_of_steps_that_were_taken_back_are_not_missed,
);

async fn execute(db: &Db, sql: &'static str) {
    match db {
        Db::Postgres(postgres) => drop(sqlx::query(sql).execute(postgres.pool()).await.unwrap()),
        Db::Sqlite(sqlite) => drop(sqlx::query(sql).execute(sqlite.pool()).await.unwrap()),
    }
}

/// What is not valid, by name.
async fn bad(db: &Db) -> Vec<(String, IndexState)> {
    let found = db.verify_indexes().await.unwrap();
    assert_eq!(found.are_sound(), found.indexes.iter().all(|index| index.state == IndexState::Valid));
    let bad = found.indexes.into_iter().filter(|index| index.state != IndexState::Valid);
    bad.map(|index| (index.name, index.state)).collect()
}

/// The text of an index, but for what says how it was built.
async fn definition(db: &Db, name: &str) -> String {
    const POSTGRES: &str = "SELECT indexdef FROM pg_indexes WHERE indexname = $1";
    const SQLITE: &str = "SELECT sql FROM sqlite_master WHERE name = $1";
    let text: String = match db {
        Db::Postgres(postgres) => sqlx::query_scalar(POSTGRES).bind(name).fetch_one(postgres.pool()).await.unwrap(),
        Db::Sqlite(sqlite) => sqlx::query_scalar(SQLITE).bind(name).fetch_one(sqlite.pool()).await.unwrap(),
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn repair(index: &str, remedy: Remedy) -> Repair {
    Repair { index: index.to_owned(), table: "chargers".to_owned(), remedy }
}

async fn every_index_of_the_steps_is_valid_at_first(test_db: &TestDb) {
    let found = test_db.db.verify_indexes().await.unwrap();
    assert!(found.are_sound(), "{found:?}");
    let named = ["chargers_cell", "chargers_created", "chargers_facet", "chargers_power", "chargers_updated"];
    for name in named.into_iter().chain(["photos_charger", "photos_owner", "verification_actions_user"]) {
        let index = found.indexes.iter().find(|index| index.name == name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(index.table, name.rsplit_once('_').unwrap().0);
        assert_eq!(index.size_bytes.is_some(), matches!(test_db.db, Db::Postgres(_)));
    }
    assert!(found.indexes.iter().any(|index| index.name.contains("charger_connectors")), "those of constraints too");
}

async fn an_index_that_is_gone_is_named_and_made_again(test_db: &TestDb) {
    let db = &test_db.db;
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    // One whose step builds it inside its transaction, and one whose step builds it concurrently.
    for name in ["chargers_facet", "chargers_power"] {
        let before = definition(db, name).await;
        execute(db, if name == "chargers_facet" { "DROP INDEX chargers_facet" } else { "DROP INDEX chargers_power" })
            .await;
        assert_eq!(bad(db).await, [(name.to_owned(), IndexState::Missing)]);
        let run = db.migrate_up().await.unwrap();
        assert_eq!((run.repairs, run.steps), (vec![repair(name, Remedy::Made)], vec![]));
        assert_eq!(bad(db).await, []);
        assert_eq!(definition(db, name).await, before);
    }
}

async fn indexes_of_steps_that_were_taken_back_are_not_missed(test_db: &TestDb) {
    for version in [7, 2, 1, 0] {
        test_db.db.migrate_down_to(version).await.unwrap();
        assert_eq!(bad(&test_db.db).await, [], "at {version}");
    }
    assert_eq!(test_db.db.verify_indexes().await.unwrap().indexes, []);
}

#[tokio::test]
async fn a_build_that_is_killed_half_way_is_built_again() {
    let Some(test_db) = TestDb::postgres().await else { return };
    let db = &test_db.db;
    let chargers: Vec<_> = (1..=300).map(|number| imported(number, point(1.0, 2.0))).collect();
    db.import_chargers("set", &chargers, NOON).await.unwrap();
    db.migrate_down_to(7).await.unwrap();
    let snapshot = Snapshot::take(&test_db).await;
    let runner = runner(&test_db, None);
    kill(db, &builder_waits(db, "CREATE INDEX CONCURRENTLY").await).await;
    assert!(runner.join().unwrap().is_err());
    snapshot.give_up().await;
    assert_eq!(bad(db).await, [("chargers_power".to_owned(), IndexState::Invalid)]);

    let run = db.migrate_up().await.unwrap();
    assert_eq!(run.repairs, [repair("chargers_power", Remedy::Dropped)]);
    assert_eq!(run.steps[0].version, 8);
    assert_eq!(bad(db).await, []);
    assert!(db.verify_indexes().await.unwrap().indexes.iter().any(|index| index.name == "chargers_power"));
}

#[tokio::test]
async fn what_a_killed_rebuild_leaves_is_dropped() {
    let Some(test_db) = TestDb::postgres().await else { return };
    let db = &test_db.db;
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let snapshot = Snapshot::take(&test_db).await;
    let rebuild = tokio::spawn(super::stage::execute(test_db.url.clone(), "REINDEX INDEX CONCURRENTLY chargers_cell"));
    kill(db, &builder_waits(db, "REINDEX INDEX CONCURRENTLY").await).await;
    assert!(rebuild.await.unwrap().is_err());
    snapshot.give_up().await;
    assert_eq!(bad(db).await, [("chargers_cell_ccnew".to_owned(), IndexState::Invalid)]);
    assert_eq!(db.migrate_up().await.unwrap().repairs, [repair("chargers_cell_ccnew", Remedy::Dropped)]);
    assert_eq!(bad(db).await, []);
}

#[tokio::test]
async fn a_broken_index_of_an_applied_step_or_a_constraint_is_rebuilt_in_its_place() {
    let Some(test_db) = TestDb::postgres().await else { return };
    let db = &test_db.db;
    for name in ["chargers_power", "chargers_pkey"] {
        let Db::Postgres(postgres) = db else { unreachable!() };
        let pool = postgres.pool();
        let broken = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = $1::text::regclass";
        sqlx::query(broken).bind(name).execute(pool).await.unwrap();
        assert_eq!(bad(db).await, [(name.to_owned(), IndexState::Invalid)]);
        assert_eq!(db.migrate_up().await.unwrap().repairs, [repair(name, Remedy::Rebuilt)]);
        assert_eq!(bad(db).await, []);
    }
}

#[tokio::test]
async fn an_index_that_somebody_is_building_is_left_to_them() {
    let Some(test_db) = TestDb::postgres().await else { return };
    let db = &test_db.db;
    let snapshot = Snapshot::take(&test_db).await;
    let build = "CREATE INDEX CONCURRENTLY \"by \"\"Name\"\"\" ON chargers (name)";
    let builder = tokio::spawn(super::stage::execute(test_db.url.clone(), build));
    builder_waits(db, "CREATE INDEX CONCURRENTLY").await;
    assert_eq!(bad(db).await, [("by \"Name\"".to_owned(), IndexState::Invalid)]);
    let runner = runner(&test_db, None);
    builder_waits(db, "LOCK TABLE").await;
    snapshot.give_up().await;
    builder.await.unwrap().unwrap();
    assert_eq!(runner.join().unwrap().unwrap().repairs, []);
    assert_eq!(bad(db).await, []);
}

#[tokio::test]
async fn a_damaged_file_is_not_sound() {
    let test_db = TestDb::sqlite().await;
    let Db::Sqlite(sqlite) = &test_db.db else { unreachable!() };
    let pool = sqlite.pool();
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(pool).await.unwrap();
    let root: i64 = sqlx::query_scalar("SELECT rootpage FROM sqlite_master WHERE name = 'photos_owner'")
        .fetch_one(pool)
        .await
        .unwrap();
    let size: i64 = sqlx::query_scalar("PRAGMA page_size").fetch_one(pool).await.unwrap();
    test_db.db.close().await;
    let path = test_db.url.strip_prefix("sqlite:").unwrap();
    let mut file = std::fs::File::options().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(((root - 1) * size) as u64)).unwrap();
    file.write_all(&[0xff; 64]).unwrap();
    let found = open(&Database::at(&test_db.url, 1)).await.unwrap().verify_indexes().await.unwrap();
    assert!(!found.damage.is_empty() && !found.are_sound(), "{found:?}");
}
