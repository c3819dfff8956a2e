//! The reads: `GET /api/chargers`, `GET /api/chargers/{id}`, `GET /api/chargers/{id}/verifications` and `GET /api/changes`; and
//! `GET /api/health`.
//!
//! A request walks one way: here to its handler ([`list`], [`detail`], [`history`], [`changes`] or [`health`]), `domain` decides what
//! is asked, `db` finds it, and the answer goes out through `api`. Nothing is written, and neither the photo store nor a codec is linked.

mod cached;
mod changes;
mod detail;
mod geojson;
mod health;
mod history;
mod list;
mod paging;

pub use changes::Changes;

use api::{Answer, Body, Call, Request, Response, serve};
use cache::Cache;
use db::Db;
use domain::{Error, Result};

/// What the handlers need.
#[derive(Clone, Debug)]
pub struct App {
    db: Db,
    photo_base_url: String,
    cache: Cache,
}

impl App {
    /// Handlers on a database; `photo_base_url` is the public address of processed photos.
    pub fn new(db: Db, photo_base_url: String) -> Self {
        Self { db, photo_base_url, cache: Cache::default() }
    }

    /// The same handlers, keeping what they answer.
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
    Ok(serve("chargers", &request, |call| route(app, call)).await)
}

async fn route(app: &App, call: Call<'_>) -> Result<Answer> {
    let app = &App { db: app.db.for_request(call.deadline(), call.consistency_token()?), ..app.clone() };
    match (call.method().as_str(), call.segments().as_slice()) {
        ("GET", ["api", "chargers"]) => list::list(app, &call).await,
        ("GET", ["api", "chargers", id]) => detail::detail(app, &call, id).await,
        ("GET", ["api", "chargers", id, "verifications"]) => history::history(app, &call, id).await,
        ("GET", ["api", "changes"]) => changes::changes(app, &call).await,
        ("GET", ["api", "health"]) => health::health(app, &call).await,
        _ => Err(Error::not_found("route")),
    }
}
