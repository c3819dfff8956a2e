//! Objects that no row names: renditions of earlier bytes or settings, and uploads of photos that are gone.

use super::{Place, Sweep};
use domain::Result;
use domain::photo::photo_id_of_object;
use std::collections::HashSet;
use storage::{MAX_PAGE, ObjectInfo};
use uuid::Uuid;

impl Sweep<'_> {
    /// Every object under a prefix that comes after a key; where it stopped, or `None` at the end.
    pub(super) async fn objects(&mut self, prefix: &str, after: Option<&str>) -> Result<Option<Place>> {
        let mut after = after.map(str::to_owned);
        loop {
            if self.allowance.is_over() {
                return Ok(Some(Place::Object(after.unwrap_or_else(|| prefix.to_owned()))));
            }
            let page = self.storage.list_page(prefix, after.as_deref(), MAX_PAGE).await?;
            if page.is_empty() {
                return Ok(None);
            }
            let named = self.named_by_rows(&page).await?;
            for object in page {
                if self.allowance.is_over() {
                    return Ok(Some(Place::Object(after.unwrap_or_else(|| prefix.to_owned()))));
                }
                self.object(&object, &named).await?;
                after = Some(object.key);
            }
        }
    }

    async fn named_by_rows(&self, page: &[ObjectInfo]) -> Result<HashSet<String>> {
        let ids: HashSet<Uuid> = page.iter().filter_map(|object| photo_id_of_object(&object.key)).collect();
        self.db.objects_of_photos(&ids.into_iter().collect::<Vec<_>>()).await
    }

    async fn object(&mut self, object: &ObjectInfo, named: &HashSet<String>) -> Result<()> {
        if photo_id_of_object(&object.key).is_none() {
            self.summary.unknown += 1;
            return Ok(());
        }
        if named.contains(&object.key) || object.last_modified >= self.before {
            return Ok(());
        }
        // Since the listing somebody may have put it anew, for a row that names it from then on.
        let now = self.storage.head(&object.key).await?;
        match now.filter(|now| now.last_modified < self.before) {
            Some(object) => self.remove(&object).await,
            None => Ok(()),
        }
    }
}
