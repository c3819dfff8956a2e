//! `DELETE /api/chargers/{id}`: removes a charger with everything that belongs to it.

use crate::remove_photo::remove_late_objects;
use crate::{App, require_author};
use api::{Answer, Call};
use db::chargers::Removal;
use domain::idempotency::Effect;
use domain::photo::Photo;
use domain::query::Query;
use domain::{Error, Result};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use uuid::Uuid;

/// Photos whose objects are removed at the same time.
const AT_ONCE: usize = 8;
/// How often photos that came meanwhile are dealt with, too.
const ROUNDS: usize = 3;

pub(crate) async fn remove(app: &App, call: &Call<'_>, id: &str, effect: Effect) -> Result<Answer> {
    let caller = call.caller()?.require_writer()?;
    Query::parse(call.raw_query()).finish()?;
    let id = Uuid::try_parse(id).map_err(|_| Error::not_found("charger"))?;
    let charger = match app.db.charger(id).await? {
        Some(charger) => charger,
        // An earlier try of the same request has done it.
        None if effect.may_exist => return Ok(Answer::no_content()),
        None => return Err(Error::not_found("charger")),
    };
    require_author(&charger, &caller)?;
    for _ in 0..ROUNDS {
        // Objects before rows: while there are rows, whoever asks again finishes what was left half done.
        let photos = app.db.photos_with_charger(id).await?;
        let stored = stored_here(&photos).map(Ok);
        stored.try_for_each_concurrent(AT_ONCE, |photo| app.storage.delete_photo(&photo.raw_key)).await?;
        let photo_ids: Vec<Uuid> = photos.iter().map(|photo| photo.id).collect();
        match app.db.remove_charger(id, &photo_ids).await? {
            Removal::MorePhotos => {}
            Removal::Unknown => return Err(Error::not_found("charger")),
            Removal::Done => {
                stored_here(&photos).for_each_concurrent(AT_ONCE, |photo| remove_late_objects(app, photo)).await;
                return Ok(Answer::no_content().consistent(app.db.consistency_token().await));
            }
        }
    }
    Err(Error::unavailable("charger", "photos of it came faster than they could be removed"))
}

/// Those that are not kept elsewhere.
fn stored_here(photos: &[Photo]) -> impl stream::Stream<Item = &Photo> {
    stream::iter(photos.iter().filter(|photo| photo.link.is_none()))
}
