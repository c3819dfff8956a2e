//! The end of a photo.

use crate::App;
use domain::Result;
use domain::photo::Photo;
use std::error::Error as _;

/// Removes a photo: objects before the row, so that whoever asks again finds what was left half done. Nothing is stored here of a
/// photo that is kept elsewhere.
pub(crate) async fn remove_photo(app: &App, photo: &Photo) -> Result<()> {
    if photo.link.is_none() {
        app.storage.delete_photo(&photo.raw_key).await?;
    }
    // Somebody may have removed it meanwhile.
    app.db.remove_photo(photo.id, (app.world.now)()).await?;
    if photo.link.is_none() {
        remove_late_objects(app, photo).await;
    }
    Ok(())
}

/// What was stored while a photo's row was still there: by an optimizer that had read the raw object before, or by whoever sent the
/// photo with its charger. Both look for the row afterwards and take back what they have stored when it is gone; of the two, the one
/// that comes later sees everything. The photo itself is gone, so this failing fails nothing.
pub(crate) async fn remove_late_objects(app: &App, photo: &Photo) {
    if let Err(error) = app.storage.delete_photo(&photo.raw_key).await {
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        tracing::warn!(photo_id = %photo.id, cause, "objects of a removed photo may be left; `ops sweep` takes them");
    }
}
