//! `POST /api/routing/calculate`: chargers along a route.
//!
//! `domain::route` reads the question and orders the answer, `domain::geo` covers the route with key ranges and decides exactly
//! which candidates lie along it, `db` streams the candidates. Nothing is written, and neither the photo store nor a codec is
//! linked.

use api::{Answer, Body, Call, Request, Response, serve};
use db::Db;
use domain::geo::cover_corridor;
use domain::query::Query;
use domain::route::{Match, RouteAnswer, RouteItem, RouteSearch, longest_gap, sort, spread};
use domain::{Error, Result};
use std::collections::HashMap;
use uuid::Uuid;

/// What the handler needs.
#[derive(Clone, Debug)]
pub struct App {
    db: Db,
    photo_base_url: String,
}

impl App {
    /// A handler on a database; `photo_base_url` is the public address of processed photos.
    pub fn new(db: Db, photo_base_url: String) -> Self {
        Self { db, photo_base_url }
    }
}

/// Answers one request.
///
/// # Errors
/// None: every error becomes a problem response.
pub async fn handle(app: &App, request: Request) -> Result<Response<Body>, api::Error> {
    Ok(serve(&request, |call| route(app, call)).await)
}

async fn route(app: &App, call: Call<'_>) -> Result<Answer> {
    match (call.method().as_str(), call.segments().as_slice()) {
        ("POST", ["api", "routing", "calculate"]) => search(app, &call).await,
        _ => Err(Error::not_found("route")),
    }
}

async fn search(app: &App, call: &Call<'_>) -> Result<Answer> {
    Query::parse(call.raw_query()).finish()?;
    let search = RouteSearch::from_body(call.body())?;
    let matches = find_matches(app, &search).await?;
    let (total, longest_gap) = (matches.len(), longest_gap(&matches, search.line.length_m()));
    let mut matches = match search.spread_m {
        Some(spread_m) => spread(matches, spread_m),
        None => matches,
    };
    sort(&mut matches, search.order);
    let (page, next) = search.page(&matches);

    let ids: Vec<Uuid> = page.iter().map(|found| found.id).collect();
    let projections: HashMap<Uuid, _> = page.iter().map(|found| (found.id, &found.projection)).collect();
    let chargers = app.db.chargers(&ids).await?;
    let item = |charger| {
        Some(RouteItem::new(
            domain::charger::Charger::view(charger, &app.photo_base_url, None),
            projections.get(&charger.id)?,
        ))
    };
    Answer::ok(&RouteAnswer {
        geometry_source: search.geometry_source,
        route_length_km: domain::charger::to_km(search.line.length_m()),
        total,
        items: chargers.iter().filter_map(item).collect(),
        longest_gap,
        truncated: next.is_some(),
        next_cursor: next.map(|cursor| cursor.encode()),
    })
}

async fn find_matches(app: &App, search: &RouteSearch) -> Result<Vec<Match>> {
    let ranges = cover_corridor(&search.line, search.max_detour_m);
    let mut matches = Vec::new();
    let visit = |candidate| matches.extend(Match::of(&candidate, &search.line, search.max_detour_m));
    app.db.visit_candidates(&ranges, &search.filter, visit).await?;
    Ok(matches)
}
