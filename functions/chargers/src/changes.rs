//! `GET /api/changes`: what became of chargers since somebody last asked.

use crate::App;
use api::{Answer, Call};
use domain::changes::{Change, ChangeType, ChangesRequest};
use domain::charger::{Charger, ChargerView};
use domain::{Result, Timestamp};
use serde::Serialize;
use std::collections::HashMap;
use uuid::Uuid;

/// A page of the feed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Changes<'a> {
    /// In the order of the changes; fewer than the limit where chargers came and went since.
    items: Vec<Item<'a>>,
    /// Where to go on, also where there is nothing new.
    next_since: String,
    /// Whether another page is there already.
    has_more: bool,
}

/// The latest change of one charger.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ChangeItem"))]
struct Item<'a> {
    r#type: ChangeType,
    id: Uuid,
    changed_at: Timestamp,
    /// As lists show it; absent where it is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    charger: Option<ChargerView<'a>>,
}

pub(crate) async fn changes(app: &App, call: &Call<'_>) -> Result<Answer> {
    let request = ChangesRequest::from_query(call.raw_query())?;
    let mut changes = app.db.changes(request.since, request.limit + 1).await?;
    let has_more = changes.len() > request.limit as usize;
    changes.truncate(request.limit as usize);
    let next_since = changes.last().map_or(request.since, |last| last.position).encode();

    let ids: Vec<Uuid> = changes.iter().filter(|change| !change.is_deleted).map(|c| c.position.charger_id).collect();
    let chargers: HashMap<Uuid, Charger> =
        app.db.chargers(&ids).await?.into_iter().map(|charger| (charger.id, charger)).collect();
    let item = |change: &Change| item(app, change, change.for_reader(request.since)?, &chargers);
    let page = Changes { items: changes.iter().filter_map(item).collect(), next_since, has_more };
    // Asked again and again: 304 as long as nothing is new.
    Ok(Answer::ok(&page)?.cached("public, no-cache"))
}

/// `None` for a charger that is gone since the feed was read: its tombstone is still ahead.
fn item<'a>(app: &App, change: &Change, r#type: ChangeType, chargers: &'a HashMap<Uuid, Charger>) -> Option<Item<'a>> {
    let (id, changed_at) = (change.position.charger_id, change.changed_at);
    let charger = match r#type {
        ChangeType::Deleted => None,
        _ => Some(chargers.get(&id)?.view(&app.photo_base_url, None)),
    };
    Some(Item { r#type, id, changed_at, charger })
}
