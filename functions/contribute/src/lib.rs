//! What signed-in people write, and what they see of themselves: `POST /api/chargers`, `PATCH` and `DELETE /api/chargers/{id}`,
//! `POST /api/chargers/{id}/verify`, `POST /api/chargers/batch`, `GET`, `PATCH` and `DELETE /api/me`.
//!
//! A charger, its first verification and the rows of its photos come into being in one transaction; the photos' bytes then take
//! the same road as every upload: into `raw/`, where their event wakes `optimize-photo`. A photo's trouble never fails the
//! charger.

mod batch;
mod create;
mod erase;
mod me;
mod patch;
mod photos;
mod remove_charger;
mod remove_photo;
mod verify;

pub use batch::BatchReport;
pub use create::Created;
pub use me::Me;
pub use verify::Recorded;

use api::{Answer, Body, Call, Caller, Request, Response, serve};
use db::Db;
use domain::charger::Charger;
use domain::idempotency::Effect;
use domain::{Error, Kind, Result, World};
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
    Ok(serve("contribute", &request, |call| route(app, call)).await)
}

async fn route(app: &App, call: Call<'_>) -> Result<Answer> {
    let app = &App { db: app.db.for_request(call.deadline(), call.consistency_token()?), ..app.clone() };
    match (call.method().as_str(), call.segments().as_slice()) {
        ("POST", ["api", "chargers"]) => once(app, &call, |effect| create::create(app, &call, effect)).await,
        ("POST", ["api", "chargers", "batch"]) => once(app, &call, |effect| batch::add(app, &call, effect)).await,
        ("PATCH", ["api", "chargers", id]) => once(app, &call, |_| patch::patch(app, &call, id)).await,
        ("DELETE", ["api", "chargers", id]) => {
            once(app, &call, |effect| remove_charger::remove(app, &call, id, effect)).await
        }
        ("POST", ["api", "chargers", id, "verify"]) => {
            once(app, &call, |effect| verify::verify(app, &call, id, effect)).await
        }
        ("GET", ["api", "me"]) => me::show(app, &call).await,
        ("PATCH", ["api", "me"]) => once(app, &call, |_| me::change(app, &call)).await,
        ("DELETE", ["api", "me"]) => once(app, &call, |effect| erase::erase(app, &call, effect)).await,
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

/// A charger is changed and removed by who added it, or by an admin. 403 and not 404: everybody may read the charger, so that it is
/// there is no secret.
fn require_author(charger: &Charger, caller: &Caller) -> Result<()> {
    if charger.added_by.as_ref() == Some(&caller.sub) || caller.is_admin() {
        return Ok(());
    }
    Err(Error::new(Kind::Forbidden, "Only who added this charger may change it, or an admin."))
}
