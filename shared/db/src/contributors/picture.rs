//! The picture of a contributor.

use crate::Db;
use crate::column::Id;
use crate::contributors::recount_photos;
use crate::engine::in_transaction;
use crate::failure::failed;
use domain::photo::Rendition;
use domain::{Error, Result};
use sqlx::types::Json;
use uuid::Uuid;

/// What became of the picture before, in the moments before its row is gone.
const REASON: &str = "The photo was replaced and is being removed.";

const SET: &str =
    "/* contributors.set_photo */ UPDATE contributors SET photo_id = $2 WHERE sub = $1 AND ($2 IS NULL OR EXISTS (
     SELECT 1 FROM photos WHERE id = $2 AND owner = $1 AND kind = 'profile' AND state <> 'rejected'))";
const RETIRE: &str =
    "/* photos.retire_picture */ UPDATE photos SET state = 'rejected', reason = $2, etag = NULL, made_with = NULL,
     width = NULL, height = NULL, thumbhash = NULL, dominant_color = NULL, renditions = $3 WHERE id = $1";

impl Db {
    /// Gives somebody a picture, or takes it away, and answers the one before. That one is out of use from then on: it cannot be
    /// attached, counts no longer, and whoever is dealing with its object is overtaken; its objects and its row are the caller's
    /// to remove.
    ///
    /// # Errors
    /// Bad input for `photo_id` unless it is a photo of theirs of kind `profile` that was not rejected; as every query.
    pub async fn set_picture(&self, sub: &str, photo_id: Option<Uuid>) -> Result<Option<Uuid>> {
        // Whoever changes the photos of one owner queues at the owner's row.
        let lock = self.engine().pick(
            "/* contributors.lock_picture */ SELECT photo_id FROM contributors WHERE sub = $1 FOR NO KEY UPDATE",
            "/* contributors.lock_picture */ SELECT photo_id FROM contributors WHERE sub = $1",
        );
        in_transaction!(self, |tx| {
            let before: Option<Option<Id>> =
                sqlx::query_scalar(lock).bind(sub).fetch_optional(&mut *tx).await.map_err(failed)?;
            let before = before.flatten().map(|id| id.0).filter(|before| Some(*before) != photo_id);
            let set = sqlx::query(SET).bind(sub).bind(photo_id.map(Id)).execute(&mut *tx).await.map_err(failed)?;
            if photo_id.is_some() && set.rows_affected() == 0 {
                let detail = "There is no such photo of yours of kind profile.";
                return Err(Error::bad_field("photo_id", "not_found", detail));
            }
            if let Some(before) = before {
                let retire = sqlx::query(RETIRE).bind(Id(before)).bind(REASON).bind(Json(Vec::<Rendition>::new()));
                retire.execute(&mut *tx).await.map_err(failed)?;
                recount_photos!(tx, sub);
            }
            before
        })
    }
}
