//! Evidence that fades: chargers that nobody has verified lately are scored once more.
//!
//! Whom it may concern is said by `charger_status` alone, which is walked by its primary key, so many rows at a time and without an
//! index of its own (one on these columns would cost every verification more than it saves a night). A charger that was scored and
//! whose uptime is not known has neither `active` nor `not_working` behind it: it is at level 2, and time changes nothing.
//!
//! What the others ought to show is computed without a lock. Only those that show something else are locked, in the order of their
//! ids, and computed again from what is there then; so nothing is written, and nobody waits, where nothing has changed.
//!
//! Measured on PostgreSQL 15 (1,000,000 chargers, 100,000 of them with five verifications each; two cores shared with builds, load 5):
//! the walk is 201 statements of 1.5 ms; a night in which nothing changes takes 5 s, one in which 79,000 levels do 11 s, and a batch of
//! 500 holds its locks for some 20 ms, 50 at most.

use super::score::evidence;
use crate::column::{Id, Ids, Time};
use crate::engine::{in_transaction, read};
use crate::failure::failed;
use crate::{Db, Engine};
use domain::verification::score::{Score, score, window_start};
use domain::{Result, Timestamp};
use serde_json::{Value, json};
use sqlx::types::Json;
use std::collections::HashMap;
use uuid::Uuid;

/// The next rows of `charger_status`. Public for the tests that look at its plan.
pub const STRETCH: &str = "/* status.stretch */ SELECT charger_id,
     coalesce(scored_at < $2 AND uptime_percentage IS NOT NULL, false) FROM charger_status
     WHERE charger_id > $1 ORDER BY charger_id LIMIT $3";

/// What chargers show, by the rule: a charger that nobody but its author has verified, at its making, is not scored yet.
const SHOWN: (&str, &str) = (
    "/* chargers.shown_scores */ SELECT c.id, c.verification_level, s.uptime_percentage
     FROM chargers c JOIN charger_status s ON s.charger_id = c.id WHERE c.id = ANY($1) AND s.scored_at <> c.created_at",
    "/* chargers.shown_scores */ SELECT c.id, c.verification_level, s.uptime_percentage
     FROM chargers c JOIN charger_status s ON s.charger_id = c.id
     WHERE c.id IN (SELECT value FROM json_each($1)) AND s.scored_at <> c.created_at",
);
/// Everybody's trust is that of now.
const EVIDENCE: (&str, &str) = (
    "/* verifications.evidence_of_many */ SELECT v.charger_id, v.action, v.timestamp, c.trust_score
     FROM verification_actions v JOIN contributors c ON c.sub = v.user_id
     WHERE v.charger_id = ANY($1) AND v.timestamp >= $2",
    "/* verifications.evidence_of_many */ SELECT v.charger_id, v.action, v.timestamp, c.trust_score
     FROM verification_actions v JOIN contributors c ON c.sub = v.user_id
     WHERE v.charger_id IN (SELECT value FROM json_each($1)) AND v.timestamp >= $2",
);
/// On SQLite a transaction has the write lock from its start.
const LOCK: &str = "/* chargers.lock_to_rescore */ SELECT id FROM chargers WHERE id = ANY($1)
     ORDER BY id FOR NO KEY UPDATE";
const SET_LEVELS: (&str, &str) = (
    "/* chargers.set_levels */ UPDATE chargers c SET verification_level = n.level, updated_at = $2
     FROM jsonb_to_recordset($1) AS n(id uuid, level smallint) WHERE c.id = n.id AND c.verification_level <> n.level",
    "/* chargers.set_levels */ UPDATE chargers SET verification_level = n.level, updated_at = $2
     FROM (SELECT value ->> 'id' AS id, value ->> 'level' AS level FROM json_each($1)) n
     WHERE chargers.id = n.id AND chargers.verification_level <> n.level",
);
const SET_UPTIMES: (&str, &str) = (
    "/* status.set_uptimes */ UPDATE charger_status s SET uptime_percentage = n.uptime, scored_at = $2
     FROM jsonb_to_recordset($1) AS n(id uuid, uptime double precision) WHERE s.charger_id = n.id",
    "/* status.set_uptimes */ UPDATE charger_status SET uptime_percentage = n.uptime, scored_at = $2
     FROM (SELECT value ->> 'id' AS id, value ->> 'uptime' AS uptime FROM json_each($1)) n
     WHERE charger_status.charger_id = n.id",
);

/// Some chargers, one after the other in the order of their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Those whose score time may have changed.
    pub fading: Vec<Uuid>,
    /// The last of all; `None` behind the last charger.
    pub last: Option<Uuid>,
}

type Shown = (Id, i16, Option<f64>);
type Said = (Id, String, Time, i32);

/// Answers what chargers show and what was said of them: `Result<(Vec<Shown>, Vec<Said>), sqlx::Error>`.
macro_rules! shown_and_said {
    ($session:expr, $engine:expr, $ids:expr, $now:expr) => {
        async {
            let engine: Engine = $engine;
            let shown = sqlx::query_as(engine.pick(SHOWN.0, SHOWN.1)).bind(Ids($ids));
            let shown: Vec<Shown> = shown.fetch_all(&mut *$session).await?;
            let said = sqlx::query_as(engine.pick(EVIDENCE.0, EVIDENCE.1)).bind(Ids($ids));
            let said: Vec<Said> = said.bind(Time(window_start($now))).fetch_all(&mut *$session).await?;
            Ok::<_, sqlx::Error>((shown, said))
        }
        .await
    };
}

impl Db {
    /// The next `limit` chargers after an id (at first `None`), and which of them may show what is no longer so: those that were scored
    /// before a time and have evidence.
    ///
    /// # Errors
    /// As every query.
    pub async fn fading_chargers(&self, after: Option<Uuid>, scored_before: Timestamp, limit: u32) -> Result<Stretch> {
        let after = Id(after.unwrap_or_default());
        let rows: Vec<(Id, bool)> = read!(self, |session| {
            let rows = sqlx::query_as(STRETCH).bind(after).bind(Time(scored_before)).bind(i64::from(limit));
            rows.fetch_all(session).await?
        });
        let last = rows.last().map(|(id, _)| id.0);
        let fading = rows.into_iter().filter(|(_, may_fade)| *may_fade).map(|(id, _)| id.0).collect();
        Ok(Stretch { fading, last })
    }

    /// Which of these chargers would get another score at `now` than they show. Nothing is locked or written.
    ///
    /// # Errors
    /// As every query.
    pub async fn outdated_chargers(&self, ids: &[Uuid], now: Timestamp) -> Result<Vec<Uuid>> {
        let (shown, said) = read!(self, |session| shown_and_said!(session, self.engine(), ids, now)?);
        let mut outdated: Vec<Uuid> = outdated(shown, said, now)?.into_iter().map(|(id, _)| id).collect();
        outdated.sort_unstable();
        Ok(outdated)
    }

    /// Scores these chargers anew, as a verification at `now` would that says nothing; answers how many show something else from then
    /// on. Those that are gone, or that nobody but their author has verified, stay as they are.
    ///
    /// # Errors
    /// As every query; all chargers are as before then.
    pub async fn rescore_chargers(&self, ids: &[Uuid], now: Timestamp) -> Result<u64> {
        let engine = self.engine();
        in_transaction!(self, |tx| {
            if engine == Engine::Postgres {
                sqlx::query(LOCK).bind(Ids(ids)).execute(&mut *tx).await.map_err(failed)?;
            }
            let (shown, said) = shown_and_said!(tx, engine, ids, now).map_err(failed)?;
            let changed = outdated(shown, said, now)?;
            if !changed.is_empty() {
                let scores: Vec<Value> = changed.iter().map(|(id, score)| as_json(*id, *score)).collect();
                // One statement each for all of them: a second one that moves chargers from level to level would take their
                // counters in another order than this one.
                for (postgres, sqlite) in [SET_LEVELS, SET_UPTIMES] {
                    let set = sqlx::query(engine.pick(postgres, sqlite)).bind(Json(&scores)).bind(Time(now));
                    set.execute(&mut *tx).await.map_err(failed)?;
                }
            }
            changed.len() as u64
        })
    }
}

fn as_json(id: Uuid, score: Score) -> Value {
    json!({"id": id, "level": score.level, "uptime": score.uptime_percentage})
}

/// The new scores of those that show another one.
fn outdated(shown: Vec<Shown>, said: Vec<Said>, now: Timestamp) -> Result<Vec<(Uuid, Score)>> {
    let mut of_charger: HashMap<Uuid, Vec<_>> = HashMap::new();
    for (id, action, timestamp, trust) in said {
        of_charger.entry(id.0).or_default().push((action, timestamp, trust));
    }
    let mut outdated = Vec::new();
    for (id, level, uptime_percentage) in shown {
        let new = score(&evidence(of_charger.remove(&id.0).unwrap_or_default())?, now);
        if new != (Score { level, uptime_percentage }) {
            outdated.push((id.0, new));
        }
    }
    Ok(outdated)
}
