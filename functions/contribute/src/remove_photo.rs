//! The end of a photo.

use crate::App;
use domain::photo::{Photo, rendition_prefix};
use domain::{Error, Result};
use std::error::Error as _;

/// Removes a photo: objects before the row, so that whoever asks again finds what was left half done; the raw object before all,
/// so that no delivery makes new renditions. Nothing is stored here of a photo that is kept elsewhere.
pub(crate) async fn remove_photo(app: &App, photo: &Photo) -> Result<()> {
    if photo.link.is_none() {
        remove_objects(app, photo).await?;
    }
    // Somebody may have removed it meanwhile.
    app.db.remove_photo(photo.id, (app.world.now)()).await?;
    if photo.link.is_none() {
        // An optimizer that had read the raw object before may have published since. The row is gone, so this failing fails nothing.
        if let Err(error) = remove_renditions(app, photo).await {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            tracing::warn!(photo_id = %photo.id, cause, "renditions of a removed photo may be left; `ops sweep` takes them");
        }
    }
    Ok(())
}

/// The raw object first: without it no delivery makes new renditions.
pub(crate) async fn remove_objects(app: &App, photo: &Photo) -> Result<()> {
    app.storage.delete(&photo.raw_key).await?;
    remove_renditions(app, photo).await
}

/// Everything under the photo's prefix, not only what the row lists: an earlier try may have published under another hash.
pub(crate) async fn remove_renditions(app: &App, photo: &Photo) -> Result<()> {
    let prefix = rendition_prefix(&photo.raw_key).ok_or_else(|| Error::internal("a raw key that is not ours"))?;
    app.storage.delete_all(&prefix).await
}
