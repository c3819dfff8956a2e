//! `GET` and `PATCH /api/me`: who calls, what they have contributed, and their picture.

use crate::App;
use crate::remove_photo::remove_photo;
use api::{Answer, Call, Caller};
use domain::charger::ChargerView;
use domain::contributor::{Change, OwnVerification, Shown};
use domain::photo::PhotoView;
use domain::query::Query;
use domain::{Result, Timestamp};
use serde::Serialize;
use std::error::Error as _;
use uuid::Uuid;

/// Who calls, and what they have contributed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Me<'a> {
    sub: &'a str,
    groups: &'a [String],
    /// 0 to 100.
    trust_score: u32,
    chargers_added: u32,
    verifications: u32,
    /// Photos that are ready.
    photos_uploaded: u32,
    /// Their picture.
    photo: Option<PhotoView<'a>>,
    /// When they first wrote something.
    created_at: Option<Timestamp>,
    contributions: Contributions<'a>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct Contributions<'a> {
    chargers: Newest<ChargerView<'a>>,
    verifications: Newest<OwnVerification>,
}

/// Newest first; the cursor leads to those that follow.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "Newest{T}"))]
struct Newest<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

pub(crate) async fn show(app: &App, call: &Call<'_>) -> Result<Answer> {
    let caller = call.caller()?;
    let shown = Shown::from_query(call.raw_query(), &caller.sub)?;
    answer(app, &caller, &shown).await
}

pub(crate) async fn change(app: &App, call: &Call<'_>) -> Result<Answer> {
    let caller = call.caller()?.require_writer()?;
    Query::parse(call.raw_query()).finish()?;
    let Change { photo_id } = Change::from_body(call.body())?;
    if let Some(before) = app.db.set_picture(&caller.sub, photo_id).await? {
        remove_replaced(app, before).await;
    }
    let token = app.db.consistency_token().await;
    Ok(answer(app, &caller, &Shown::newest(&caller.sub)).await?.consistent(token))
}

/// The picture is changed already, and nobody asks for this one again: its failing fails nothing.
async fn remove_replaced(app: &App, id: Uuid) {
    let removed = async {
        match app.db.photo(id).await? {
            Some(photo) => remove_photo(app, &photo).await,
            None => Ok(()),
        }
    };
    if let Err(error) = removed.await {
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        tracing::warn!(photo_id = %id, cause, "a replaced picture may be left; `ops sweep` takes it");
    }
}

async fn answer(app: &App, caller: &Caller, shown: &Shown) -> Result<Answer> {
    let contributor = app.db.contributor(&caller.sub).await?;
    // One more than is shown says whether any follow.
    let one_more = shown.size + 1;
    let mut added = app.db.chargers_added_by(&caller.sub, shown.chargers.before(), one_more).await?;
    let follows = cut(&mut added, shown.size).map(|(time, id)| shown.chargers.cursor_after(time, id));
    let ids: Vec<Uuid> = added.into_iter().map(|(_, id)| id).collect();
    let chargers = app.db.chargers(&ids).await?;
    let chargers = Newest {
        items: chargers.iter().map(|charger| charger.view(&app.photo_base_url, None)).collect(),
        next_cursor: follows,
    };
    let mut given = app.db.verifications_by(&caller.sub, shown.verifications.before(), one_more).await?;
    let follows = cut(&mut given, shown.size).map(|last| shown.verifications.cursor_after(last.timestamp, last.id));
    let me = Me {
        sub: &caller.sub,
        groups: &caller.groups,
        trust_score: contributor.trust_score,
        chargers_added: contributor.chargers_added,
        verifications: contributor.verifications,
        photos_uploaded: contributor.photos_uploaded,
        photo: contributor.photo.as_ref().map(|photo| photo.view(&app.photo_base_url)),
        created_at: contributor.created_at,
        contributions: Contributions { chargers, verifications: Newest { items: given, next_cursor: follows } },
    };
    Ok(Answer::ok(&me)?.private())
}

/// Cuts a list to its size; answers the last one that is left where any was cut off.
fn cut<T: Clone>(items: &mut Vec<T>, size: u32) -> Option<T> {
    let is_longer = items.len() > size as usize;
    items.truncate(size as usize);
    items.last().filter(|_| is_longer).cloned()
}
