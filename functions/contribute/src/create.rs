//! `POST /api/chargers`: adds a charger.

use crate::App;
use crate::photos::Photos;
use api::{Answer, Call};
use db::contributions::{Addition, Contribution};
use domain::batch::MAX_CANDIDATES;
use domain::charger::ChargerDetail;
use domain::idempotency::Effect;
use domain::new_charger::{NewCharger, PhotoError};
use domain::query::Query;
use domain::{Error, Kind, Result};
use serde::Serialize;
use uuid::Uuid;

/// The number of the first verification among the parts of the effect; those of the photos follow.
pub(crate) const VERIFICATION: u16 = 1;

/// What a new charger is answered with.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Created<'a> {
    charger: ChargerDetail<'a>,
    /// Photos that could not be taken; the charger is stored all the same.
    photo_errors: Vec<PhotoError>,
}

pub(crate) async fn create(app: &App, call: &Call<'_>, effect: Effect) -> Result<Answer> {
    let author = call.caller()?.require_writer()?.sub;
    Query::parse(call.raw_query()).finish()?;
    let (charger, photos) = NewCharger::from_body(call.body())?;
    let charger_id = effect.id;
    let now = (app.world.now)();
    let mut photos = Photos::sort(effect, now, photos);
    let earlier = if effect.may_exist { app.db.charger(charger_id).await? } else { None };
    // Rows first: the event of an object finds its row whenever it comes.
    match earlier {
        Some(earlier) => photos.resume(app, &earlier.photos).await?,
        None => {
            let contribution = Contribution {
                charger_id,
                verification_id: effect.part(VERIFICATION),
                author: &author,
                charger: &charger,
                new_photos: &photos.rows(),
                photo_ids: &photos.ids(),
                now,
            };
            match app.db.add_charger(&contribution).await? {
                Addition::Done { refused_ids } => photos.refuse(&refused_ids),
                Addition::Duplicate { of } => return Err(like_charger(app, &of).await?),
            }
        }
    }
    photos.store(app).await?;
    photos.take_back(app).await?;

    let charger =
        app.db.charger(charger_id).await?.ok_or_else(|| Error::internal("a charger that was just added is gone"))?;
    let history = app.db.latest_verifications(charger_id).await?;
    let charger = charger.detail(&app.photo_base_url, &history);
    let created = Created { charger, photo_errors: photos.into_errors() };
    let token = app.db.consistency_token().await;
    Ok(Answer::created(&created)?.consistent(token).with_header("location", &format!("/api/chargers/{charger_id}")))
}

/// What stands there, as it is now.
async fn like_charger(app: &App, ids: &[Uuid]) -> Result<Error> {
    let like = app.db.chargers(&ids[..ids.len().min(MAX_CANDIDATES)]).await?;
    let candidates: Vec<_> = like.iter().map(|existing| existing.view(&app.photo_base_url, None)).collect();
    let detail = "A like charger stands here already. Send allow_duplicate: true to add this one all the same.";
    Ok(Error::new(Kind::Conflict, detail).with_member("candidates", &candidates))
}
