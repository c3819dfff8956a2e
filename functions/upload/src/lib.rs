//! `POST /api/uploads`, `GET` and `DELETE /api/photos/{id}`: the way of a photo from the client to the bucket, what became of
//! it, and its end.
//!
//! The bytes never pass through here: a presigned POST policy lets the client send them to the store itself, which refuses what
//! is too large or of another type. `optimize-photo` does the rest.

mod photos;
mod remove;
mod uploads;

pub use uploads::{Upload, Uploads};

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
    max_bytes: u64,
    world: World,
}

impl App {
    /// Handlers on a database and a store; `photo_base_url` is the public address of processed photos, `max_bytes` the limit
    /// of one upload.
    pub fn new(db: Db, storage: Storage, photo_base_url: String, max_bytes: u64, world: World) -> Self {
        Self { db, storage, photo_base_url, max_bytes, world }
    }
}

/// Answers one request.
///
/// # Errors
/// None: every error becomes a problem response.
pub async fn handle(app: &App, request: Request) -> Result<Response<Body>, api::Error> {
    Ok(serve("upload", &request, |call| route(app, call)).await)
}

async fn route(app: &App, call: Call<'_>) -> Result<Answer> {
    let app = &App { db: app.db.for_request(call.deadline(), call.consistency_token()?), ..app.clone() };
    match (call.method().as_str(), call.segments().as_slice()) {
        ("POST", ["api", "uploads"]) => once(app, &call, |effect| uploads::create(app, &call, effect)).await,
        ("GET", ["api", "photos", id]) => photos::show(app, &call, id).await,
        ("DELETE", ["api", "photos", id]) => once(app, &call, |effect| remove::remove(app, &call, id, effect)).await,
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
