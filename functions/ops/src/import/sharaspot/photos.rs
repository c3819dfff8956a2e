//! The photos, when all rows are here: a page says which there are, and only the text of one that is needed is fetched.

mod address;
mod bring;
mod candidate;
mod place;

use super::progress::bar;
use super::summary::Fate;
use super::{Finding, Outcome, Request, Run};
use bring::{Bringer, Brought};
use candidate::Candidate;
use db::sharaspot::PhotosOf;
use domain::{Error, Result};
use futures_util::future::join_all;
use indicatif::ProgressBar;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Rows of a page: those of chargers hold half a megabyte each, which the server has to look through.
const PAGE: u32 = 50;
/// So many failures in a row are no longer about single photos: the store or a database is out of reach.
const MAX_FAILURES_IN_A_ROW: u32 = 10;

impl Run<'_> {
    pub(super) async fn photos(&mut self, request: &Request) -> Result<()> {
        if self.allowance.is_over() {
            return Ok(());
        }
        let place = request.place().await?;
        let storage = self.app.photos.storage(self.app.world).await?;
        let optimizer = self.app.photos.optimizer(&self.app.db, self.app.world).await?;
        let max_bytes = self.app.photos.max_bytes();
        let (db, source) = (&self.app.db, self.source);
        let bringer = Bringer { db, source, storage, optimizer, place, max_bytes };
        for (of, step, total) in [
            (PhotosOf::Chargers, "photos of chargers", self.totals.chargers),
            (PhotosOf::Verifications, "photos of verifications", self.totals.verifications),
            (PhotosOf::Users, "pictures of users", self.totals.users),
        ] {
            let bar = bar(step, total);
            self.photos_of(of, &bringer, request.jobs(), &bar).await?;
            bar.finish_and_clear();
        }
        Ok(())
    }

    async fn photos_of(&mut self, of: PhotosOf, bringer: &Bringer<'_>, jobs: usize, bar: &ProgressBar) -> Result<()> {
        let (mut after, mut failures_in_a_row) = (None, 0);
        while !self.allowance.is_over() {
            let page = self.source.photos(of, after.as_deref(), PAGE).await?;
            let Some(last) = page.last else { break };
            let candidates = self.candidates(of, page.photos).await?;
            let known = Known::of(bringer, &candidates).await?;
            for some in candidates.chunks(jobs) {
                if self.allowance.is_over() {
                    return Ok(());
                }
                let brought = join_all(some.iter().map(|candidate| known.bring(bringer, candidate))).await;
                for (candidate, brought) in some.iter().zip(brought) {
                    self.note_photo(candidate, brought, &mut failures_in_a_row)?;
                }
            }
            bar.inc(page.rows);
            after = Some(last);
        }
        Ok(())
    }

    fn note_photo(
        &mut self,
        candidate: &Candidate,
        brought: Result<Brought>,
        failures_in_a_row: &mut u32,
    ) -> Result<()> {
        let brought = match brought {
            Ok(brought) => brought,
            Err(error) => {
                *failures_in_a_row += 1;
                tracing::error!(id = %candidate.id, cause = crate::sentence(&error), "a photo could not be dealt with");
                if *failures_in_a_row >= MAX_FAILURES_IN_A_ROW {
                    return Err(Error::new(error.kind(), "One photo after the other fails.").because(error));
                }
                self.summary.photos.note(Fate::Failed, &[]);
                return Ok(());
            }
        };
        *failures_in_a_row = 0;
        let finding = |outcome, reason| {
            Some(Finding {
                table: candidate.table(),
                id: candidate.text.row.clone(),
                field: candidate.field(),
                outcome,
                reason,
            })
        };
        let counts = &mut self.summary.photos;
        let (fate, found) = match brought {
            Brought::Unchanged => (Fate::Unchanged, None),
            Brought::Came => (Fate::Came, None),
            Brought::Skipped => (Fate::Skipped, None),
            Brought::Rejected(reason) => (Fate::Rejected, finding(Outcome::Rejected, reason)),
            Brought::Linked(reason) => {
                counts.linked += 1;
                (Fate::Came, reason.and_then(|reason| finding(Outcome::Repaired, reason)))
            }
        };
        let found: Vec<Finding> = found.into_iter().collect();
        counts.note(fate, &found);
        self.findings.add(found)
    }
}

/// What is here of a page's photos.
struct Known {
    arrived: HashSet<Uuid>,
    photos: HashMap<Uuid, domain::photo::Photo>,
}

impl Known {
    async fn of(bringer: &Bringer<'_>, candidates: &[Candidate]) -> Result<Self> {
        let ids: Vec<Uuid> = candidates.iter().map(|candidate| candidate.id).collect();
        let photos = bringer.db.photos(&ids).await?;
        let photos = photos.into_iter().map(|photo| (photo.id, photo)).collect();
        Ok(Self { arrived: bringer.db.arrived(&ids).await?, photos })
    }

    async fn bring(&self, bringer: &Bringer<'_>, candidate: &Candidate) -> Result<Brought> {
        match self.photos.get(&candidate.id) {
            Some(photo) => bringer.complete(candidate, photo).await,
            // It came, and was deleted here since.
            None if self.arrived.contains(&candidate.id) => Ok(Brought::Unchanged),
            None => bringer.bring(candidate).await,
        }
    }
}
