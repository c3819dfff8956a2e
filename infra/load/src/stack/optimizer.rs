//! `optimize-photo` as a process of its own: the handler behind the events of the bucket, its calls through S3's protocol.

use super::bucket;
use crate::Trouble;
use config::Config;
use local::{delivery, functions};
use std::path::Path;
use storage::Storage;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Delivers the events of the bucket's folder, as Lambda would, until SIGTERM.
///
/// # Errors
/// When database or bucket cannot be opened.
pub(crate) async fn run(dir: &Path) -> Result<(), Trouble> {
    let config = Config::from_env()?;
    telemetry::init_text(&config.log_filter);
    // The folder is looked at for its events alone.
    let events = bucket::open(dir, "")?;
    let world = config::world();
    let storage = Storage::open(&config.store, world.now).await?;
    let handler = functions::open(&config, &storage, world).await?.optimize_photo;
    let (stopping, stopped) = watch::channel(false);
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        terminate.recv().await;
        let _ = stopping.send(true);
    });
    delivery::run(&events, delivery::Settings::default(), handler, stopped).await;
    Ok(())
}
