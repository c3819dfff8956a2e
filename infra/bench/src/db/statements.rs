//! Our statements with their decoding and the exact geometry, as a handler calls them: no event, no JSON, no page of a route.

use super::candidate::{Answer, no_way};
use super::handlers::database;
use super::question::{Question, Wish};
use super::stage::open;
use crate::Trouble;
use db::Db;
use domain::filter::Filter;
use domain::geo::{Line, cover_corridor};
use domain::listing::{Listing, Window};
use domain::route::Match;
use std::time::Instant;
use uuid::Uuid;

/// The statements of our handlers.
#[derive(Debug)]
pub(crate) struct Statements {
    pub(crate) db: Db,
}

impl Statements {
    pub(crate) async fn open(url: &str, application: &str, is_told: bool) -> Result<Self, Trouble> {
        Ok(Self { db: open(&database(url, is_told), application).await? })
    }

    pub(crate) async fn answer(&self, question: &Question) -> Result<Answer, Trouble> {
        let db = self.db.for_request(None, None);
        match question {
            Question::Page { .. } => newest(&db, &listing(question)?).await,
            Question::Near { .. } | Question::Radius { .. } => in_area(&db, &listing(question)?).await,
            Question::Total { wish } => total(&db, wish).await,
            Question::Route(route) => {
                let started = Instant::now();
                let line = Line::new(route.vertices.clone())?;
                let ranges = cover_corridor(&line, route.radius_m);
                let visit = |found: &mut Vec<Uuid>, candidate| {
                    found.extend(Match::of(&candidate, &line, route.radius_m).map(|found| found.id));
                };
                let ids = db.fold_candidates(&ranges, &Filter::default(), Vec::new, visit).await?;
                Ok(Answer::of_all(started.elapsed(), ids))
            }
        }
    }
}

fn listing(question: &Question) -> Result<Listing, Trouble> {
    let query = question.listing_query().ok_or_else(no_way)?;
    Ok(Listing::from_query(query.trim_start_matches('&'))?)
}

async fn newest(db: &Db, listing: &Listing) -> Result<Answer, Trouble> {
    let started = Instant::now();
    let total = db.count_chargers(&listing.filter).await?.count;
    let (after, offset, limit) = (listing.after_time(), listing.page.offset(), listing.page.size + 1);
    let rows = db.newest_chargers(&listing.filter, after, offset, limit).await?;
    let ids: Vec<Uuid> = rows.iter().take(listing.page.size as usize).map(|(_, id)| *id).collect();
    let chargers = db.chargers(&ids).await?;
    Ok(Answer { took: started.elapsed(), ids: chargers.iter().map(|charger| charger.id).collect(), total, queries: 0 })
}

async fn in_area(db: &Db, listing: &Listing) -> Result<Answer, Trouble> {
    let started = Instant::now();
    let visit = |window: &mut Window<'_>, candidate| {
        if let Some(placed) = listing.place(&candidate) {
            window.offer(placed);
        }
    };
    let ranges = listing.ranges().unwrap_or_default();
    let window = db.fold_candidates(&ranges, &listing.filter, || Window::new(listing), visit).await?;
    let (page, total, _) = window.finish();
    let ids: Vec<Uuid> = page.iter().map(|placed| placed.id).collect();
    let chargers = db.chargers(&ids).await?;
    Ok(Answer { took: started.elapsed(), ids: chargers.iter().map(|charger| charger.id).collect(), total, queries: 0 })
}

async fn total(db: &Db, wish: &Wish) -> Result<Answer, Trouble> {
    let listing = Listing::from_query(wish.query)?;
    let started = Instant::now();
    let total = db.count_chargers(&listing.filter).await?.count;
    Ok(Answer { took: started.elapsed(), ids: Vec::new(), total, queries: 0 })
}
