//! The photos that come with a charger: ids of earlier uploads, or bytes.

use crate::App;
use crate::create::VERIFICATION;
use bytes::Bytes;
use db::photos::NewPhoto;
use domain::idempotency::Effect;
use domain::new_charger::{PhotoError, PhotoInput};
use domain::photo::{Photo, PhotoKind, PhotoState, raw_key};
use domain::upload::content_type_of;
use domain::{Result, Timestamp};
use sha2::{Digest, Sha256};
use storage::ObjectHeaders;
use uuid::Uuid;

/// A charger's photos, sorted by what is to be done with them; each remembers its place in the request.
pub(crate) struct Photos {
    uploaded: Vec<(usize, Uuid)>,
    new: Vec<(usize, NewPhoto, &'static str, Bytes)>,
    stored: Vec<(Uuid, String)>,
    errors: Vec<PhotoError>,
}

impl Photos {
    /// Sorts what came with the request; bytes that are no picture are refused at once.
    pub(crate) fn sort(effect: Effect, now: Timestamp, photos: Vec<Result<PhotoInput, PhotoError>>) -> Self {
        let mut sorted = Self { uploaded: Vec::new(), new: Vec::new(), stored: Vec::new(), errors: Vec::new() };
        for (index, photo) in photos.into_iter().enumerate() {
            match photo {
                Err(error) => sorted.errors.push(error),
                Ok(PhotoInput::Id(id)) if sorted.uploaded.iter().any(|(_, known)| *known == id) => {
                    sorted.errors.push(PhotoError::new(index, "repeated", "This photo stands in the list already."));
                }
                Ok(PhotoInput::Id(id)) => sorted.uploaded.push((index, id)),
                Ok(PhotoInput::Bytes(bytes)) => match content_type_of(&bytes) {
                    Some(content_type) => {
                        let photo = promise(effect.part(VERIFICATION + 1 + index as u16), effect.id, now, &bytes);
                        sorted.new.push((index, photo, content_type, Bytes::from(bytes)));
                    }
                    None => sorted.errors.push(PhotoError::new(index, "not_a_photo", "Must be a JPEG, PNG or WebP.")),
                },
            }
        }
        sorted
    }

    /// The rows of the new photos.
    pub(crate) fn rows(&self) -> Vec<NewPhoto> {
        self.new.iter().map(|(_, photo, ..)| photo.clone()).collect()
    }

    /// The ids of the uploaded photos.
    pub(crate) fn ids(&self) -> Vec<Uuid> {
        self.uploaded.iter().map(|(_, id)| *id).collect()
    }

    /// Notes uploaded photos that could not be attached.
    pub(crate) fn refuse(&mut self, ids: &[Uuid]) {
        let refused = self.uploaded.iter().filter(|(_, id)| ids.contains(id));
        let detail = "There is no such photo of yours that is free and of kind charger.";
        self.errors.extend(refused.map(|(index, _)| PhotoError::new(*index, "not_found", detail)));
    }

    /// Goes on where an earlier try of the same request ended, whose charger shows these photos.
    pub(crate) async fn resume(&mut self, app: &App, shown: &[Photo]) -> Result<()> {
        let refused: Vec<Uuid> =
            self.ids().into_iter().filter(|id| !shown.iter().any(|photo| photo.id == *id)).collect();
        self.refuse(&refused);
        for (index, mut new, content_type, bytes) in std::mem::take(&mut self.new) {
            match app.db.photo(new.id).await? {
                // The earlier try may have ended before the bytes were stored; where it did not, they are stored again.
                Some(photo) if photo.state == PhotoState::Pending => {
                    new.raw_key = photo.raw_key;
                    self.new.push((index, new, content_type, bytes));
                }
                Some(_) => {}
                None => self.errors.push(not_stored(index)),
            }
        }
        Ok(())
    }

    /// Stores the bytes of the new photos; one that cannot be stored is forgotten and noted.
    pub(crate) async fn store(&mut self, app: &App) -> Result<()> {
        for (index, photo, content_type, bytes) in std::mem::take(&mut self.new) {
            let headers = ObjectHeaders { content_type: content_type.to_owned(), cache_control: None };
            match app.storage.put(&photo.raw_key, bytes, &headers).await {
                Ok(()) => self.stored.push((photo.id, photo.raw_key)),
                Err(error) => {
                    let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                    tracing::error!(photo_id = %photo.id, cause, "a photo could not be stored");
                    app.db.forget_pending_photo(photo.id).await?;
                    self.errors.push(not_stored(index));
                }
            }
        }
        Ok(())
    }

    /// Removes the bytes of photos whose rows went while they were being stored: somebody has removed the photo, or themselves.
    pub(crate) async fn take_back(&mut self, app: &App) -> Result<()> {
        for (id, raw_key) in std::mem::take(&mut self.stored) {
            let is_gone = app.db.photo(id).await?.is_none();
            if is_gone && let Err(error) = app.storage.delete(&raw_key).await {
                let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                tracing::warn!(photo_id = %id, cause, "the bytes of a removed photo are left; `ops sweep` takes them");
            }
        }
        Ok(())
    }

    /// Every photo's trouble, in the order of the request.
    pub(crate) fn into_errors(mut self) -> Vec<PhotoError> {
        self.errors.sort_by_key(|error| error.index);
        self.errors
    }
}

fn not_stored(index: usize) -> PhotoError {
    PhotoError::new(index, "not_stored", "The photo could not be stored. Please upload it by POST /api/uploads.")
}

fn promise(id: Uuid, charger_id: Uuid, now: Timestamp, bytes: &[u8]) -> NewPhoto {
    NewPhoto {
        id,
        charger_id: Some(charger_id),
        kind: PhotoKind::Charger,
        raw_key: raw_key(PhotoKind::Charger, &now.day(), id),
        hash8: Some(hex::encode(&Sha256::digest(bytes)[..4])),
    }
}
