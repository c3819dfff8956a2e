//! The counters of level, ports and amenities against a recount, after any mix of statements.

use db::Db;
use domain::connection::Database;
use proptest::prelude::*;
use tests::behind::execute;
use tests::seed::{NOON, add, id, imported, new_charger, point};
use tests::{TestDb, on_both_engines, open};

use crate::population::sample;

on_both_engines!(
    a_random_mix_of_statements_leaves_the_counters_exact,
    what_is_rolled_back_is_not_counted,
    an_update_of_other_columns_touches_no_counter,
);

/// Level, ports, amenities and how many.
type Facet = (i16, i32, i32, i64);

async fn facets(db: &Db, sql: &'static str) -> Vec<Facet> {
    match db {
        Db::Postgres(postgres) => sqlx::query_as(sql).fetch_all(postgres.pool()).await.unwrap(),
        Db::Sqlite(sqlite) => sqlx::query_as(sql).fetch_all(sqlite.pool()).await.unwrap(),
    }
}

async fn kept(db: &Db) -> Vec<Facet> {
    facets(
        db,
        "SELECT verification_level, port_mask, amenity_mask, n FROM charger_facets WHERE n <> 0 ORDER BY 1, 2, 3",
    )
    .await
}

async fn recounted(db: &Db) -> Vec<Facet> {
    facets(
        db,
        "SELECT verification_level, port_mask, amenity_mask, count(*) FROM chargers GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    )
    .await
}

/// A row of `VALUES`: its number decides its id, the rest its facet.
#[derive(Clone, Debug)]
struct Row {
    number: u8,
    level: i16,
    ports: i32,
    amenities: i32,
}

fn row() -> impl Strategy<Value = Row> {
    (0_u8..60, 1_i16..=5, 1_i32..4, 0_i32..3).prop_map(|(number, level, ports, amenities)| Row {
        number,
        level,
        ports,
        amenities,
    })
}

/// What may follow `INSERT`, where a row is there already.
#[derive(Clone, Copy, Debug)]
enum Twin {
    Passed,
    Replaced,
    Refused,
}

#[derive(Clone, Debug)]
enum Statement {
    Insert(Vec<Row>, Twin),
    /// Of the chargers whose level is this one, or of all.
    Move(Option<i16>, Row),
    Touch,
    Delete(i16),
    Empty,
    RolledBack(Vec<Row>),
}

fn statement() -> impl Strategy<Value = Statement> {
    let rows = || prop::collection::vec(row(), 1..12);
    let twin = prop::sample::select(vec![Twin::Passed, Twin::Replaced, Twin::Refused]);
    prop_oneof![
        8 => (rows(), twin).prop_map(|(rows, twin)| Statement::Insert(rows, twin)),
        4 => (prop::option::of(1_i16..=5), row()).prop_map(|(level, row)| Statement::Move(level, row)),
        2 => Just(Statement::Touch),
        3 => (1_i16..=5).prop_map(Statement::Delete),
        1 => Just(Statement::Empty),
        2 => rows().prop_map(Statement::RolledBack),
    ]
}

fn insert(db: &Db, rows: &[Row], twin: Twin) -> String {
    let time = if matches!(db, Db::Postgres(_)) { "'2026-03-01T12:00:00Z'" } else { "1772366400000000" };
    // One statement may not change a row twice.
    let mut rows = rows.to_vec();
    rows.sort_by_key(|row| row.number);
    rows.dedup_by_key(|row| row.number);
    let values: Vec<String> = rows
        .iter()
        .map(|Row { number, level, ports, amenities }| {
            let id = id(u128::from(*number));
            format!("('{id}', 'n', 'a', 1, 2, 3, {ports}, {amenities}, 1, 'imported', {level}, {time}, {time})")
        })
        .collect();
    let end = match twin {
        Twin::Passed => "ON CONFLICT (id) DO NOTHING",
        Twin::Replaced => {
            "ON CONFLICT (id) DO UPDATE SET verification_level = excluded.verification_level, port_mask = excluded.port_mask,
             amenity_mask = excluded.amenity_mask"
        }
        Twin::Refused => "",
    };
    format!(
        "INSERT INTO chargers (id, name, address, lat, lng, cell, port_mask, amenity_mask, total_ports, source_type,
         verification_level, created_at, updated_at) VALUES {} {end}",
        values.join(", ")
    )
}

async fn run(db: &Db, statement: &Statement) {
    match statement {
        // Refused as a whole where one of its rows is there already.
        Statement::Insert(rows, twin) => drop(execute(db, &insert(db, rows, *twin)).await),
        Statement::Move(level, row) => {
            let Row { level: to, ports, amenities, .. } = row;
            let whose = level.map_or_else(String::new, |level| format!("WHERE verification_level = {level}"));
            let set = format!("verification_level = {to}, port_mask = {ports}, amenity_mask = {amenities}");
            execute(db, &format!("UPDATE chargers SET {set} {whose}")).await.unwrap();
        }
        Statement::Touch => drop(execute(db, "UPDATE chargers SET notes = 'n', port_mask = port_mask").await.unwrap()),
        Statement::Delete(level) => {
            let sql = format!("DELETE FROM chargers WHERE verification_level = {level}");
            execute(db, &sql).await.unwrap();
        }
        Statement::Empty if matches!(db, Db::Postgres(_)) => {
            execute(db, "TRUNCATE chargers CASCADE").await.unwrap();
        }
        Statement::Empty => drop(execute(db, "DELETE FROM chargers").await.unwrap()),
        Statement::RolledBack(rows) => roll_back(db, &insert(db, rows, Twin::Replaced)).await,
    }
}

/// Runs a statement, and a deletion of everything, to no effect.
async fn roll_back(db: &Db, sql: &str) {
    let sql = || sqlx::AssertSqlSafe(sql);
    match db {
        Db::Postgres(postgres) => {
            let pool = postgres.pool();
            let mut transaction = pool.begin().await.unwrap();
            sqlx::query(sql()).execute(&mut *transaction).await.unwrap();
            sqlx::query("TRUNCATE chargers CASCADE").execute(&mut *transaction).await.unwrap();
            transaction.rollback().await.unwrap();
        }
        Db::Sqlite(sqlite) => {
            let pool = sqlite.pool();
            let mut transaction = pool.begin().await.unwrap();
            sqlx::query(sql()).execute(&mut *transaction).await.unwrap();
            sqlx::query("DELETE FROM chargers").execute(&mut *transaction).await.unwrap();
            transaction.rollback().await.unwrap();
        }
    }
}

async fn a_random_mix_of_statements_leaves_the_counters_exact(test_db: &TestDb) {
    let db = &test_db.db;
    let mut seen = 0;
    for statement in sample(prop::collection::vec(statement(), 150)) {
        run(db, &statement).await;
        let recounted = recounted(db).await;
        assert_eq!(kept(db).await, recounted, "after {statement:?}");
        seen = seen.max(recounted.len());
    }
    assert!(seen > 10, "the mix never had more than {seen} facets at once");
}

async fn what_is_rolled_back_is_not_counted(test_db: &TestDb) {
    let db = &test_db.db;
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let before = kept(db).await;
    let rows = [Row { number: 7, level: 3, ports: 2, amenities: 1 }];
    roll_back(db, &insert(db, &rows, Twin::Refused)).await;
    assert_eq!(kept(db).await, before);
    assert_eq!(recounted(db).await, before);
}

async fn an_update_of_other_columns_touches_no_counter(test_db: &TestDb) {
    let db = &test_db.db;
    db.import_chargers("set", &[imported(1, point(1.0, 2.0))], NOON).await.unwrap();
    // A counter that was touched would be made right again by nobody: the wrong number must stay.
    execute(db, "UPDATE charger_facets SET n = 100").await.unwrap();
    execute(db, "UPDATE chargers SET notes = 'n', updated_at = updated_at").await.unwrap();
    assert_eq!(kept(db).await.iter().map(|facet| facet.3).collect::<Vec<_>>(), [100]);
}

#[tokio::test]
async fn truncating_with_the_tables_that_refer_to_chargers_empties_the_counters() {
    let Some(test_db) = TestDb::postgres().await else { return };
    add(&test_db.db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    execute(&test_db.db, "TRUNCATE chargers CASCADE").await.unwrap();
    assert_eq!((kept(&test_db.db).await, recounted(&test_db.db).await), (vec![], vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_at_once_leave_the_counters_exact() {
    let Some(test_db) = TestDb::postgres().await else { return };
    let writer = |number: usize| {
        let url = test_db.url.clone();
        async move {
            let db = open(&Database::at(url, 1)).await.unwrap();
            let statements = sample(prop::collection::vec(statement(), 160)).into_iter().skip(number * 40).take(40);
            let mut refused = 0;
            for statement in statements {
                // Writers of the same rows may meet in a deadlock, which PostgreSQL ends by refusing one of them.
                let sql = match &statement {
                    Statement::Insert(rows, twin) => insert(&db, rows, *twin),
                    Statement::Delete(level) => format!("DELETE FROM chargers WHERE verification_level = {level}"),
                    Statement::Empty => "TRUNCATE chargers CASCADE".to_owned(),
                    _ => format!("UPDATE chargers SET verification_level = {}", number % 5 + 1),
                };
                refused += u32::from(execute(&db, &sql).await.is_err());
            }
            refused
        }
    };
    let writers: Vec<_> = (0..4).map(|number| tokio::spawn(writer(number))).collect();
    for writer in writers {
        assert!(writer.await.unwrap() < 40, "every statement was refused");
    }
    assert_eq!(kept(&test_db.db).await, recounted(&test_db.db).await);
}
