//! Users of the original become contributors: who they are and since when. What they have done is counted here.

use super::known::arrive;
use super::{run, run_for_ids};
use crate::engine::in_transaction;
use crate::{Db, Engine};
use domain::{Result, Timestamp};
use serde_json::{Value, json};
use std::collections::HashSet;
use uuid::Uuid;

/// A user of the original.
#[derive(Clone, Debug, PartialEq)]
pub struct ArrivingContributor {
    /// What the row is known by.
    pub key: Uuid,
    /// Who that is here.
    pub sub: String,
    /// Since when.
    pub created_at: Timestamp,
}

/// Takes contributors' rows before anything that counts for them, in order.
pub(super) fn lock(engine: Engine) -> &'static str {
    engine.pick(
        "/* sharaspot.lock_contributors */ SELECT sub FROM contributors WHERE sub IN (SELECT jsonb_array_elements_text($1))
         ORDER BY sub FOR NO KEY UPDATE",
        "/* sharaspot.lock_contributors */ SELECT count(*) FROM json_each($1)",
    )
}

impl Db {
    /// Takes users in that have not come before; answers the keys of those. Who is a contributor here already stays as they are.
    ///
    /// # Errors
    /// As every query; nothing of the batch is kept then.
    pub async fn take_contributors(&self, batch: &[ArrivingContributor]) -> Result<HashSet<Uuid>> {
        let insert = self.engine().pick(
            "/* sharaspot.insert_contributors */ INSERT INTO contributors (sub, created_at)
             SELECT r.sub, 'epoch'::timestamptz + r.created_at * interval '1 microsecond'
             FROM jsonb_to_recordset($1) AS r(sub text, created_at bigint) ORDER BY r.sub ON CONFLICT DO NOTHING",
            "/* sharaspot.insert_contributors */ INSERT INTO contributors (sub, created_at)
             SELECT value ->> 'sub', value ->> 'created_at' FROM json_each($1) WHERE true ON CONFLICT DO NOTHING",
        );
        let arrive = arrive(self.engine());
        let keys: Vec<Uuid> = batch.iter().map(|user| user.key).collect();
        in_transaction!(self, |tx| {
            let new = run_for_ids!(tx, arrive, &keys);
            let rows = batch.iter().filter(|user| new.contains(&user.key));
            let rows: Vec<Value> =
                rows.map(|user| json!({"sub": user.sub, "created_at": user.created_at.as_micros()})).collect();
            run!(tx, insert, &rows);
            new
        })
    }
}
