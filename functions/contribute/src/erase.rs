//! `DELETE /api/me`: removes a person and their pictures, and keeps the chargers.

use crate::App;
use crate::remove_photo::remove_photo;
use api::{Answer, Call};
use domain::contributor::anonymous_sub;
use domain::idempotency::Effect;
use domain::query::Query;
use domain::{Error, Kind, Result, Timestamp};

/// Photos that are read at a time.
const PAGE: u32 = 100;
/// What is kept of a request's time for the transaction at the end.
const RESERVE_S: i64 = 3;

pub(crate) async fn erase(app: &App, call: &Call<'_>, effect: Effect) -> Result<Answer> {
    let sub = call.caller()?.require_writer()?.sub;
    Query::parse(call.raw_query()).finish()?;
    let heir = anonymous_sub(effect.id);
    let until = call.deadline().map(|deadline| deadline.plus_seconds(-RESERVE_S));
    loop {
        remove_photos(app, &sub, until).await?;
        // What the same person has written meanwhile goes, too.
        if app.db.erase_contributor(&sub, &heir, (app.world.now)()).await? {
            return Ok(Answer::no_content().consistent(app.db.consistency_token().await));
        }
        refuse_after(app, until)?;
    }
}

/// One after the other; what is removed stays removed when a later one fails.
async fn remove_photos(app: &App, sub: &str, until: Option<Timestamp>) -> Result<()> {
    loop {
        let photos = app.db.photos_of_owner(sub, PAGE).await?;
        if photos.is_empty() {
            return Ok(());
        }
        for photo in &photos {
            refuse_after(app, until)?;
            remove_photo(app, photo).await?;
        }
    }
}

fn refuse_after(app: &App, until: Option<Timestamp>) -> Result<()> {
    if until.is_some_and(|until| (app.world.now)() >= until) {
        let detail = "There is more to remove than one request has time for. Please ask again.";
        return Err(Error::new(Kind::Unavailable, detail).retry_after(1));
    }
    Ok(())
}
