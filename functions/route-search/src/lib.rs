//! `POST /api/routing/calculate`: chargers along a route.
//!
//! `domain::route` reads the question and orders the answer, `domain::geo` covers the route with key ranges and decides exactly
//! which candidates lie along it, `db` streams the candidates. Nothing is written, and neither the photo store nor a codec is
//! linked.

use api::{Answer, Body, Call, Request, Response, serve};
use cache::{Cache, Kind};
use db::Db;
use domain::charger::{Candidate, Charger, to_km};
use domain::cursor::Cursor;
use domain::geo::cover_corridor;
use domain::query::Query;
use domain::route::{Gap, Match, RouteAnswer, RouteItem, RouteSearch, longest_gap, sort, spread};
use domain::{Error, Result};
use std::collections::HashMap;
use uuid::Uuid;

/// How long an answer may be kept. It is a question that changes nothing, and only a `POST` because a route is too long for an
/// address: so it has an `ETag`, and is 304 where the client has it, as a `GET` is.
const CACHE: &str = "public, max-age=30, stale-while-revalidate=300";

/// What the handler needs.
#[derive(Clone, Debug)]
pub struct App {
    db: Db,
    photo_base_url: String,
    cache: Cache,
}

impl App {
    /// A handler on a database; `photo_base_url` is the public address of processed photos.
    pub fn new(db: Db, photo_base_url: String) -> Self {
        Self { db, photo_base_url, cache: Cache::default() }
    }

    /// The same handler, keeping what it answers.
    #[must_use]
    pub fn with_cache(self, cache: Cache) -> Self {
        Self { cache, ..self }
    }
}

/// Answers one request.
///
/// # Errors
/// None: every error becomes a problem response.
pub async fn handle(app: &App, request: Request) -> Result<Response<Body>, api::Error> {
    Ok(serve("route-search", &request, |call| route(app, call)).await)
}

async fn route(app: &App, call: Call<'_>) -> Result<Answer> {
    let app = &App { db: app.db.for_request(call.deadline(), call.consistency_token()?), ..app.clone() };
    match (call.method().as_str(), call.segments().as_slice()) {
        ("POST", ["api", "routing", "calculate"]) => search(app, &call).await,
        _ => Err(Error::not_found("route")),
    }
}

async fn search(app: &App, call: &Call<'_>) -> Result<Answer> {
    Query::parse(call.raw_query()).finish()?;
    let search = RouteSearch::from_body(call.body())?;
    if app.cache.is_off() {
        return calculate(app, search).await;
    }
    let stamp = app.db.stamp().await?;
    // As it was sent: one app writes the same search in the same way, and a route may be half a megabyte to write anew.
    let question = [app.photo_base_url.as_bytes(), call.body()];
    let packed = async { Ok(calculate(app, search).await?.pack()) };
    let (packed, found) = app.cache.fetch(Kind::Route, stamp.as_deref(), &question, packed).await?;
    Ok(Answer::unpack(&packed)?.with_header("x-cache", found.as_str()))
}

async fn calculate(app: &App, search: RouteSearch) -> Result<Answer> {
    let ranges = cover_corridor(&search.line, search.max_detour_m);
    let candidates = app.db.fold_candidates(&ranges, &search.filter, Vec::new, Vec::push).await?;
    // The geometry, off the thread that serves: in the embedded server others are waiting.
    let found = tokio::task::spawn_blocking(move || find(search, &candidates)).await.map_err(Error::internal)?;

    let ids: Vec<Uuid> = found.page.iter().map(|found| found.id).collect();
    let projections: HashMap<Uuid, _> = found.page.iter().map(|found| (found.id, &found.projection)).collect();
    let chargers = app.db.chargers(&ids).await?;
    let items = chargers.iter().filter_map(|charger| {
        let view = Charger::view(charger, &app.photo_base_url, None);
        Some(RouteItem::new(view, projections.get(&charger.id)?))
    });
    let answer = Answer::ok(&RouteAnswer {
        geometry_source: found.search.geometry_source,
        route_length_km: to_km(found.search.line.length_m()),
        total: found.total,
        items: items.collect(),
        longest_gap: found.longest_gap,
        truncated: found.next.is_some(),
        next_cursor: found.next.map(|cursor| cursor.encode()),
    })?;
    Ok(answer.cached(CACHE))
}

/// What a search found, before the chargers of its page are filled in.
struct Found {
    search: RouteSearch,
    total: usize,
    longest_gap: Gap,
    page: Vec<Match>,
    next: Option<Cursor>,
}

fn find(search: RouteSearch, candidates: &[Candidate]) -> Found {
    let matches = candidates.iter().filter_map(|candidate| Match::of(candidate, &search.line, search.max_detour_m));
    let mut matches: Vec<Match> = matches.collect();
    let (total, longest_gap) = (matches.len(), longest_gap(&matches, search.line.length_m()));
    if let Some(spread_m) = search.spread_m {
        matches = spread(matches, spread_m);
    }
    sort(&mut matches, search.order);
    let (page, next) = search.page(&matches);
    Found { total, longest_gap, page: page.to_vec(), next, search }
}
