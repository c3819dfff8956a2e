//! The walk: page by page through the ids, a few photos at a time.

use super::{Request, Summary};
use crate::allowance::Allowance;
use crate::{App, sentence};
use db::photos::upkeep::Choice;
use domain::{Error, Result};
use futures_util::future::join_all;
use indicatif::ProgressBar;
use optimize_photo::{Outcome, remake};
use uuid::Uuid;

/// Ids that are read at a time.
const PAGE: u64 = 200;
/// So many failures in a row are no longer about single photos: the store or the database is out of reach.
const MAX_FAILURES_IN_A_ROW: u32 = 10;

pub(super) struct Walk<'a> {
    app: &'a App,
    optimizer: &'a optimize_photo::App,
    choice: &'a Choice,
    jobs: usize,
    /// How many photos may still be taken.
    left: u64,
    bar: &'a ProgressBar,
    failures_in_a_row: u32,
    /// Where to go on when the last failures were not about their photos.
    last_good: Option<Uuid>,
    /// Whether the walk came to its end.
    pub(super) is_done: bool,
    pub(super) summary: Summary,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        app: &'a App,
        optimizer: &'a optimize_photo::App,
        request: &Request,
        choice: &'a Choice,
        bar: &'a ProgressBar,
    ) -> Self {
        let summary = Summary { after: request.after, ..Summary::default() };
        let (jobs, left, last_good) = (request.jobs(), request.limit(), request.after);
        Self { app, optimizer, choice, jobs, left, bar, failures_in_a_row: 0, last_good, is_done: false, summary }
    }

    /// Goes on until nothing is left, the limit is reached or the allowance is over.
    pub(super) async fn run(&mut self, allowance: &Allowance) -> Result<()> {
        while self.left > 0 {
            let limit = self.left.min(PAGE) as u32;
            let page = self.app.db.chosen_photos(self.choice, self.summary.after, limit).await;
            let page = page.map_err(|error| self.stopped(error))?;
            if page.is_empty() {
                self.is_done = true;
                break;
            }
            for ids in page.chunks(self.jobs) {
                if allowance.is_over() {
                    return Ok(());
                }
                let outcomes = join_all(ids.iter().map(|id| self.deal_with(*id))).await;
                for (id, outcome) in ids.iter().zip(outcomes) {
                    self.note(*id, outcome)?;
                }
            }
        }
        Ok(())
    }

    async fn deal_with(&self, id: Uuid) -> Result<Outcome> {
        // As it is now: the page may have been read some time ago.
        match self.app.db.photo(id).await? {
            Some(photo) => remake(self.optimizer, &photo).await,
            None => Ok(Outcome::Skipped("the photo is gone")),
        }
    }

    fn note(&mut self, id: Uuid, outcome: Result<Outcome>) -> Result<()> {
        self.bar.inc(1);
        self.left -= 1;
        self.summary.after = Some(id);
        match outcome {
            Ok(Outcome::Ready) => self.summary.ready += 1,
            Ok(Outcome::Rejected) => self.summary.rejected += 1,
            Ok(Outcome::Skipped(reason)) => {
                // One that was asked for by its name is worth a word.
                tracing::info!(%id, reason, "skipped");
                self.summary.skipped += 1;
            }
            Err(error) => return self.note_failure(id, error),
        }
        self.failures_in_a_row = 0;
        self.last_good = Some(id);
        Ok(())
    }

    fn note_failure(&mut self, id: Uuid, error: Error) -> Result<()> {
        let reason = sentence(&error);
        tracing::error!(%id, reason, "a photo could not be dealt with");
        self.summary.push_failure(id, reason);
        self.failures_in_a_row += 1;
        if self.failures_in_a_row < MAX_FAILURES_IN_A_ROW {
            return Ok(());
        }
        self.summary.after = self.last_good;
        Err(self.stopped(error))
    }

    fn stopped(&self, error: Error) -> Error {
        let Summary { ready, rejected, skipped, after, .. } = &self.summary;
        let place = after.map_or_else(String::new, |id| format!(" --after {id}"));
        let detail = format!(
            "The walk stopped: ready {ready} / rejected {rejected} / skipped {skipped}; the same command goes on, with --all \
             from{place}."
        );
        Error::new(error.kind(), detail).because(error)
    }
}
