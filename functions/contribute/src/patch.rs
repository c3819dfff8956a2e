//! `PATCH /api/chargers/{id}`: changes a charger.

use crate::{App, require_author};
use api::{Answer, Call};
use domain::charger_patch::ChargerPatch;
use domain::query::Query;
use domain::{Error, Result};
use uuid::Uuid;

pub(crate) async fn patch(app: &App, call: &Call<'_>, id: &str) -> Result<Answer> {
    let caller = call.caller()?.require_writer()?;
    Query::parse(call.raw_query()).finish()?;
    let id = Uuid::try_parse(id).map_err(|_| Error::not_found("charger"))?;
    let patch = ChargerPatch::from_body(call.body())?;
    let change = |charger: &mut _| {
        require_author(charger, &caller)?;
        patch.apply(charger)
    };
    app.db.edit_charger(id, (app.world.now)(), change).await?;

    let charger = app.db.charger(id).await?.ok_or_else(|| Error::not_found("charger"))?;
    let history = app.db.latest_verifications(id).await?;
    let token = app.db.consistency_token().await;
    Ok(Answer::ok(&charger.detail(&app.photo_base_url, &history))?.consistent(token))
}
