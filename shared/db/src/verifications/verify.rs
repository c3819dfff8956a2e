//! Somebody verifies a charger: one transaction from the limits to the score.

use super::{lock_charger, score_charger};
use crate::Db;
use crate::column::{Id, Time};
use crate::contributors::{Credit, credit};
use crate::engine::{in_transaction, read};
use crate::failure::failed;
use domain::idempotency::owner_of;
use domain::verification::limits::{self, MAX_IN_PERIOD, Past};
use domain::verification::report::Report;
use domain::vocabulary::{PaymentMethod, StationLighting};
use domain::{Error, Result, Timestamp};
use uuid::Uuid;

/// Who verifies which charger, and what they say.
#[derive(Clone, Copy, Debug)]
pub struct NewVerification<'a> {
    /// The id that it gets.
    pub id: Uuid,
    /// The charger.
    pub charger_id: Uuid,
    /// The `sub` of the contributor.
    pub user_id: &'a str,
    /// What they found.
    pub report: &'a Report,
    /// The time.
    pub now: Timestamp,
}

/// What follows from a verification.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verified {
    /// The charger's level from now on.
    pub level: i16,
    /// The charger's uptime from now on, in percent.
    pub uptime_percentage: Option<f64>,
    /// The contributor's trust from now on.
    pub trust_score: u32,
}

/// When somebody last verified a charger. Public for the tests that look at its plan.
pub const LAST_HERE: &str = "/* verifications.last_here */ SELECT timestamp FROM verification_actions
     WHERE charger_id = $1 AND user_id = $2 ORDER BY timestamp DESC LIMIT 1";
/// The time of somebody's so-many-th last verification, of whatever charger. Public for the tests that look at its plan.
pub const PERIOD_START: &str = "/* verifications.period_start */ SELECT timestamp FROM verification_actions
     WHERE user_id = $1 ORDER BY timestamp DESC LIMIT 1 OFFSET $2";

/// When somebody erased themselves. Nobody knows which verifications were theirs.
const ERASED: &str = "/* erasures.find */ SELECT erased_at FROM erasures WHERE owner = $1";

const INSERT: &str = "/* verifications.insert */ INSERT INTO verification_actions
     (id, charger_id, user_id, action, timestamp, notes, wait_time, port_type_used, ports_available, charging_success, payment_method,
      station_lighting, cleanliness_rating, charging_speed_rating, amenities_rating, would_recommend, photo_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";

const ATTACH: &str = "/* photos.attach_proof */ UPDATE photos SET charger_id = $1
     WHERE id = $2 AND owner = $3 AND kind = 'verification' AND state <> 'rejected' AND (charger_id IS NULL OR charger_id = $1)
     AND NOT EXISTS (SELECT 1 FROM verification_actions v WHERE v.photo_id = photos.id)";

/// Answers what is known of a contributor whose row the transaction holds, so that nobody counts beside it.
macro_rules! past {
    ($tx:expr, $new:expr) => {{
        let new: &NewVerification<'_> = $new;
        let last_here = sqlx::query_scalar(LAST_HERE).bind(Id(new.charger_id)).bind(new.user_id);
        let last_here: Option<Time> = last_here.fetch_optional(&mut *$tx).await.map_err(failed)?;
        let period_start = sqlx::query_scalar(PERIOD_START).bind(new.user_id).bind(i64::from(MAX_IN_PERIOD) - 1);
        let period_start: Option<Time> = period_start.fetch_optional(&mut *$tx).await.map_err(failed)?;
        let erased_at = sqlx::query_scalar(ERASED).bind(owner_of(new.user_id));
        let erased_at: Option<Time> = erased_at.fetch_optional(&mut *$tx).await.map_err(failed)?;
        Past {
            last_here: last_here.map(|time| time.0),
            period_start: period_start.map(|time| time.0),
            erased_at: erased_at.map(|time| time.0),
        }
    }};
}

/// Attaches a photo, which is then nobody else's.
macro_rules! attach_photo {
    ($tx:expr, $new:expr, $photo_id:expr) => {{
        let new: &NewVerification<'_> = $new;
        let attach = sqlx::query(ATTACH).bind(Id(new.charger_id)).bind(Id($photo_id)).bind(new.user_id);
        if attach.execute(&mut *$tx).await.map_err(failed)?.rows_affected() == 0 {
            let detail = "There is no such photo of yours that is free and of kind verification.";
            Err(Error::bad_field("photo_id", "not_found", detail))?;
        }
    }};
}

macro_rules! insert_verification {
    ($tx:expr, $new:expr) => {{
        let new: &NewVerification<'_> = $new;
        let report = new.report;
        let insert = sqlx::query(INSERT).bind(Id(new.id)).bind(Id(new.charger_id)).bind(new.user_id);
        let insert = insert.bind(report.action.as_str()).bind(Time(new.now)).bind(report.notes.as_deref());
        let insert = insert.bind(report.wait_time.map(|minutes| minutes as i16));
        let insert = insert.bind(report.port_type_used.map(|port| port.bit()));
        let insert = insert.bind(report.ports_available.map(|ports| ports as i16)).bind(report.charging_success);
        let insert = insert.bind(report.payment_method.map(PaymentMethod::as_str));
        let insert = insert.bind(report.station_lighting.map(StationLighting::as_str));
        let insert = insert.bind(report.cleanliness_rating.map(i16::from));
        let insert = insert.bind(report.charging_speed_rating.map(i16::from));
        let insert = insert.bind(report.amenities_rating.map(i16::from)).bind(report.would_recommend);
        let insert = insert.bind(report.photo_id.map(Id));
        insert.execute(&mut *$tx).await.map_err(failed)?;
    }};
}

impl Db {
    /// Keeps a verification and scores its charger anew; `None` where there is no such charger.
    ///
    /// # Errors
    /// Too many, with the seconds to wait; bad input for `photo_id` where that is no free photo of the contributor's and of kind
    /// verification; as every query. Nothing is kept then.
    pub async fn verify_charger(&self, new: &NewVerification<'_>) -> Result<Option<Verified>> {
        // The charger's row makes those who verify it queue, the contributor's those who verify under one name.
        in_transaction!(self, |tx| {
            match lock_charger!(tx, self.engine(), new.charger_id) {
                None => None,
                Some(charger) => {
                    let credit = Credit { verifications: 1, ..Credit::default() };
                    let trust_score = credit!(tx, new.user_id, credit, new.now);
                    limits::check(&past!(tx, new), new.now)?;
                    if let Some(photo_id) = new.report.photo_id {
                        attach_photo!(tx, new, photo_id);
                    }
                    insert_verification!(tx, new);
                    let available_ports = new.report.ports_available.map(|ports| charger.total_ports.min(ports.into()));
                    let score = score_charger!(tx, &charger, available_ports, new.now);
                    Some(Verified { level: score.level, uptime_percentage: score.uptime_percentage, trust_score })
                }
            }
        })
    }

    /// What has followed from a verification that was kept earlier, as it is now; `None` where it was not kept.
    ///
    /// # Errors
    /// As every query.
    pub async fn verified(&self, id: Uuid) -> Result<Option<Verified>> {
        const SQL: &str = "/* verifications.outcome */ SELECT c.verification_level, s.uptime_percentage, p.trust_score
             FROM verification_actions v JOIN chargers c ON c.id = v.charger_id JOIN charger_status s ON s.charger_id = c.id
             JOIN contributors p ON p.sub = v.user_id WHERE v.id = $1";
        let row: Option<(i16, Option<f64>, i32)> =
            read!(self, |session| sqlx::query_as(SQL).bind(Id(id)).fetch_optional(session).await?);
        Ok(row.map(|(level, uptime_percentage, trust_score)| Verified {
            level,
            uptime_percentage,
            trust_score: trust_score as u32,
        }))
    }
}
