//! `POST /api/chargers`: adds a charger.

use crate::App;
use crate::photos::Photos;
use api::{Answer, Call};
use db::contributions::Contribution;
use domain::charger::{Candidate, ChargerDetail};
use domain::duplicate::{SAME_SPOT_M, is_likely_duplicate};
use domain::filter::Filter;
use domain::geo::{Disc, cover_disc};
use domain::idempotency::Effect;
use domain::new_charger::{NewCharger, PhotoError};
use domain::query::Query;
use domain::{Error, Kind, Result};
use serde::Serialize;
use uuid::Uuid;

/// The number of the first verification among the parts of the effect; those of the photos follow.
pub(crate) const VERIFICATION: u16 = 1;

#[derive(Serialize)]
struct Created<'a> {
    charger: ChargerDetail<'a>,
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
            if !charger.allow_duplicate {
                refuse_duplicate(app, &charger).await?;
            }
            let contribution = Contribution {
                charger_id,
                verification_id: effect.part(VERIFICATION),
                author: &author,
                charger: &charger,
                new_photos: &photos.rows(),
                photo_ids: &photos.ids(),
                now,
            };
            let refused_ids = app.db.add_charger(&contribution).await?;
            photos.refuse(&refused_ids);
        }
    }
    photos.store(app).await?;

    let charger =
        app.db.charger(charger_id).await?.ok_or_else(|| Error::internal("a charger that was just added is gone"))?;
    let history = app.db.latest_verifications(charger_id).await?;
    let charger = charger.detail(&app.photo_base_url, &history);
    let created = Created { charger, photo_errors: photos.into_errors() };
    let token = app.db.consistency_token().await;
    Ok(Answer::created(&created)?.consistent(token).with_header("location", &format!("/api/chargers/{charger_id}")))
}

async fn refuse_duplicate(app: &App, charger: &NewCharger) -> Result<()> {
    let Some(disc) = Disc::new(charger.point, SAME_SPOT_M) else { return Ok(()) };
    let visit = |ids: &mut Vec<Uuid>, candidate: Candidate| {
        ids.extend(disc.contains(candidate.point).then_some(candidate.id));
    };
    let mut ids = app.db.fold_candidates(&cover_disc(&disc), &Filter::default(), Vec::new, visit).await?;
    ids.sort_unstable();
    let mut like = app.db.chargers(&ids).await?;
    like.retain(|existing| is_likely_duplicate(charger, existing));
    if like.is_empty() {
        return Ok(());
    }
    let candidates: Vec<_> = like.iter().map(|existing| existing.view(&app.photo_base_url, None)).collect();
    let detail = "A like charger stands here already. Send allow_duplicate: true to add this one all the same.";
    Err(Error::new(Kind::Conflict, detail).with_member("candidates", &candidates))
}
