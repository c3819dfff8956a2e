//! S3 `ObjectCreated` under `raw/`: turns a raw upload into published renditions.
//!
//! One `match` on what happened decides everything: bad input is *rejected* (the row says why, nothing is published, no retry);
//! trouble of the store or the database is an *error*, so that Lambda delivers the whole event again and finished records are
//! skipped; what is not ours, or gone, is *skipped*. Reads `raw/` only and writes `processed/` only, so it cannot wake itself.
//!
//! Start with [`serve`] and [`handle`]; `domain::notification` knows what S3 sends, [`optimize`] what is done with one object, in which
//! order, and why that is right wherever it is killed; [`publish`] keeps the public side in step with the row. [`remake`] is for `ops reprocess`.

mod optimize;
mod publish;

pub use optimize::Outcome;

use db::Db;
use domain::notification::{Change, ChangedObject, changed_objects};
use domain::photo::{Photo, photo_id_of};
use domain::{Error, Result, World};
use lambda_runtime::LambdaEvent;
use optimize::{Task, optimize};
use photo::Settings;
use serde_json::{Value, json};
use std::error::Error as _;
use std::time::Instant;
use storage::Storage;
use telemetry::{End, Request};

/// What the handler needs.
#[derive(Clone, Debug)]
pub struct App {
    db: Db,
    storage: Storage,
    settings: Settings,
    world: World,
}

impl App {
    /// A handler on a database and a store, with the limits and settings of photos. It asks the database's primary only: what is
    /// not in the row is deleted from the store, so the row must be the one that was written last.
    pub fn new(db: Db, storage: Storage, photos: &config::Photos, world: World) -> Self {
        let settings = Settings {
            max_bytes: photos.max_bytes as usize,
            max_pixels: photos.max_pixels,
            max_width_px: photos.max_width_px,
            jpeg_quality: photos.jpeg_quality,
            jpeg_trellis: photos.jpeg_trellis,
            avif: photos.avif,
            thumbnail_widths_px: photos.thumbnail_widths_px.clone(),
            ..Settings::default()
        };
        Self { db: db.primary(), storage, settings, world }
    }

    /// What photos are made with today: [`Settings::fingerprint`].
    pub fn made_with(&self) -> String {
        self.settings.fingerprint()
    }
}

/// Deals with one event, and writes the line that it ends with.
///
/// # Errors
/// As [`handle`].
pub async fn serve(app: &App, event: LambdaEvent<Value>) -> Result<Value, lambda_runtime::Error> {
    let LambdaEvent { payload, context } = event;
    let measured = Request::start("optimize-photo", &context.request_id, context.xray_trace_id.as_deref());
    let handled = measured.run(handle(app, payload)).await;
    measured.end(&End { has_failed: handled.is_err(), ..End::default() });
    handled
}

/// Deals with one event, each record by itself; the answer counts what became of them.
///
/// # Errors
/// When the store or the database failed for at least one record: Lambda then delivers the event again.
pub async fn handle(app: &App, event: Value) -> Result<Value, lambda_runtime::Error> {
    let (mut ready, mut rejected, mut skipped) = (0, 0, 0);
    let mut failure = None;
    for record in changed_objects(&event, Change::Created) {
        // Boxed, since futures of futures nest deeper here than the compiler looks.
        match Box::pin(deal_with(app, record)).await {
            Ok(Outcome::Ready) => ready += 1,
            Ok(Outcome::Rejected) => rejected += 1,
            Ok(Outcome::Skipped(_)) => skipped += 1,
            Err(error) => failure = Some(error),
        }
    }
    match failure {
        Some(error) => Err(error.into()),
        None => Ok(json!({"ready": ready, "rejected": rejected, "skipped": skipped})),
    }
}

/// Deals with the object that is under the photo's raw key now, with today's settings, whatever was done before. Where the object
/// is gone, the row and its renditions stay as they are.
///
/// # Errors
/// When the store or the database failed; asking again is right.
pub async fn remake(app: &App, photo: &Photo) -> Result<Outcome> {
    optimize(app, &Task { id: photo.id, raw_key: &photo.raw_key, event: None }).await
}

/// One line of the log for each record. A key that is not one of ours may hold anything and is not shown.
async fn deal_with(app: &App, record: Option<ChangedObject>) -> Result<Outcome> {
    let started = Instant::now();
    let ours = record.as_ref().filter(|created| created.bucket == app.storage.bucket());
    let ours = ours.and_then(|created| Some((photo_id_of(&created.key)?, created)));
    let outcome = match ours {
        Some((id, created)) => optimize(app, &Task { id, raw_key: &created.key, event: Some(created) }).await,
        None => Ok(Outcome::Skipped("not an upload of ours")),
    };
    let key = ours.map(|(_, created)| created.key.as_str());
    let duration_ms = started.elapsed().as_millis() as u64;
    measure(&outcome);
    match &outcome {
        Ok(outcome) => tracing::info!(key, duration_ms, outcome = outcome.word(), reason = outcome.reason(), "record"),
        Err(error) => log(key, duration_ms, error),
    }
    outcome
}

fn measure(outcome: &Result<Outcome>) {
    match outcome {
        Ok(Outcome::Ready) => tracing::info!(target: "metric", photos_ready = 1_u64),
        Ok(Outcome::Rejected) => tracing::info!(target: "metric", rejections = 1_u64),
        Ok(Outcome::Skipped(_)) => tracing::info!(target: "metric", photos_skipped = 1_u64),
        Err(_) => tracing::info!(target: "metric", photos_failed = 1_u64),
    }
}

fn log(key: Option<&str>, duration_ms: u64, error: &Error) {
    let cause = error.source().map(ToString::to_string);
    tracing::error!(key, duration_ms, outcome = "failed", cause, "{error}");
}
