//! Stamps: another one as soon as anything is shown otherwise, and none while nobody can say.

use db::Db;
use db::verifications::NewVerification;
use domain::verification::Action;
use domain::verification::report::Report;
use sqlx::{Connection, PgConnection};
use tests::behind::execute;
use tests::seed::{NOON, add, id, new_charger, point};
use tests::{TestDb, eventually, on_both_engines};

on_both_engines!(
    a_stamp_stays_until_something_changes,
    a_charger_keeps_its_stamp_while_others_change,
    what_has_no_charger_has_no_stamp,
    the_same_writes_in_another_database_have_other_stamps,
);

/// The stamp of everything, once no transaction of another test on the same server holds it back.
async fn stamp(db: &Db) -> String {
    eventually("a stamp", async || db.stamp().await.unwrap().is_some()).await;
    db.stamp().await.unwrap().unwrap_or_default()
}

async fn charger_stamp(db: &Db, number: u128) -> String {
    eventually("a stamp", async || db.charger_stamp(id(number)).await.unwrap().is_some()).await;
    db.charger_stamp(id(number)).await.unwrap().unwrap_or_default()
}

async fn verify(db: &Db, number: u128) {
    let (user_id, report) = ("bob", &Report::new(Action::Active));
    let new = NewVerification { id: id(900 + number), charger_id: id(number), user_id, report, now: NOON };
    db.verify_charger(&new).await.unwrap().unwrap();
}

async fn rename(db: &Db, number: u128, name: &str) {
    let rename = |charger: &mut domain::charger::Charger| {
        charger.name = name.to_owned();
        Ok(())
    };
    db.edit_charger(id(number), NOON, rename).await.unwrap();
}

async fn a_stamp_stays_until_something_changes(test_db: &TestDb) {
    let db = &test_db.db;
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    add(db, 2, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let mut seen = vec![stamp(db).await];
    assert_eq!(stamp(db).await, seen[0]);
    rename(db, 1, "Depot").await;
    seen.push(stamp(db).await);
    verify(db, 1).await;
    seen.push(stamp(db).await);
    execute(db, "UPDATE verification_actions SET notes = 'x' WHERE user_id = 'bob'").await.unwrap();
    seen.push(stamp(db).await);
    execute(db, "DELETE FROM verification_actions WHERE user_id = 'bob'").await.unwrap();
    seen.push(stamp(db).await);
    db.remove_charger(id(1), &[]).await.unwrap();
    seen.push(stamp(db).await);
    let all: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!(all.len(), seen.len(), "{seen:?}");
}

async fn a_charger_keeps_its_stamp_while_others_change(test_db: &TestDb) {
    let db = &test_db.db;
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    add(db, 2, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let before = (charger_stamp(db, 1).await, charger_stamp(db, 2).await);
    verify(db, 2).await;
    rename(db, 2, "Depot").await;
    assert_eq!(charger_stamp(db, 1).await, before.0);
    assert_ne!(charger_stamp(db, 2).await, before.1);
}

async fn what_has_no_charger_has_no_stamp(test_db: &TestDb) {
    let db = &test_db.db;
    assert_eq!((db.stamp().await.unwrap(), db.charger_stamp(id(1)).await.unwrap()), (None, None));
}

async fn the_same_writes_in_another_database_have_other_stamps(test_db: &TestDb) {
    let other = match test_db.db {
        Db::Postgres(_) => TestDb::postgres().await.unwrap(),
        Db::Sqlite(_) => TestDb::sqlite().await,
    };
    for test_db in [test_db, &other] {
        add(&test_db.db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
        // The clock of an embedded database counts milliseconds.
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    assert_ne!(stamp(&test_db.db).await, stamp(&other.db).await);
    assert_ne!(charger_stamp(&test_db.db, 1).await, charger_stamp(&other.db, 1).await);
}

#[tokio::test]
async fn there_is_no_stamp_while_somebody_with_a_lower_number_is_at_work() {
    let Some(test_db) = TestDb::postgres().await else { return };
    let db = &test_db.db;
    for number in 1..=3 {
        add(db, number, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    }
    let (before, third) = (stamp(db).await, charger_stamp(db, 3).await);
    let mut late = PgConnection::connect(&test_db.url).await.unwrap();
    let sql = format!("BEGIN; UPDATE chargers SET name = 'Late' WHERE id = '{}'", id(1));
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut late).await.unwrap();
    assert_eq!(
        db.stamp().await.unwrap().as_ref(),
        Some(&before),
        "nothing is committed, and what will be has a number above"
    );
    rename(db, 2, "Early").await;
    // What is committed late leaves the head where it is: until then, a stamp would stand for two states.
    assert_eq!((db.stamp().await.unwrap(), db.charger_stamp(id(2)).await.unwrap()), (None, None));
    assert_eq!(db.charger_stamp(id(3)).await.unwrap(), Some(third));
    sqlx::raw_sql("COMMIT").execute(&mut late).await.unwrap();
    assert!(![before].contains(&stamp(db).await));
    assert_eq!(db.charger(id(1)).await.unwrap().unwrap().name, "Late");
}
