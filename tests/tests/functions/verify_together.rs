//! Fifty verifications at the same time, of one charger or by one person: each limit holds to the one, every verification that is
//! answered with 201 counts, and nothing is half written.

use crate::stage::{PHOTOS, Reply, Store, WORLD, request};
use contribute::{App, handle};
use db::Db;
use domain::connection::{Database, Pool};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tests::behind::number;
use tests::repository::event;
use tests::rule::{score_by_rule, score_shown, trust, wrong_contributors};
use tests::seed::{NOON, id, imported, point};
use tests::{TestDb, on_both_engines, open};
use tokio::task::JoinSet;

on_both_engines!(
    fifty_people_at_one_charger_all_count,
    one_person_at_fifty_chargers_verifies_twelve,
    one_person_at_one_charger_verifies_once,
);

const MANY: u128 = 50;

fn payload(charger: u128, person: &str, action: &str) -> Value {
    let mut payload = event("post-verify");
    let path = format!("/api/chargers/{}/verify", id(charger));
    payload["rawPath"] = json!(path);
    payload["requestContext"]["http"]["path"] = json!(path);
    payload["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = json!(person);
    payload["body"] = json!(json!({"action": action, "ports_available": 1}).to_string());
    payload
}

/// A database of its own with fifty chargers, and as many connections as it takes for real rivals.
async fn rivals(test_db: &TestDb) -> Db {
    let chargers: Vec<_> = (1..=MANY).map(|number| imported(number, point(1.0, 2.0))).collect();
    test_db.db.import_chargers("set", &chargers, NOON.plus_seconds(-1)).await.unwrap();
    let database = Database::at(&test_db.url, 1);
    let pool = Pool { size: 16, timeout: Duration::from_secs(60), ..database.pool };
    open(&Database { pool, ..database }).await.unwrap()
}

/// Sends all at the same time, each as a request of its own.
async fn send(db: &Db, payloads: impl Iterator<Item = Value>) -> Vec<Reply> {
    let store = Store::new().await;
    let app = Arc::new(App::new(db.clone(), store.storage.clone(), PHOTOS.to_owned(), WORLD));
    let mut tasks = JoinSet::new();
    for payload in payloads {
        let app = app.clone();
        tasks.spawn(async move { Reply::of(handle(&app, request(&payload)).await.unwrap()) });
    }
    tasks.join_all().await
}

/// How often each status was answered, with its `Retry-After`.
fn statuses(replies: &[Reply]) -> BTreeMap<(u16, Option<&str>), usize> {
    let mut statuses = BTreeMap::new();
    for reply in replies {
        *statuses.entry((reply.status, reply.header("retry-after"))).or_default() += 1;
    }
    statuses
}

async fn verifications(db: &Db) -> i64 {
    number(db, "SELECT count(*) FROM verification_actions").await
}

/// A charger has a score if and only if it was verified, and it is the rule's.
async fn check_every_score(db: &Db) {
    let mut scored = 0;
    for charger in 1..=MANY {
        let shown = score_shown(db, id(charger)).await;
        if db.count_verifications(id(charger)).await.unwrap() == Some(0) {
            assert_eq!((shown.0.level, shown.0.uptime_percentage, shown.1), (1, None, 0));
        } else {
            assert_eq!(shown, score_by_rule(db, id(charger), NOON).await);
            scored += 1;
        }
    }
    let status = "SELECT count(*) FROM charger_status WHERE scored_at IS NOT NULL AND available_ports = 1";
    assert_eq!(number(db, status).await, scored);
}

async fn fifty_people_at_one_charger_all_count(test_db: &TestDb) {
    let db = rivals(test_db).await;
    // Twenty-five times `active`, twice `not_working`, each of weight 0.53: 13.25 and 1.06.
    let action = |person: u128| match (person % 2, person % 15) {
        (0, _) => "active",
        (_, 0) => "not_working",
        _ => "partial",
    };
    let replies = send(&db, (1..=MANY).map(|person| payload(7, &format!("person {person}"), action(person)))).await;
    assert_eq!(statuses(&replies), BTreeMap::from([((201, None), 50)]));
    let (score, people) = score_shown(&db, id(7)).await;
    assert_eq!((score.level, score.uptime_percentage, people), (5, Some(92.59), 50));
    check_every_score(&db).await;
    assert_eq!(db.count_verifications(id(7)).await.unwrap(), Some(50));
    assert_eq!(number(&db, "SELECT count(*) FROM contributors WHERE verifications = 1").await, 50);
    assert_eq!(wrong_contributors(&db).await, 0);
}

async fn one_person_at_fifty_chargers_verifies_twelve(test_db: &TestDb) {
    let db = rivals(test_db).await;
    let replies = send(&db, (1..=MANY).map(|charger| payload(charger, "bob", "active"))).await;
    assert_eq!(statuses(&replies), BTreeMap::from([((201, None), 12), ((429, Some("3600")), 38)]));
    assert_eq!((verifications(&db).await, trust(&db, "bob").await), (12, 24));
    let mut trusts: Vec<_> = replies.iter().filter_map(|reply| reply.body["trust_score"].as_u64()).collect();
    trusts.sort_unstable();
    assert_eq!(trusts, (1..=12).map(|count| 2 * count).collect::<Vec<u64>>(), "one after the other");
    assert_eq!(number(&db, "SELECT count(*) FROM charger_status WHERE scored_at IS NOT NULL").await, 12);
    assert_eq!(wrong_contributors(&db).await, 0);
}

async fn one_person_at_one_charger_verifies_once(test_db: &TestDb) {
    let db = rivals(test_db).await;
    let replies = send(&db, (1..=MANY).map(|_| payload(7, "bob", "active"))).await;
    assert_eq!(statuses(&replies), BTreeMap::from([((201, None), 1), ((429, Some("300")), 49)]));
    assert_eq!((verifications(&db).await, trust(&db, "bob").await), (1, 2));
    check_every_score(&db).await;
    assert_eq!(wrong_contributors(&db).await, 0);
}
