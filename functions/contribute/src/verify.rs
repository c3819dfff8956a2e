//! `POST /api/chargers/{id}/verify`: says what somebody found at a charger.

use crate::App;
use api::{Answer, Call};
use db::verifications::{NewVerification, Verified};
use domain::idempotency::Effect;
use domain::query::Query;
use domain::verification::report::Report;
use domain::{Error, Result};
use serde::Serialize;
use uuid::Uuid;

/// What a verification is answered with.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Recorded {
    /// A sentence for people.
    message: &'static str,
    /// The charger's level from now on, 1 to 5.
    new_level: i16,
    /// Weight of `active` among `active` and `not_working` in percent, where there are any.
    uptime_percentage: Option<f64>,
    /// Trust in who says so, 0 to 100.
    trust_score: u32,
}

pub(crate) async fn verify(app: &App, call: &Call<'_>, id: &str, effect: Effect) -> Result<Answer> {
    let user_id = call.caller()?.require_writer()?.sub;
    Query::parse(call.raw_query()).finish()?;
    let charger_id = Uuid::try_parse(id).map_err(|_| Error::not_found("charger"))?;
    let report = Report::from_body(call.body(), &app.photo_base_url)?;
    let earlier = if effect.may_exist { app.db.verified(effect.id).await? } else { None };
    let verified = match earlier {
        Some(earlier) => earlier,
        None => {
            let now = (app.world.now)();
            let new = NewVerification { id: effect.id, charger_id, user_id: &user_id, report: &report, now };
            app.db.verify_charger(&new).await?.ok_or_else(|| Error::not_found("charger"))?
        }
    };
    let Verified { level, uptime_percentage, trust_score } = verified;
    let message = "Thank you. Your verification is recorded.";
    let recorded = Recorded { message, new_level: level, uptime_percentage, trust_score };
    Ok(Answer::created(&recorded)?.consistent(app.db.consistency_token().await))
}
