//! `DELETE /api/photos/{id}`: removes a photo's objects and its row.

use crate::App;
use api::{Answer, Call};
use domain::idempotency::Effect;
use domain::query::Query;
use domain::{Error, Kind, Result};
use std::error::Error as _;
use uuid::Uuid;

pub(crate) async fn remove(app: &App, call: &Call<'_>, id: &str, effect: Effect) -> Result<Answer> {
    let caller = call.caller()?.require_writer()?;
    Query::parse(call.raw_query()).finish()?;
    let id = Uuid::try_parse(id).map_err(|_| Error::not_found("photo"))?;
    let photo = match app.db.photo(id).await? {
        Some(photo) => photo,
        // An earlier try of the same request has done it.
        None if effect.may_exist => return Ok(Answer::no_content()),
        None => return Err(Error::not_found("photo")),
    };
    // 403 and not 404: everybody may read the photo, so that it is there is no secret.
    if photo.owner != caller.sub && !caller.is_admin() {
        return Err(Error::new(Kind::Forbidden, "This photo is somebody else's."));
    }
    // Objects before the row: while there is a row, whoever asks again finishes what was left half done.
    app.storage.delete_photo(&photo.raw_key).await?;
    if !app.db.remove_photo(id, (app.world.now)()).await? {
        return Err(Error::not_found("photo"));
    }
    // An optimizer that had read the raw object before may have published since. It removes what it has published when it finds
    // no row; of the two, the one that comes later sees everything. The photo itself is gone, so this failing fails nothing.
    if let Err(error) = app.storage.delete_photo(&photo.raw_key).await {
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        tracing::warn!(photo_id = %id, cause, "objects of a removed photo may be left; `ops sweep` takes them");
    }
    Ok(Answer::no_content().consistent(app.db.consistency_token().await))
}
