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
    Ok(serve(&request, |call| route(app, call)).await)
}

async fn route(app: &App, call: Call<'_>) -> Result<Answer> {
    let app = &App { db: app.db.for_request(call.deadline(), call.consistency_token()?), ..app.clone() };
    match (call.method().as_str(), call.segments().as_slice()) {
        ("POST", ["api", "uploads"]) => uploads::create(app, &call).await,
        ("GET", ["api", "photos", id]) => photos::show(app, &call, id).await,
        ("DELETE", ["api", "photos", id]) => remove::remove(app, &call, id).await,
        _ => Err(Error::not_found("route")),
    }
}
