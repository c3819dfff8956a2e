//! `GET /api/chargers`: a page of chargers, by filter, area and order.

use crate::paging::{CACHE, paged};
use crate::{App, geojson};
use api::{Answer, Call};
use cache::Kind;
use domain::Result;
use domain::cursor::Cursor;
use domain::geo::{KeyRange, Point, distance_m};
use domain::listing::{Listing, Placed, Window};
use domain::page::{Page, Total};
use uuid::Uuid;

/// A page's places, before the chargers are filled in.
struct Found {
    page: Vec<Placed>,
    total: Total,
    next: Option<Cursor>,
}

pub(crate) async fn list(app: &App, call: &Call<'_>) -> Result<Answer> {
    let listing = Listing::from_query(call.raw_query())?;
    let is_geojson = call.header("accept").is_some_and(geojson::is_accepted);
    let stamp = app.stamp().await?;
    let stamp = stamp.as_deref();
    let question = format!("{is_geojson}?{}&{}", listing.query, listing.page);
    let page_stamp = app.stamp_of_page(stamp, listing.page.number);
    app.cached(Kind::Listing, page_stamp, &question, show(app, stamp, &listing, is_geojson)).await
}

async fn show(app: &App, stamp: Option<&str>, listing: &Listing, is_geojson: bool) -> Result<Answer> {
    let Found { page, total, next } = match listing.ranges() {
        Some(ranges) => find_in_area(app, listing, &ranges).await?,
        None => find_newest(app, stamp, listing).await?,
    };
    let ids: Vec<Uuid> = page.iter().map(|placed| placed.id).collect();
    let chargers = app.db.chargers(&ids).await?;
    let distance_of = |lat, lng| Some(distance_m(listing.point?, Point::new(lat, lng)?));
    let items = chargers.iter().map(|c| c.view(&app.photo_base_url, distance_of(c.latitude, c.longitude))).collect();
    let page = Page::new(items, total, &listing.page, next);

    let answer = if is_geojson { Answer::geojson(&geojson::collection(&page)?)? } else { Answer::ok(&page)? };
    let answer = answer.cached(CACHE).with_header("vary", "accept");
    Ok(paged(answer, &page, &listing.page, "/api/chargers", &listing.query))
}

async fn find_in_area(app: &App, listing: &Listing, ranges: &[KeyRange]) -> Result<Found> {
    let visit = |window: &mut Window<'_>, candidate| {
        if let Some(placed) = listing.place(&candidate) {
            window.offer(placed);
        }
    };
    let window = app.db.fold_candidates(ranges, &listing.filter, || Window::new(listing), visit).await?;
    let (page, count, next) = window.finish();
    Ok(Found { page, total: Total { count, is_capped: false }, next })
}

async fn find_newest(app: &App, stamp: Option<&str>, listing: &Listing) -> Result<Found> {
    let total = app.total(stamp, &listing.filter).await?;
    let (after, offset, limit) = (listing.after_time(), listing.page.offset(), listing.page.size + 1);
    let rows = app.db.newest_chargers(&listing.filter, after, offset, limit).await?;
    let placed = rows.into_iter().map(|(created_at, id)| listing.place_newest(id, created_at)).collect();
    let (page, next) = listing.cut(placed);
    Ok(Found { page, total, next })
}
