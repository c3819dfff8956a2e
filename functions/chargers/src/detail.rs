//! `GET /api/chargers/{id}`: one charger with its connectors, photos and latest verifications.

use crate::App;
use crate::paging::CACHE;
use api::{Answer, Call};
use cache::Kind;
use domain::query::Query;
use domain::{Error, Result};
use uuid::Uuid;

pub(crate) async fn detail(app: &App, call: &Call<'_>, id: &str) -> Result<Answer> {
    Query::parse(call.raw_query()).finish()?;
    let id = Uuid::try_parse(id).map_err(|_| Error::not_found("charger"))?;
    let stamp = app.charger_stamp(id).await?;
    app.cached(Kind::Detail, stamp.as_deref(), "detail", show(app, id)).await
}

async fn show(app: &App, id: Uuid) -> Result<Answer> {
    let charger = app.db.charger(id).await?.ok_or_else(|| Error::not_found("charger"))?;
    let history = app.db.latest_verifications(id).await?;
    Ok(Answer::ok(&charger.detail(&app.photo_base_url, &history))?.cached(CACHE))
}
