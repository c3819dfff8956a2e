//! Writers that take the same locks never wait for each other in a circle.

use crate::totals::wrong_counters;
use db::{Db, ImportedCharger};
use domain::vocabulary::Port;
use sqlx::{Connection, PgConnection};
use tests::seed::{NOON, connector, id, imported, point};
use tests::{TestDb, eventually};

/// Waits until a statement with these words waits for a lock.
async fn waits(db: &Db, words: &str) {
    const WAITING: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
         AND pid <> pg_backend_pid() AND strpos(query, $1) > 0 AND wait_event_type = 'Lock'";
    let Db::Postgres(postgres) = db else { panic!("SQLite has one writer") };
    eventually(words, async || {
        sqlx::query_scalar::<_, i64>(WAITING).bind(words).fetch_one(postgres.pool()).await.unwrap() > 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_of_new_and_changed_chargers_never_meets_a_writer_in_a_circle() {
    let Some(test_db) = TestDb::postgres().await else { return };
    let db = &test_db.db;
    let with = |number: u128, port, hash| ImportedCharger {
        connectors: vec![connector(port, Some(50.0), 1)],
        hash,
        ..imported(number, point(1.0, 2.0))
    };
    // The counters in their order: Type 1, then Type 2. The import changes one charger to Type 2 and adds one of Type 1.
    let before = [with(1, Port::Ccs, 1), with(2, Port::Type1, 1), with(3, Port::Type2, 1)];
    db.import_chargers("set", &before, NOON).await.unwrap();
    // Somebody looks at a connector, which holds the import back between its two statements.
    let mut bystander = PgConnection::connect(&test_db.url).await.unwrap();
    let look = format!("BEGIN; SELECT FROM charger_connectors WHERE charger_id = '{}' FOR UPDATE", id(1));
    sqlx::raw_sql(sqlx::AssertSqlSafe(look)).execute(&mut bystander).await.unwrap();
    let import = {
        let db = db.clone();
        let batch = [with(1, Port::Type2, 2), with(4, Port::Type1, 1)];
        tokio::spawn(async move { db.import_chargers("set", &batch, NOON).await })
    };
    waits(db, "imports.forget_connectors").await;
    // A verification, say: from the counter of Type 1 to that of Type 2.
    let writer = {
        let (url, masks) = (test_db.url.clone(), (Port::Type1.bit(), Port::Type2.bit()));
        let sql = format!("UPDATE chargers SET port_mask = {} WHERE port_mask = {}", masks.1, masks.0);
        tokio::spawn(async move {
            let mut connection = PgConnection::connect(&url).await?;
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.map(drop)
        })
    };
    waits(db, "UPDATE chargers SET port_mask").await;
    sqlx::raw_sql("COMMIT").execute(&mut bystander).await.unwrap();
    let outcomes = (import.await.unwrap().is_ok(), writer.await.unwrap().is_ok());
    assert_eq!(outcomes, (true, true), "PostgreSQL ended a deadlock by refusing one of them");
    assert_eq!(wrong_counters(db).await, 0);
}
