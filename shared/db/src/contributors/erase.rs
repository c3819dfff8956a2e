//! The end of a contributor: what they made stays, and names nobody.

use crate::Db;
use crate::column::{Id, Time};
use crate::contributors::{Credit, credit};
use crate::engine::in_transaction;
use crate::failure::failed;
use domain::idempotency::owner_of;
use domain::{Result, Timestamp};

/// Counters and trust go on, so that what others see of a charger stays as it is.
const INHERIT: &str = "/* contributors.inherit */ INSERT INTO contributors (sub, chargers_added, verifications, photos_uploaded, trust_score, created_at)
     SELECT $2, chargers_added, verifications, photos_uploaded, trust_score, $3 FROM contributors WHERE sub = $1";
/// Free text may name anybody.
const HAND_OVER_VERIFICATIONS: &str =
    "/* verifications.hand_over */ UPDATE verification_actions SET user_id = $2, notes = NULL WHERE user_id = $1";
const HAND_OVER_CHARGERS: &str =
    "/* chargers.hand_over */ UPDATE chargers SET added_by = $2, updated_at = $3 WHERE added_by = $1";
/// The answers that were kept for them tell of them; that of this very request does not.
const FORGET_ANSWERS: &str =
    "/* idempotency.forget_owner */ DELETE FROM idempotency_keys WHERE owner = $1 AND answer IS NOT NULL";
/// Where somebody's answer tells of them, too, it is given anew when it is asked for again: without them.
const FORGET_MENTIONS: (&str, &str) = (
    "/* idempotency.forget_mentions */ UPDATE idempotency_keys SET answer = NULL, claimed_until = created_at
     WHERE position($1 in answer::text) > 0",
    "/* idempotency.forget_mentions */ UPDATE idempotency_keys SET answer = NULL, claimed_until = created_at
     WHERE instr(answer, $1) > 0",
);
/// Limits go on, though nobody knows any more whose they were.
const REMEMBER: &str = "/* erasures.remember */ INSERT INTO erasures (owner, erased_at) VALUES ($1, $2)
     ON CONFLICT (owner) DO UPDATE SET erased_at = excluded.erased_at";
const DELETE: &str = "/* contributors.delete */ DELETE FROM contributors WHERE sub = $1";

macro_rules! traces {
    ($name:literal, $lock:literal) => {
        concat!(
            "/* ",
            $name,
            " */ SELECT id FROM chargers WHERE id IN (SELECT id FROM chargers WHERE added_by = $1
             UNION SELECT charger_id FROM verification_actions WHERE user_id = $1) ORDER BY id",
            $lock
        )
    };
}

impl Db {
    /// Erases a contributor whose photos are gone: their chargers and verifications become those of `heir`, a subject that nobody
    /// has. `false`, and nothing is changed, where they have written something meanwhile: then ask again.
    ///
    /// # Errors
    /// As every query; nothing is changed then.
    pub async fn erase_contributor(&self, sub: &str, heir: &str, now: Timestamp) -> Result<bool> {
        const TRACES: &str = traces!("chargers.traces", "");
        const PHOTOS: &str = "/* photos.count_of_owner */ SELECT count(*) FROM photos WHERE owner = $1";
        // First the chargers and then the contributor, as everybody locks them; whoever removes one of the chargers meanwhile finds
        // its verifications with their heir. FOR UPDATE: nothing may come to refer to the row.
        let lock_traces = self.engine().pick(traces!("chargers.lock_traces", " FOR NO KEY UPDATE"), TRACES);
        let lock = self.engine().pick(
            "/* contributors.lock_to_erase */ SELECT sub FROM contributors WHERE sub = $1 FOR UPDATE",
            "/* contributors.lock_to_erase */ SELECT sub FROM contributors WHERE sub = $1",
        );
        in_transaction!(self, |tx| {
            let locked: Vec<Id> =
                sqlx::query_scalar(lock_traces).bind(sub).fetch_all(&mut *tx).await.map_err(failed)?;
            // A row that is not there could not be held: another request of theirs would make it meanwhile.
            credit!(tx, sub, Credit::default(), now);
            sqlx::query(lock).bind(sub).execute(&mut *tx).await.map_err(failed)?;
            let there: Vec<Id> = sqlx::query_scalar(TRACES).bind(sub).fetch_all(&mut *tx).await.map_err(failed)?;
            let photos: i64 = sqlx::query_scalar(PHOTOS).bind(sub).fetch_one(&mut *tx).await.map_err(failed)?;
            let is_complete = photos == 0 && locked.iter().map(|id| id.0).eq(there.iter().map(|id| id.0));
            if is_complete {
                if !locked.is_empty() {
                    let inherit = sqlx::query(INHERIT).bind(sub).bind(heir).bind(Time(now));
                    inherit.execute(&mut *tx).await.map_err(failed)?;
                    let hand_over = sqlx::query(HAND_OVER_VERIFICATIONS).bind(sub).bind(heir);
                    hand_over.execute(&mut *tx).await.map_err(failed)?;
                    let hand_over = sqlx::query(HAND_OVER_CHARGERS).bind(sub).bind(heir).bind(Time(now));
                    hand_over.execute(&mut *tx).await.map_err(failed)?;
                }
                let (owner, mention) = (owner_of(sub), mention_of(sub));
                sqlx::query(FORGET_ANSWERS).bind(&owner).execute(&mut *tx).await.map_err(failed)?;
                let forget_mentions = self.engine().pick(FORGET_MENTIONS.0, FORGET_MENTIONS.1);
                sqlx::query(forget_mentions).bind(mention).execute(&mut *tx).await.map_err(failed)?;
                sqlx::query(REMEMBER).bind(&owner).bind(Time(now)).execute(&mut *tx).await.map_err(failed)?;
                sqlx::query(DELETE).bind(sub).execute(&mut *tx).await.map_err(failed)?;
            }
            is_complete
        })
    }
}

/// A subject as it stands in a kept answer: a text in the JSON of a body, which is a text in the JSON of the answer.
fn mention_of(sub: &str) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let within = |quoted: String| quoted[1..quoted.len() - 1].to_owned();
    within(quoted(&within(quoted(sub))))
}
