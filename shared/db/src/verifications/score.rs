//! The score of one charger inside a transaction: whoever writes verifications, or wants old ones to fade, scores with this.

use crate::column::Time;
use domain::verification::Action;
use domain::verification::score::Evidence;
use domain::{Error, Result};
use uuid::Uuid;

/// A charger whose row this transaction has locked: nobody else scores it, deletes it or changes it meanwhile.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LockedCharger {
    pub(crate) id: Uuid,
    pub(crate) verification_level: i16,
    pub(crate) total_ports: i32,
}

/// On SQLite a transaction has the write lock from its start.
pub(crate) const LOCK_SQLITE: &str =
    "/* chargers.lock_to_score */ SELECT verification_level, total_ports FROM chargers WHERE id = $1";
pub(crate) const LOCK_POSTGRES: &str =
    "/* chargers.lock_to_score */ SELECT verification_level, total_ports FROM chargers WHERE id = $1 FOR NO KEY UPDATE";

/// Locks a charger's row inside a transaction, before any other row: `Option<LockedCharger>`, `None` where there is none.
macro_rules! lock_charger {
    ($tx:expr, $engine:expr, $id:expr) => {{
        let id: uuid::Uuid = $id;
        let engine: $crate::Engine = $engine;
        let sql = engine.pick($crate::verifications::score::LOCK_POSTGRES, $crate::verifications::score::LOCK_SQLITE);
        let row: Option<(i16, i32)> = sqlx::query_as(sql)
            .bind($crate::column::Id(id))
            .fetch_optional(&mut *$tx)
            .await
            .map_err($crate::failure::failed)?;
        row.map(|(verification_level, total_ports)| $crate::verifications::LockedCharger {
            id,
            verification_level,
            total_ports,
        })
    }};
}

/// Everybody's trust is that of now.
pub(crate) const EVIDENCE: &str = "/* verifications.evidence */ SELECT v.action, v.timestamp, c.trust_score
     FROM verification_actions v JOIN contributors c ON c.sub = v.user_id WHERE v.charger_id = $1 AND v.timestamp >= $2";
/// What the counters say is what the rows say, however they came to be.
pub(crate) const SET_STATUS: &str =
    "/* status.set_score */ UPDATE charger_status SET uptime_percentage = $2, scored_at = $3,
     available_ports = coalesce($4, available_ports),
     verified_by_count = (SELECT count(DISTINCT user_id) FROM verification_actions WHERE charger_id = $1),
     last_verified = (SELECT max(timestamp) FROM verification_actions WHERE charger_id = $1)
     WHERE charger_id = $1";
pub(crate) const SET_LEVEL: &str =
    "/* chargers.set_level */ UPDATE chargers SET verification_level = $2, updated_at = $3 WHERE id = $1";

/// A verification, as the score reads it.
pub(crate) type EvidenceRow = (String, Time, i32);

pub(crate) fn evidence(rows: Vec<EvidenceRow>) -> Result<Vec<Evidence>> {
    let evidence = |(action, timestamp, trust): EvidenceRow| {
        let action = Action::parse(&action).ok_or_else(|| Error::internal("an unknown action"))?;
        Ok(Evidence { action, timestamp: timestamp.0, trust: trust as u32 })
    };
    rows.into_iter().map(evidence).collect()
}

/// Scores a locked charger by its verifications as they are in this transaction, and writes down what has changed: level (then
/// the charger has changed at `now`), uptime, how many people have verified it and when the last did, and, where it is `Some`, how
/// many ports are free. Answers the score.
macro_rules! score_charger {
    ($tx:expr, $charger:expr, $available_ports:expr, $now:expr) => {{
        use $crate::verifications::score::{EVIDENCE, EvidenceRow, SET_LEVEL, SET_STATUS, evidence};
        let charger: &$crate::verifications::LockedCharger = $charger;
        let available_ports: Option<i32> = $available_ports;
        let now: domain::Timestamp = $now;
        let id = $crate::column::Id(charger.id);
        let rows: Vec<EvidenceRow> = sqlx::query_as(EVIDENCE)
            .bind(id)
            .bind($crate::column::Time(domain::verification::score::window_start(now)))
            .fetch_all(&mut *$tx)
            .await
            .map_err($crate::failure::failed)?;
        let score = domain::verification::score::score(&evidence(rows)?, now);
        let status = sqlx::query(SET_STATUS).bind(id).bind(score.uptime_percentage);
        let status = status.bind($crate::column::Time(now)).bind(available_ports);
        status.execute(&mut *$tx).await.map_err($crate::failure::failed)?;
        if score.level != charger.verification_level {
            let level = sqlx::query(SET_LEVEL).bind(id).bind(score.level).bind($crate::column::Time(now));
            level.execute(&mut *$tx).await.map_err($crate::failure::failed)?;
        }
        score
    }};
}

pub(crate) use {lock_charger, score_charger};
