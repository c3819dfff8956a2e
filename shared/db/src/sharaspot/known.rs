//! What has come before, and what of it is here.

use crate::column::{Id, Ids, Time};
use crate::engine::read;
use crate::{Db, Engine};
use domain::{Result, Timestamp};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Writes down that rows have come; answers those that had not.
pub(super) fn arrive(engine: Engine) -> &'static str {
    engine.pick(
        "/* sharaspot.arrive */ INSERT INTO sharaspot_rows (id) SELECT value::uuid FROM jsonb_array_elements_text($1) ORDER BY 1
         ON CONFLICT DO NOTHING RETURNING id",
        "/* sharaspot.arrive */ INSERT INTO sharaspot_rows (id) SELECT value FROM json_each($1) WHERE true
         ON CONFLICT DO NOTHING RETURNING id",
    )
}

impl Db {
    /// Which of these rows have come from the original, whether they are still here or not.
    ///
    /// # Errors
    /// As every query.
    pub async fn arrived(&self, ids: &[Uuid]) -> Result<HashSet<Uuid>> {
        let sql = self.engine().pick(
            "/* sharaspot.arrived */ SELECT id FROM sharaspot_rows WHERE id = ANY($1)",
            "/* sharaspot.arrived */ SELECT id FROM sharaspot_rows WHERE id IN (SELECT value FROM json_each($1))",
        );
        let found: Vec<Id> = read!(self, |session| sqlx::query_scalar(sql).bind(Ids(ids)).fetch_all(session).await?);
        Ok(found.into_iter().map(|id| id.0).collect())
    }

    /// The contributors of these subjects that are here, each with its picture.
    ///
    /// # Errors
    /// As every query.
    pub async fn contributors_of(&self, subs: &[&str]) -> Result<HashMap<String, Option<Uuid>>> {
        let sql = self.engine().pick(
            "/* sharaspot.contributors */ SELECT sub, photo_id FROM contributors WHERE sub IN (SELECT jsonb_array_elements_text($1))",
            "/* sharaspot.contributors */ SELECT sub, photo_id FROM contributors WHERE sub IN (SELECT value FROM json_each($1))",
        );
        let found: Vec<(String, Option<Id>)> =
            read!(self, |session| sqlx::query_as(sql).bind(sqlx::types::Json(subs)).fetch_all(session).await?);
        Ok(found.into_iter().map(|(sub, photo)| (sub, photo.map(|id| id.0))).collect())
    }

    /// Who added these chargers, and when; one that is not here is passed over.
    ///
    /// # Errors
    /// As every query.
    pub async fn authors_of_chargers(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, (Option<String>, Timestamp)>> {
        let sql = self.engine().pick(
            "/* sharaspot.authors */ SELECT id, added_by, created_at FROM chargers WHERE id = ANY($1)",
            "/* sharaspot.authors */ SELECT id, added_by, created_at FROM chargers WHERE id IN (SELECT value FROM json_each($1))",
        );
        let found: Vec<(Id, Option<String>, Time)> =
            read!(self, |session| sqlx::query_as(sql).bind(Ids(ids)).fetch_all(session).await?);
        Ok(found.into_iter().map(|(id, author, time)| (id.0, (author, time.0))).collect())
    }

    /// Who made these verifications, and when; one that is not here is passed over.
    ///
    /// # Errors
    /// As every query.
    pub async fn authors_of_verifications(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, (String, Timestamp)>> {
        let sql = self.engine().pick(
            "/* sharaspot.verifiers */ SELECT id, user_id, timestamp FROM verification_actions WHERE id = ANY($1)",
            "/* sharaspot.verifiers */ SELECT id, user_id, timestamp FROM verification_actions
             WHERE id IN (SELECT value FROM json_each($1))",
        );
        let found: Vec<(Id, String, Time)> =
            read!(self, |session| sqlx::query_as(sql).bind(Ids(ids)).fetch_all(session).await?);
        Ok(found.into_iter().map(|(id, author, time)| (id.0, (author, time.0))).collect())
    }
}
