//! What follows from the rows by the rules of `domain`, for tests that hold the database against it.

use crate::behind::number;
use db::Db;
use domain::Timestamp;
use domain::verification::score::{Evidence, Score, score};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The trust in a contributor, as their row says.
pub async fn trust(db: &Db, sub: &str) -> u32 {
    number(db, &format!("SELECT CAST(trust_score AS bigint) FROM contributors WHERE sub = '{sub}'")).await as u32
}

/// The score that a charger's rows make at `now`, and how many people have verified it.
pub async fn score_by_rule(db: &Db, charger_id: Uuid, now: Timestamp) -> (Score, u32) {
    let (mut evidence, mut people) = (Vec::new(), BTreeSet::new());
    for verification in db.verifications(charger_id, None, 0, u32::MAX).await.unwrap() {
        let trust = trust(db, &verification.user_id).await;
        evidence.push(Evidence { action: verification.report.action, timestamp: verification.timestamp, trust });
        people.insert(verification.user_id);
    }
    (score(&evidence, now), people.len() as u32)
}

/// The score that a charger shows, and how many people have verified it.
pub async fn score_shown(db: &Db, charger_id: Uuid) -> (Score, u32) {
    let charger = db.charger(charger_id).await.unwrap().unwrap();
    let score = Score { level: charger.verification_level, uptime_percentage: charger.uptime_percentage };
    (score, charger.verified_by_count)
}

/// How many contributors have a counter or a trust that their rows do not bear out.
pub async fn wrong_contributors(db: &Db) -> i64 {
    const SQL: &str = "SELECT count(*) FROM contributors c
         WHERE verifications <> (SELECT count(*) FROM verification_actions v WHERE v.user_id = c.sub)
         OR chargers_added <> (SELECT count(*) FROM chargers WHERE added_by = c.sub)
         OR photos_uploaded <> (SELECT count(*) FROM photos WHERE owner = c.sub AND state = 'ready' AND link IS NULL)
         OR trust_score <> CASE WHEN 10 * chargers_added + 2 * verifications + 3 * photos_uploaded > 100 THEN 100
                                ELSE 10 * chargers_added + 2 * verifications + 3 * photos_uploaded END";
    number(db, SQL).await
}
