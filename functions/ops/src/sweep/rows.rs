//! Photos that are of no use any more: the row with everything that is stored for it.

use super::{Place, Sweep};
use db::photos::upkeep::Stale;
use domain::Result;
use domain::photo::{PhotoState, rendition_prefix};
use storage::{MAX_PAGE, ObjectInfo};
use uuid::Uuid;

/// Rows that are read at a time.
const PAGE: u32 = 200;

impl Sweep<'_> {
    /// Every row that is old enough; where it stopped, or `None` at the end.
    pub(super) async fn rows(&mut self, mut after: Option<Uuid>) -> Result<Option<Place>> {
        loop {
            let page = self.db.stale_photos(self.before, after, PAGE).await?;
            if page.is_empty() {
                return Ok(None);
            }
            for photo in page {
                if self.allowance.is_over() {
                    return Ok(Some(Place::Photo(after.unwrap_or(Uuid::nil()))));
                }
                self.row(&photo).await?;
                after = Some(photo.id);
            }
        }
    }

    async fn row(&mut self, photo: &Stale) -> Result<()> {
        if self.is_waiting(photo).await? {
            self.summary.waiting += 1;
            return Ok(());
        }
        if self.summary.is_dry_run {
            self.summary.rows += 1;
            return self.remove_objects(&photo.raw_key).await;
        }
        // Somebody may have attached it since the page was read.
        if !self.db.retire_photo(photo, self.before, (self.now)()).await? {
            return Ok(());
        }
        self.remove_objects(&photo.raw_key).await?;
        if self.db.remove_retired_photo(photo.id).await? {
            self.summary.rows += 1;
            self.remove_objects(&photo.raw_key).await?;
        }
        Ok(())
    }

    /// Whether the bytes are there and only nobody has dealt with them: an event that was lost is no reason to lose a photo that
    /// somebody waits for.
    async fn is_waiting(&self, photo: &Stale) -> Result<bool> {
        let may_wait = photo.state == PhotoState::Pending && !photo.is_unattached;
        Ok(may_wait && self.storage.head(&photo.raw_key).await?.is_some())
    }

    async fn remove_objects(&mut self, raw_key: &str) -> Result<()> {
        for object in self.objects_of(raw_key).await? {
            self.remove(&object).await?;
        }
        Ok(())
    }

    /// What is stored for a photo: its bytes as sent, and everything public under its name.
    async fn objects_of(&self, raw_key: &str) -> Result<Vec<ObjectInfo>> {
        let mut objects: Vec<ObjectInfo> = self.storage.head(raw_key).await?.into_iter().collect();
        let Some(prefix) = rendition_prefix(raw_key) else { return Ok(objects) };
        let mut after: Option<String> = None;
        loop {
            let page = self.storage.list_page(&prefix, after.as_deref(), MAX_PAGE).await?;
            let Some(last) = page.last() else { return Ok(objects) };
            after = Some(last.key.clone());
            objects.extend(page);
        }
    }
}
