//! S3 `ObjectCreated` under `raw/`: turns a raw upload into published renditions.
//!
//! One `match` on what happened decides everything: bad input is *rejected* (the row says why, nothing is published, no retry);
//! trouble of the store or the database is an *error*, so that Lambda delivers the whole event again and finished records are
//! skipped; what is not ours, or gone, is *ignored*. Reads `raw/` only and writes `processed/` only, so it cannot wake itself.
//!
//! Start with [`handle`]; [`event`] knows what S3 sends, [`optimize`] what is done with one object.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod event;
mod optimize;

use db::Db;
use domain::{Error, World};
use optimize::{Outcome, optimize};
use photo::Settings;
use serde_json::{Value, json};
use std::error::Error as _;
use storage::Storage;

/// What the handler needs.
#[derive(Clone, Debug)]
pub struct App {
    db: Db,
    storage: Storage,
    settings: Settings,
    world: World,
}

impl App {
    /// A handler on a database and a store, with the limits and settings of photos.
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
        Self { db, storage, settings, world }
    }
}

/// Deals with one event; the answer counts what became of its records.
///
/// # Errors
/// When the store or the database failed for at least one record: Lambda then delivers the event again.
pub async fn handle(app: &App, event: Value) -> Result<Value, lambda_runtime::Error> {
    let (mut ready, mut rejected, mut skipped) = (0, 0, 0);
    let mut failure = None;
    for created in event::created_objects(&event) {
        match optimize(app, &created).await {
            Ok(Outcome::Ready) => ready += 1,
            Ok(Outcome::Rejected) => rejected += 1,
            Ok(Outcome::Skipped(reason)) => {
                tracing::info!(key = created.key, reason, "skipped");
                skipped += 1;
            }
            Err(error) => {
                log(&created.key, &error);
                failure = Some(error);
            }
        }
    }
    match failure {
        Some(error) => Err(error.into()),
        None => Ok(json!({"ready": ready, "rejected": rejected, "skipped": skipped})),
    }
}

fn log(key: &str, error: &Error) {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    tracing::error!(key, cause, "{error}");
}
