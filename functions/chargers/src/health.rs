//! `GET /api/health`: whether we can serve.

use crate::App;
use api::{Answer, Call};
use domain::Result;
use domain::health::{Health, Status};
use domain::query::Query;

pub(crate) async fn health(app: &App, call: &Call<'_>) -> Result<Answer> {
    Query::parse(call.raw_query()).finish()?;
    let (db::health::Health { database, replica, pool }, cache) = tokio::join!(app.db.health(), app.cache.state());
    Answer::health(&Health {
        status: Status::of(database, replica, cache),
        database,
        replica,
        cache,
        pool,
        version: env!("CARGO_PKG_VERSION"),
        cold_start: call.is_cold(),
    })
}
