//! S3 `ObjectRemoved` under `processed/`: tells CloudFront to forget what is not public any more.
//!
//! Renditions are cached for a year, so a photo that its owner removes would stay at the edges. A function of its own, outside the
//! VPC, because CloudFront's API has no VPC endpoint; it knows no database and no bucket. What is not ours is *skipped*; trouble of
//! CloudFront, or as many invalidations in progress as it allows, is an *error*, so that Lambda delivers the event again.
//!
//! Start with [`serve`]; `domain::notification` knows what S3 sends, [`invalidation`] what is asked for it and why so, [`cloudfront`]
//! asks.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cloudfront;
mod invalidation;

use cloudfront::Distribution;
use domain::notification::{Change, ChangedObject, changed_objects};
use domain::photo::PROCESSED_PREFIX;
use domain::{Error, Result};
use invalidation::Invalidation;
use lambda_runtime::LambdaEvent;
use serde_json::{Value, json};
use std::error::Error as _;
use telemetry::{End, Request};

/// What the handler needs.
#[derive(Debug)]
pub struct App {
    distribution: Option<Distribution>,
}

impl App {
    /// A handler for the distribution of this id; without one there is nothing to invalidate.
    pub fn new(distribution_id: Option<String>) -> Self {
        Self { distribution: distribution_id.map(Distribution::new) }
    }
}

/// Deals with one event, and writes the line that it ends with. The answer counts the paths that were invalidated and the records
/// that were skipped.
///
/// # Errors
/// When CloudFront did not take the invalidation: Lambda then delivers the event again.
pub async fn serve(app: &App, event: LambdaEvent<Value>) -> Result<Value, lambda_runtime::Error> {
    let LambdaEvent { payload, context } = event;
    let measured = Request::start("invalidate-cdn", &context.request_id, context.xray_trace_id.as_deref());
    let handled = measured.run(handle(app, &payload, &context.request_id)).await;
    measured.end(&End { has_failed: handled.is_err(), ..End::default() });
    Ok(handled?)
}

async fn handle(app: &App, event: &Value, request_id: &str) -> Result<Value> {
    let records: Vec<Option<ChangedObject>> = changed_objects(event, Change::Removed).map(of_ours).collect();
    let removed: Vec<&ChangedObject> = records.iter().flatten().collect();
    let skipped = records.len() - removed.len();
    if removed.is_empty() {
        return Ok(json!({"paths": 0, "skipped": skipped}));
    }
    let Some(distribution) = &app.distribution else {
        tracing::info!("there is no CDN to invalidate");
        return Ok(json!({"paths": 0, "skipped": records.len()}));
    };
    let invalidation = Invalidation::of(&removed, request_id);
    let cdn_paths = invalidation.paths.len();
    distribution.invalidate(invalidation).await.inspect_err(log)?;
    tracing::info!(target: "metric", cdn_invalidations = 1_u64, cdn_paths);
    Ok(json!({"paths": cdn_paths, "skipped": skipped}))
}

/// Nothing else is ever public.
fn of_ours(removed: Option<ChangedObject>) -> Option<ChangedObject> {
    removed.filter(|object| object.key.starts_with(PROCESSED_PREFIX))
}

fn log(error: &Error) {
    let cause = error.source().map(ToString::to_string);
    tracing::error!(cause, "{error}");
}
