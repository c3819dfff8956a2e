//! How often one person may verify, to the microsecond, and what it costs to know.

use db::Db;
use db::verifications::{LAST_HERE, NewVerification, PERIOD_START};
use domain::verification::Action::Active;
use domain::verification::report::Report;
use domain::{Kind, Timestamp};
use tests::behind::execute;
use tests::rule::wrong_contributors;
use tests::seed::{NOON, add, id, imported, new_charger, point};
use tests::{TestDb, on_both_engines};

on_both_engines!(
    one_person_verifies_a_charger_once_in_five_minutes,
    the_authors_own_first_verification_counts,
    one_person_verifies_twelve_times_in_an_hour,
    what_is_refused_leaves_nothing_behind,
    the_limits_are_read_from_indexes,
);

const PAUSE: i64 = 300_000_000;
const PERIOD: i64 = 3_600_000_000;

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(NOON.as_micros() + micros)
}

/// Verifies; the seconds to wait where that is refused.
async fn wait_s(db: &Db, charger: u128, user_id: &str, micros: i64) -> Option<u32> {
    let verification_id = id((micros as u128) << 32 | charger << 8 | user_id.len() as u128);
    let (report, now) = (&Report::new(Active), at(micros));
    let new = NewVerification { id: verification_id, charger_id: id(charger), user_id, report, now };
    match db.verify_charger(&new).await {
        Ok(verified) => {
            assert!(verified.is_some());
            None
        }
        Err(error) => {
            assert_eq!(error.kind(), Kind::TooMany, "{error}");
            Some(error.retry_after_s().unwrap())
        }
    }
}

async fn import(db: &Db, count: u128) {
    let chargers: Vec<_> = (1..=count).map(|number| imported(number, point(1.0, 2.0))).collect();
    db.import_chargers("set", &chargers, NOON).await.unwrap();
}

async fn one_person_verifies_a_charger_once_in_five_minutes(test_db: &TestDb) {
    let db = &test_db.db;
    import(db, 2).await;
    for (charger, person, micros, wait) in [
        (1, "bob", 0, None),
        (1, "bob", 0, Some(300)),
        (1, "bob", 1, Some(300)),
        (2, "bob", 1, None),
        (1, "carol", 1, None),
        (1, "bob", PAUSE - 1_000_001, Some(2)),
        (1, "bob", PAUSE - 1, Some(1)),
        (1, "bob", PAUSE, None),
        (1, "bob", PAUSE + 1, Some(300)),
    ] {
        assert_eq!(wait_s(db, charger, person, micros).await, wait, "{person} at {charger} after {micros} µs");
    }
    assert_eq!(db.count_verifications(id(1)).await.unwrap(), Some(3));
}

async fn the_authors_own_first_verification_counts(test_db: &TestDb) {
    let db = &test_db.db;
    add(db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    assert_eq!(wait_s(db, 1, "ann", 1_000_000).await, Some(299));
    for charger in 2..=12 {
        add(db, charger, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    }
    assert_eq!(wait_s(db, 1, "ann", PAUSE).await, Some(3300), "twelve chargers are twelve verifications");
    assert_eq!(wait_s(db, 1, "ann", PERIOD).await, None);
}

async fn one_person_verifies_twelve_times_in_an_hour(test_db: &TestDb) {
    let db = &test_db.db;
    import(db, 20).await;
    const MINUTE: i64 = 60_000_000;
    for charger in 1..=12 {
        assert_eq!(wait_s(db, charger, "bob", (charger as i64 - 1) * MINUTE).await, None);
    }
    // The first was at 0, the second at a minute.
    for (charger, micros, wait) in [
        (13, 11 * MINUTE, Some(49 * 60)),
        (13, PERIOD - 1, Some(1)),
        (13, PERIOD, None),
        (14, PERIOD, Some(60)),
        (14, PERIOD + MINUTE - 1, Some(1)),
        (14, PERIOD + MINUTE, None),
    ] {
        assert_eq!(wait_s(db, charger, "bob", micros).await, wait, "{charger} after {micros} µs");
    }
    assert_eq!(wait_s(db, 15, "carol", 11 * MINUTE).await, None, "others have twelve of their own");
}

async fn what_is_refused_leaves_nothing_behind(test_db: &TestDb) {
    let db = &test_db.db;
    import(db, 1).await;
    assert_eq!(wait_s(db, 1, "bob", 0).await, None);
    let (charger, count) = (db.charger(id(1)).await.unwrap(), db.count_verifications(id(1)).await.unwrap());
    assert_eq!(wait_s(db, 1, "bob", 5_000_000).await, Some(295));
    assert_eq!((db.charger(id(1)).await.unwrap(), db.count_verifications(id(1)).await.unwrap()), (charger, count));
    assert_eq!(wrong_contributors(db).await, 0);
}

/// A hundred verifications of each of two hundred people, at two hundred chargers.
async fn populate(db: &Db) {
    import(db, 200).await;
    let numbers = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19999)";
    let people = format!(
        "INSERT INTO contributors (sub, verifications, trust_score, created_at)
         {numbers} SELECT 'person ' || CAST(i AS text), 100, 100, (SELECT min(created_at) FROM chargers) FROM n WHERE i < 200"
    );
    execute(db, &people).await.unwrap();
    let (new_id, charger_id, time) = match db {
        Db::Postgres(_) => (
            "gen_random_uuid()",
            "CAST(lpad(to_hex(1 + (i / 200 + i) % 200), 32, '0') AS uuid)",
            "(SELECT min(created_at) FROM chargers) + i * interval '1 minute'",
        ),
        Db::Sqlite(_) => (
            "lower(hex(randomblob(16)))",
            "printf('00000000-0000-0000-0000-%012x', 1 + (i / 200 + i) % 200)",
            "(SELECT min(created_at) FROM chargers) + i * 60000000",
        ),
    };
    let rows = format!(
        "INSERT INTO verification_actions (id, charger_id, user_id, action, timestamp)
         {numbers} SELECT {new_id}, {charger_id}, 'person ' || CAST(i % 200 AS text), 'active', {time} FROM n"
    );
    assert_eq!(execute(db, &rows).await.unwrap(), 20_000);
    execute(db, "ANALYZE").await.unwrap();
}

/// The plan of a statement for these values of its parameters.
pub(crate) async fn plan(db: &Db, sql: &str, values: &[&str]) -> String {
    let bind = |sql: String, (index, value): (usize, &&str)| sql.replace(&format!("${}", index + 1), value);
    let sql = values.iter().enumerate().fold(sql.to_owned(), bind);
    let lines: Vec<String> = match db {
        Db::Postgres(postgres) => {
            let explain = sqlx::AssertSqlSafe(format!("EXPLAIN {sql}"));
            sqlx::query_scalar(explain).fetch_all(postgres.pool()).await.unwrap()
        }
        Db::Sqlite(sqlite) => {
            let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
            let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain).fetch_all(sqlite.pool()).await.unwrap();
            rows.into_iter().map(|row| row.3).collect()
        }
    };
    lines.join("\n")
}

async fn the_limits_are_read_from_indexes(test_db: &TestDb) {
    let db = &test_db.db;
    populate(db).await;
    let charger_id = format!("'{}'", id(7));
    for (sql, values, index) in [
        (LAST_HERE, [charger_id.as_str(), "'person 5'"], "verification_actions_person"),
        (PERIOD_START, ["'person 5'", "11"], "verification_actions_user"),
    ] {
        let plan = plan(db, sql, &values).await;
        let scan = match db {
            Db::Postgres(_) => format!("Scan using {index} on verification_actions"),
            Db::Sqlite(_) => format!("SEARCH verification_actions USING COVERING INDEX {index}"),
        };
        assert!(plan.contains(&scan), "{plan}");
        for costly in ["Seq Scan", "SCAN verification_actions", "Sort", "TEMP B-TREE"] {
            assert!(!plan.contains(costly), "{plan}");
        }
    }
}
