//! `GET /api/photos/{id}`: how far a photo is.

use crate::App;
use api::{Answer, Call};
use domain::photo::PhotoState;
use domain::query::Query;
use domain::{Error, Result};
use uuid::Uuid;

pub(crate) async fn show(app: &App, call: &Call<'_>, id: &str) -> Result<Answer> {
    Query::parse(call.raw_query()).finish()?;
    let id = Uuid::try_parse(id).map_err(|_| Error::not_found("photo"))?;
    let photo = app.db.photo(id).await?.ok_or_else(|| Error::not_found("photo"))?;
    // A pending photo may be ready the next moment: whoever polls must not be told an old answer.
    let cache = if photo.state == PhotoState::Pending { "no-store" } else { "public, max-age=60" };
    Ok(Answer::ok(&photo.detail(&app.photo_base_url))?.cached(cache))
}
