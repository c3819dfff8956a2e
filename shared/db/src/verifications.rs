//! What contributors found at a charger, newest first. How it comes to be is in `verifications/verify.rs`, what follows for the
//! charger in `verifications/score.rs`, and what time does to that in `verifications/rescore.rs`.

mod rescore;
mod score;
mod verify;

pub use rescore::{STRETCH, Stretch};
pub(crate) use score::{LockedCharger, lock_charger, score_charger};
pub use verify::{LAST_HERE, NewVerification, PERIOD_START, Verified};

use crate::Db;
use crate::column::{Id, Time};
use crate::engine::read;
use domain::photo::{PhotoPlace, PhotoState};
use domain::verification::report::Report;
use domain::verification::{Action, LATEST, Verification};
use domain::vocabulary::{PaymentMethod, Port, StationLighting};
use domain::{Error, Result, Timestamp};
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    id: Id,
    user_id: String,
    action: String,
    notes: Option<String>,
    wait_time: Option<i16>,
    port_type_used: Option<i32>,
    ports_available: Option<i16>,
    charging_success: Option<bool>,
    payment_method: Option<String>,
    station_lighting: Option<String>,
    cleanliness_rating: Option<i16>,
    charging_speed_rating: Option<i16>,
    amenities_rating: Option<i16>,
    would_recommend: Option<bool>,
    photo_id: Option<Id>,
    timestamp: Time,
    raw_key: Option<String>,
    hash8: Option<String>,
    state: Option<String>,
    link: Option<String>,
}

macro_rules! select {
    ($name:literal, $behind:literal) => {
        concat!(
            "/* ",
            $name,
            " */ SELECT v.id, v.user_id, v.action, v.notes, v.wait_time, v.port_type_used, v.ports_available, v.charging_success,
                    v.payment_method, v.station_lighting, v.cleanliness_rating, v.charging_speed_rating, v.amenities_rating,
                    v.would_recommend, v.photo_id, v.timestamp, p.raw_key, p.hash8, p.state, p.link
             FROM verification_actions v LEFT JOIN photos p ON p.id = v.photo_id
             WHERE v.charger_id = $1",
            $behind,
            " ORDER BY v.timestamp DESC, v.id DESC LIMIT $4 OFFSET $5"
        )
    };
}

impl Db {
    /// The verifications of a charger, newest first: at most `limit` of them behind `after`, the first `offset` passed over.
    ///
    /// # Errors
    /// As every query.
    pub async fn verifications(
        &self,
        charger_id: Uuid,
        after: Option<(Timestamp, Uuid)>,
        offset: u64,
        limit: u32,
    ) -> Result<Vec<Verification>> {
        let sql = match after {
            Some(_) => select!("verifications.page_after", " AND (v.timestamp, v.id) < ($2, $3)"),
            None => select!("verifications.page", ""),
        };
        let (time, id) = after.unzip();
        let rows: Vec<Row> = read!(self, |session| sqlx::query_as(sql)
            .bind(Id(charger_id))
            .bind(time.map(Time))
            .bind(id.map(Id))
            .bind(i64::from(limit))
            .bind(offset as i64)
            .fetch_all(session)
            .await?);
        rows.into_iter().map(verification).collect()
    }

    /// The latest ten verifications of a charger, newest first.
    ///
    /// # Errors
    /// As every query.
    pub async fn latest_verifications(&self, charger_id: Uuid) -> Result<Vec<Verification>> {
        self.verifications(charger_id, None, 0, LATEST).await
    }

    /// How many verifications a charger has; `None` where there is no such charger.
    ///
    /// # Errors
    /// As every query.
    pub async fn count_verifications(&self, charger_id: Uuid) -> Result<Option<u64>> {
        const SQL: &str = "/* verifications.count */ SELECT
             (SELECT count(*) FROM verification_actions v WHERE v.charger_id = c.id) FROM chargers c WHERE c.id = $1";
        let count: Option<i64> =
            read!(self, |session| sqlx::query_scalar(SQL).bind(Id(charger_id)).fetch_optional(session).await?);
        Ok(count.map(|count| count as u64))
    }
}

fn verification(row: Row) -> Result<Verification> {
    let port = |bit| Port::from_mask(bit).pop().ok_or_else(|| Error::internal("an unknown port"));
    let report = Report {
        action: known(&row.action, Action::parse)?,
        notes: row.notes,
        wait_time: row.wait_time.map(|minutes| minutes as u16),
        port_type_used: row.port_type_used.map(port).transpose()?,
        ports_available: row.ports_available.map(|ports| ports as u16),
        charging_success: row.charging_success,
        payment_method: row.payment_method.map(|word| known(&word, PaymentMethod::parse)).transpose()?,
        station_lighting: row.station_lighting.map(|word| known(&word, StationLighting::parse)).transpose()?,
        cleanliness_rating: row.cleanliness_rating.map(|stars| stars as u8),
        charging_speed_rating: row.charging_speed_rating.map(|stars| stars as u8),
        amenities_rating: row.amenities_rating.map(|stars| stars as u8),
        would_recommend: row.would_recommend,
        photo_id: row.photo_id.map(|id| id.0),
    };
    let photo_place = match (row.raw_key, row.state) {
        (Some(raw_key), Some(state)) => {
            let state = known(&state, PhotoState::parse)?;
            PhotoPlace::of(&raw_key, row.hash8.as_deref(), state, row.link.as_deref())
        }
        _ => None,
    };
    Ok(Verification { id: row.id.0, user_id: row.user_id, report, photo_place, timestamp: row.timestamp.0 })
}

fn known<T>(word: &str, parse: fn(&str) -> Option<T>) -> Result<T> {
    parse(word).ok_or_else(|| Error::internal("a word of no vocabulary"))
}
