//! `GET /api/chargers/{id}/verifications`: everything that was found at a charger, newest first.

use crate::App;
use crate::paging::{CACHE, paged};
use api::{Answer, Call};
use cache::Kind;
use domain::page::{Page, Total};
use domain::verification::history::History;
use domain::{Error, Result};
use uuid::Uuid;

pub(crate) async fn history(app: &App, call: &Call<'_>, id: &str) -> Result<Answer> {
    let charger_id = Uuid::try_parse(id).map_err(|_| Error::not_found("charger"))?;
    let history = History::from_query(call.raw_query(), charger_id)?;
    let stamp = app.charger_stamp(charger_id).await?;
    let stamp = app.stamp_of_page(stamp.as_deref(), history.page.number);
    let question = format!("history?{}&{}", history.query, history.page);
    app.cached(Kind::Detail, stamp, &question, show(app, charger_id, &history)).await
}

async fn show(app: &App, charger_id: Uuid, history: &History) -> Result<Answer> {
    let count = app.db.count_verifications(charger_id).await?.ok_or_else(|| Error::not_found("charger"))?;
    let (after, offset, limit) = (history.after(), history.page.offset(), history.page.size + 1);
    let (verifications, next) = history.cut(app.db.verifications(charger_id, after, offset, limit).await?);
    let items = verifications.iter().map(|verification| verification.view(&app.photo_base_url)).collect();
    let page = Page::new(items, Total { count, is_capped: false }, &history.page, next);
    let path = format!("/api/chargers/{charger_id}/verifications");
    Ok(paged(Answer::ok(&page)?.cached(CACHE), &page, &history.page, &path, &history.query))
}
