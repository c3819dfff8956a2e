//! Stations on their way to the database, in whole batches.

use crate::App;
use crate::migrate::require_schema;
use crate::station::Station;
use db::{Engine, ImportOutcome, ImportedCharger};
use domain::{Error, Result};

/// How many chargers go into a transaction: enough that the journeys to a server do not count (some 10 MB here), and few
/// enough that others, who wait for a whole batch at worst, hardly notice.
const fn batch_size(engine: Engine) -> usize {
    match engine {
        Engine::Postgres => 5_000,
        Engine::Sqlite => 500,
    }
}

/// Collects stations and stores them batch by batch, each in one transaction.
pub(crate) struct Batches<'a> {
    app: &'a App,
    source: &'static str,
    size: usize,
    pending: Vec<ImportedCharger>,
    outcome: ImportOutcome,
}

impl<'a> Batches<'a> {
    /// Batches of the data set `source`.
    ///
    /// # Errors
    /// Conflict where the schema is not whole; as every query.
    pub(crate) async fn open(app: &'a App, source: &'static str) -> Result<Self> {
        require_schema(&app.db).await?;
        let size = batch_size(app.db.engine());
        Ok(Self { app, source, size, pending: Vec::with_capacity(size), outcome: ImportOutcome::default() })
    }

    /// Takes a station, and stores the batch when it is full.
    pub(crate) async fn push(&mut self, station: Station) -> Result<()> {
        self.pending.push(station.into_charger((self.app.world.new_id)()));
        if self.pending.len() == self.size { self.store().await } else { Ok(()) }
    }

    /// Stores what is left, and answers what has become of all.
    pub(crate) async fn finish(mut self) -> Result<ImportOutcome> {
        self.store().await?;
        Ok(self.outcome)
    }

    async fn store(&mut self) -> Result<()> {
        let now = (self.app.world.now)();
        let stored = self.app.db.import_chargers(self.source, &self.pending, now).await;
        let ImportOutcome { imported, updated, unchanged } = stored.map_err(|error| self.stopped(error))?;
        self.pending.clear();
        self.outcome.imported += imported;
        self.outcome.updated += updated;
        self.outcome.unchanged += unchanged;
        Ok(())
    }

    fn stopped(&self, error: Error) -> Error {
        let kept = self.outcome.imported + self.outcome.updated + self.outcome.unchanged;
        let detail =
            format!("The import stopped: {kept} chargers are in the database, the same command brings the rest.");
        Error::new(error.kind(), detail).because(error)
    }
}
