//! Rescoring while people verify.

use super::{day, park, say, say_all};
use domain::connection::Database;
use domain::verification::Action::{Active, NotWorking};
use std::sync::atomic::{AtomicBool, Ordering};
use tests::consistency::check_database;
use tests::rule::{score_by_rule, score_shown};
use tests::seed::id;
use tests::{TestDb, open};
use uuid::Uuid;

/// Eight verify at noon of one day while somebody scores the same chargers for that day and a later one in turn. Whoever says
/// something is new, so that nobody's trust changes later: each charger shows what all its rows make on one of these days.
async fn rescore_beside_verifications(test_db: &TestDb) {
    const CHARGERS: u128 = 6;
    // What was said at first counts on the first of them only.
    let days = [day(60), day(100)];
    let db = open(&Database::at(&test_db.url, 10)).await.unwrap();
    for charger in 1..=CHARGERS {
        park(&db, charger).await;
        say_all(&db, charger, &[(Active, 12)]).await;
    }
    let is_over = AtomicBool::new(false);
    let verifying = async {
        let mut people = tokio::task::JoinSet::new();
        for first in 100..108 {
            let db = db.clone();
            people.spawn(async move {
                for round in 0..10 {
                    let action = if (first + round) % 3 == 0 { NotWorking } else { Active };
                    say(&db, 1 + (first + round) % CHARGERS, first * 100 + round, action, days[0]).await;
                }
            });
        }
        people.join_all().await;
        is_over.store(true, Ordering::Relaxed);
    };
    let scoring = async {
        let (mut rounds, mut changed) = (0, 0);
        // From both ends: locks are taken in one order all the same.
        let mut ids: Vec<Uuid> = (1..=CHARGERS).map(id).collect();
        while rounds < 20 || !is_over.load(Ordering::Relaxed) {
            ids.reverse();
            changed += db.rescore_chargers(&ids, days[rounds % 2]).await.unwrap();
            rounds += 1;
            tokio::task::yield_now().await;
        }
        changed
    };
    let ((), changed) = tokio::join!(verifying, scoring);
    assert!(changed > 20, "{changed}");
    for charger in 1..=CHARGERS {
        let shown = score_shown(&db, id(charger)).await;
        let right = [score_by_rule(&db, id(charger), days[0]).await, score_by_rule(&db, id(charger), days[1]).await];
        assert!(right.contains(&shown), "{charger}: {shown:?} {right:?}");
    }
    check_database(&db).await;
}

#[tokio::test]
async fn beside_verifications_nothing_is_lost_on_sqlite() {
    rescore_beside_verifications(&TestDb::sqlite().await).await;
}

#[tokio::test]
async fn beside_verifications_nothing_is_lost_on_postgres() {
    if let Some(test_db) = TestDb::postgres().await {
        rescore_beside_verifications(&test_db).await;
    }
}
