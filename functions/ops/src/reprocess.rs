//! Photos once more through the pipeline: those that were made with other settings than today's, and uploads whose event was lost.
//!
//! It is the code of `optimize-photo` itself, one photo after the other, oldest first. A photo that is done carries the fingerprint
//! of today's settings, so whatever ends a walk, the same command goes on with the rest; where `--all` does not ask for the
//! fingerprint, `--after` says where to go on.

mod request;
mod summary;
mod walk;

pub use request::Request;
pub use summary::{Failure, Summary};

use crate::allowance::Allowance;
use crate::migrate::require_schema;
use crate::{App, Report};
use domain::Result;
use indicatif::{ProgressBar, ProgressStyle};
use walk::Walk;

/// Deals with the photos that are asked for, until all are done or the allowance is over.
///
/// # Errors
/// Conflict where the schema is not whole; those of the first page and of the store's opening; unavailable where one photo after
/// the other fails. A photo that fails by itself is part of the report.
pub(crate) async fn reprocess(app: &App, request: &Request, allowance: &Allowance) -> Result<Report> {
    require_schema(&app.db).await?;
    let optimizer = app.photos.optimizer(&app.db, app.world).await?;
    let choice = request.choice(&optimizer);
    let found = app.db.count_chosen_photos(&choice, request.after).await?;
    let planned = found.min(request.limit());
    if request.dry_run {
        return Ok(Report::Reprocess(Summary { is_dry_run: true, remaining: planned, ..Summary::default() }));
    }
    // Hidden by itself where standard error is no terminal.
    let bar = ProgressBar::new(planned).with_style(style());
    let mut walk = Walk::new(app, &optimizer, request, &choice, &bar);
    let walked = walk.run(allowance).await;
    bar.finish_and_clear();
    walked?;
    let mut summary = walk.summary;
    summary.remaining = app.db.count_chosen_photos(&choice, summary.after).await?;
    if walk.is_done || summary.remaining == 0 {
        summary = Summary { remaining: 0, after: None, ..summary };
    }
    summary.is_interrupted = summary.after.is_some() && allowance.is_interrupted();
    Ok(Report::Reprocess(summary))
}

fn style() -> ProgressStyle {
    const TEMPLATE: &str = "{wide_bar} {pos}/{len} photos, {eta} left";
    ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar())
}
