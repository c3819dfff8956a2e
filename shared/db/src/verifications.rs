//! What contributors found at a charger.

use crate::Db;
use crate::column::{Id, Time};
use crate::engine::read;
use domain::verification::{Action, LATEST, Verification};
use domain::{Error, Result};
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    id: Id,
    user_id: String,
    action: String,
    notes: Option<String>,
    timestamp: Time,
}

impl Db {
    /// The latest ten verifications of a charger, newest first.
    ///
    /// # Errors
    /// As every query.
    pub async fn latest_verifications(&self, charger_id: Uuid) -> Result<Vec<Verification>> {
        const SQL: &str =
            "/* verifications.latest */ SELECT id, user_id, action, notes, timestamp FROM verification_actions
             WHERE charger_id = $1 ORDER BY timestamp DESC, id DESC LIMIT $2";
        let rows: Vec<Row> = read!(self, |session| sqlx::query_as(SQL)
            .bind(Id(charger_id))
            .bind(LATEST as i64)
            .fetch_all(session)
            .await?);
        rows.into_iter().map(verification).collect()
    }
}

fn verification(row: Row) -> Result<Verification> {
    let action = Action::parse(&row.action).ok_or_else(|| Error::internal("an unknown action"))?;
    Ok(Verification { id: row.id.0, user_id: row.user_id, action, notes: row.notes, timestamp: row.timestamp.0 })
}
