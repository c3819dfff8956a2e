//! Who is at which write, and what was answered: the rows behind `Idempotency-Key`.

use crate::Db;
use crate::column::{Id, Time};
use crate::engine::{in_transaction, read};
use crate::failure::failed;
use domain::idempotency::{CLAIMED_S, Claim, Effect, KeptAnswer, Outcome, Write, forgotten_until};
use domain::{Result, Timestamp, World};
use sqlx::types::Json;
use std::time::Duration;
use uuid::Uuid;

/// How often somebody who waits for another's answer looks, and how many times: eight seconds in all, less than any function has.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const LOOKS: u32 = 80;

/// Takes what is new, what is forgotten, and what nobody has come to an end with. In an update the row's names are those of
/// before.
const CLAIM: &str = "/* idempotency.claim */ INSERT INTO idempotency_keys AS k (owner, key, fingerprint, effect_id, claimed_until, created_at)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (owner, key) DO UPDATE SET fingerprint = excluded.fingerprint, claimed_until = excluded.claimed_until, answer = NULL,
        effect_id = CASE WHEN k.created_at <= $7 THEN excluded.effect_id ELSE k.effect_id END,
        created_at = CASE WHEN k.created_at <= $7 THEN excluded.created_at ELSE k.created_at END
     WHERE k.created_at <= $7 OR (k.answer IS NULL AND k.claimed_until <= $6 AND k.fingerprint = excluded.fingerprint)
     RETURNING effect_id";
const LOOK: &str =
    "/* idempotency.look */ SELECT fingerprint, answer FROM idempotency_keys WHERE owner = $1 AND key = $2";
const KEEP: &str =
    "/* idempotency.keep */ UPDATE idempotency_keys SET answer = $4 WHERE owner = $1 AND key = $2 AND effect_id = $3";
const FREE: &str =
    "/* idempotency.free */ DELETE FROM idempotency_keys WHERE owner = $1 AND key = $2 AND effect_id = $3";
const LEAVE: &str = "/* idempotency.leave */ UPDATE idempotency_keys SET claimed_until = created_at
     WHERE owner = $1 AND key = $2 AND effect_id = $3";

impl Db {
    /// Claims a write, or answers what was answered before; waits some seconds for whoever is at it.
    ///
    /// # Errors
    /// Unprocessable where the key was used for another request; conflict where somebody is still at it; as every query.
    pub async fn claim(&self, write: &Write, world: World) -> Result<Claim> {
        let new_id = (world.new_id)();
        for _ in 0..LOOKS {
            let now = (world.now)();
            if let Some(claim) = self.claim_at(write, new_id, now).await? {
                return Ok(claim);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Err(write.in_progress())
    }

    async fn claim_at(&self, write: &Write, new_id: Uuid, now: Timestamp) -> Result<Option<Claim>> {
        in_transaction!(self, |tx| {
            let claim = sqlx::query_scalar(CLAIM).bind(&write.owner).bind(&write.key).bind(&write.fingerprint);
            let claim = claim.bind(Id(new_id)).bind(Time(now.plus_seconds(CLAIMED_S))).bind(Time(now));
            let claimed: Option<Id> =
                claim.bind(Time(forgotten_until(now))).fetch_optional(&mut *tx).await.map_err(failed)?;
            match claimed {
                Some(Id(id)) => Some(Claim::Ours(Effect { id, may_exist: id != new_id })),
                None => {
                    let look = sqlx::query_as(LOOK).bind(&write.owner).bind(&write.key);
                    let found: Option<(String, Option<Json<KeptAnswer>>)> =
                        look.fetch_optional(&mut *tx).await.map_err(failed)?;
                    match found {
                        Some((fingerprint, _)) if fingerprint != write.fingerprint => {
                            return Err(write.other_request());
                        }
                        Some((_, answer)) => answer.map(|Json(answer)| Claim::Done(answer)),
                        None => None,
                    }
                }
            }
        })
    }

    /// Notes how a claimed write ended.
    ///
    /// # Errors
    /// As every query.
    pub async fn settle(&self, write: &Write, effect: Effect, outcome: &Outcome) -> Result<()> {
        in_transaction!(self, |tx| {
            let sql = match outcome {
                Outcome::Done(_) => KEEP,
                Outcome::Refused => FREE,
                Outcome::Unknown => LEAVE,
            };
            let mut query = sqlx::query(sql).bind(&write.owner).bind(&write.key).bind(Id(effect.id));
            if let Outcome::Done(answer) = outcome {
                query = query.bind(Json(answer));
            }
            query.execute(&mut *tx).await.map_err(failed)?;
        })
    }

    /// Forgets answers, and claims, that are kept for long enough at `now`, `limit` at most, and erasures of that age; says how many
    /// answers.
    ///
    /// # Errors
    /// As every query.
    pub async fn forget_answers(&self, now: Timestamp, limit: u32) -> Result<u64> {
        const ERASURES: &str = "/* erasures.forget */ DELETE FROM erasures WHERE erased_at <= $1";
        const SQL: &str = "/* idempotency.forget */ DELETE FROM idempotency_keys WHERE (owner, key) IN
             (SELECT owner, key FROM idempotency_keys WHERE created_at <= $1 ORDER BY created_at LIMIT $2)";
        in_transaction!(self, |tx| {
            sqlx::query(ERASURES).bind(Time(forgotten_until(now))).execute(&mut *tx).await.map_err(failed)?;
            let forget = sqlx::query(SQL).bind(Time(forgotten_until(now))).bind(i64::from(limit));
            forget.execute(&mut *tx).await.map_err(failed)?.rows_affected()
        })
    }

    /// How many answers and claims would be forgotten at `now`.
    ///
    /// # Errors
    /// As every query.
    pub async fn count_forgotten_answers(&self, now: Timestamp) -> Result<u64> {
        const SQL: &str =
            "/* idempotency.count_forgotten */ SELECT count(*) FROM idempotency_keys WHERE created_at <= $1";
        let count: i64 =
            read!(self, |session| sqlx::query_scalar(SQL).bind(Time(forgotten_until(now))).fetch_one(session).await?);
        Ok(count as u64)
    }
}
