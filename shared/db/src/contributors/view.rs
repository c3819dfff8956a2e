//! A contributor and what they have contributed, newest first.

use crate::Db;
use crate::column::{Id, Time};
use crate::engine::read;
use domain::contributor::{Contributor, OwnVerification};
use domain::verification::Action;
use domain::{Error, Result, Timestamp};
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    chargers_added: i32,
    verifications: i32,
    photos_uploaded: i32,
    trust_score: i32,
    photo_id: Option<Id>,
    created_at: Time,
}

#[derive(sqlx::FromRow)]
struct VerificationRow {
    id: Id,
    charger_id: Id,
    charger_name: String,
    action: String,
    notes: Option<String>,
    timestamp: Time,
}

impl Db {
    /// A contributor; all zero where there is no such row.
    ///
    /// # Errors
    /// As every query.
    pub async fn contributor(&self, sub: &str) -> Result<Contributor> {
        const SQL: &str = "/* contributors.find */ SELECT chargers_added, verifications, photos_uploaded, trust_score, photo_id, created_at
             FROM contributors WHERE sub = $1";
        let row: Option<Row> = read!(self, |session| sqlx::query_as(SQL).bind(sub).fetch_optional(session).await?);
        let Some(row) = row else { return Ok(Contributor::default()) };
        let photo = match row.photo_id {
            Some(Id(id)) => self.photo(id).await?,
            None => None,
        };
        Ok(Contributor {
            trust_score: row.trust_score as u32,
            chargers_added: row.chargers_added as u32,
            verifications: row.verifications as u32,
            photos_uploaded: row.photos_uploaded as u32,
            photo,
            created_at: Some(row.created_at.0),
        })
    }

    /// The chargers that somebody added, newest first: `limit` at most that come behind `before`.
    ///
    /// # Errors
    /// As every query.
    pub async fn chargers_added_by(
        &self,
        sub: &str,
        before: (Timestamp, Uuid),
        limit: u32,
    ) -> Result<Vec<(Timestamp, Uuid)>> {
        const SQL: &str = "/* chargers.added_by */ SELECT created_at, id FROM chargers
             WHERE added_by = $1 AND (created_at, id) < ($2, $3) ORDER BY created_at DESC, id DESC LIMIT $4";
        let rows: Vec<(Time, Id)> = read!(self, |session| sqlx::query_as(SQL)
            .bind(sub)
            .bind(Time(before.0))
            .bind(Id(before.1))
            .bind(i64::from(limit))
            .fetch_all(session)
            .await?);
        Ok(rows.into_iter().map(|(time, id)| (time.0, id.0)).collect())
    }

    /// The verifications that somebody gave, newest first: `limit` at most that come behind `before`.
    ///
    /// # Errors
    /// As every query.
    pub async fn verifications_by(
        &self,
        sub: &str,
        before: (Timestamp, Uuid),
        limit: u32,
    ) -> Result<Vec<OwnVerification>> {
        const SQL: &str =
            "/* verifications.by */ SELECT v.id, v.charger_id, c.name AS charger_name, v.action, v.notes, v.timestamp
             FROM verification_actions v JOIN chargers c ON c.id = v.charger_id
             WHERE v.user_id = $1 AND (v.timestamp, v.id) < ($2, $3) ORDER BY v.timestamp DESC, v.id DESC LIMIT $4";
        let rows: Vec<VerificationRow> = read!(self, |session| sqlx::query_as(SQL)
            .bind(sub)
            .bind(Time(before.0))
            .bind(Id(before.1))
            .bind(i64::from(limit))
            .fetch_all(session)
            .await?);
        rows.into_iter().map(own_verification).collect()
    }
}

fn own_verification(row: VerificationRow) -> Result<OwnVerification> {
    Ok(OwnVerification {
        id: row.id.0,
        charger_id: row.charger_id.0,
        charger_name: row.charger_name,
        action: Action::parse(&row.action).ok_or_else(|| Error::internal("an unknown action"))?,
        notes: row.notes,
        timestamp: row.timestamp.0,
    })
}
