//! What signed-in people write, and what they see of themselves: `POST /api/chargers`,
//! `POST /api/chargers/{id}/verify`, `GET`, `PATCH` and `DELETE /api/me`.
//!
//! A charger, its first verification and the rows of its photos come into being in one transaction; the photos' bytes then take
//! the same road as every upload: into `raw/`, where their event wakes `optimize-photo`. A photo's trouble never fails the
//! charger.

mod create;
mod erase;
mod me;
mod photos;
mod remove;
mod verify;

pub use create::Created;
pub use me::Me;
pub use verify::Recorded;

use api::{Answer, Body, Call, Request, Response, serve};
use db::Db;
use domain::idempotency::Effect;
use domain::{Error, Result, World};
use storage::Storage;

/// What the handlers need.
#[derive(Clone, Debug)]
pub struct App {
    db: Db,
    storage: Storage,
    photo_base_url: String,
    world: World,
}

impl App {
    /// Handlers on a database and a store; `photo_base_url` is the public address of processed photos.
    pub fn new(db: Db, storage: Storage, photo_base_url: String, world: World) -> Self {
        Self { db, storage, photo_base_url, world }
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
    let app = &App { db: app.db.for_request(call.deadline(), call.consistency_token()?), ..app.clone() };
    match (call.method().as_str(), call.segments().as_slice()) {
        ("POST", ["api", "chargers"]) => once(app, &call, |effect| create::create(app, &call, effect)).await,
        ("GET", ["api", "me"]) => me::show(app, &call).await,
        ("PATCH", ["api", "me"]) => once(app, &call, |_| me::change(app, &call)).await,
        ("DELETE", ["api", "me"]) => once(app, &call, |effect| erase::erase(app, &call, effect)).await,
        ("POST", ["api", "chargers", id, "verify"]) => {
            once(app, &call, |effect| verify::verify(app, &call, id, effect)).await
        }
        _ => Err(Error::not_found("route")),
    }
}

/// Runs a write, which has one effect however often it is sent with the same `Idempotency-Key`.
async fn once<F>(app: &App, call: &Call<'_>, write: impl FnOnce(Effect) -> F) -> Result<Answer>
where
    F: Future<Output = Result<Answer>>,
{
    let claim = async |write| app.db.claim(&write, app.world).await;
    let settle = async |write, effect, outcome| app.db.settle(&write, effect, &outcome).await;
    api::once(call, app.world, claim, settle, write).await
}
