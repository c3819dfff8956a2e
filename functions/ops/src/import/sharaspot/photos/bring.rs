//! One photo on its way: from its text or its address under `raw/`, then through the pipeline that every upload goes through.

use super::address::{Content, content_of};
use super::candidate::{Candidate, Home};
use super::place::fetch;
use bytes::Bytes;
use db::Db;
use db::photos::NewPhoto;
use db::sharaspot::{ArrivingPhoto, PhotosOf, Source};
use domain::new_charger::decode_base64;
use domain::photo::{Photo, PhotoState, raw_key};
use domain::{Error, Kind, Result};
use optimize_photo::remake;
use sha2::{Digest, Sha256};
use storage::{ObjectHeaders, Place, Storage};
use uuid::Uuid;

/// What brings photos.
pub(super) struct Bringer<'a> {
    pub(super) db: &'a Db,
    pub(super) source: &'a Source,
    pub(super) storage: Storage,
    pub(super) optimizer: optimize_photo::App,
    pub(super) place: Option<Place>,
    pub(super) max_bytes: u64,
}

/// What became of a photo.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Brought {
    Came,
    Unchanged,
    Skipped,
    /// It is kept as an address: for this reason, where bytes were looked for.
    Linked(Option<String>),
    Rejected(String),
}

/// Where the bytes of a photo are.
enum Found {
    Bytes(Bytes),
    Elsewhere { link: String, reason: Option<String> },
    Nowhere(String),
}

impl Bringer<'_> {
    /// Brings a photo that has not come before. What holds no bytes gets no row.
    pub(super) async fn bring(&self, candidate: &Candidate) -> Result<Brought> {
        match &candidate.home {
            Home::Gone => return Ok(Brought::Unchanged),
            Home::Missing(None) => return Ok(Brought::Skipped),
            Home::Missing(Some(reason)) => return Ok(Brought::Rejected((*reason).to_owned())),
            Home::Here { .. } => {}
        }
        match self.find(candidate).await? {
            Found::Nowhere(reason) => Ok(Brought::Rejected(reason)),
            Found::Elsewhere { link, reason } => {
                self.promise(candidate, Some(link), None).await?;
                Ok(Brought::Linked(reason))
            }
            Found::Bytes(bytes) => {
                let hash8 = hash8(&bytes);
                let raw_key = self.promise(candidate, None, Some(hash8)).await?;
                self.make(candidate.id, &raw_key, bytes).await
            }
        }
    }

    /// Goes on with a photo whose row is here.
    pub(super) async fn complete(&self, candidate: &Candidate, photo: &Photo) -> Result<Brought> {
        match photo.state {
            PhotoState::Ready => Ok(Brought::Unchanged),
            PhotoState::Rejected => Ok(Brought::Rejected(photo.reason.clone().unwrap_or_default())),
            PhotoState::Pending => match self.find(candidate).await? {
                Found::Bytes(bytes) => self.make(photo.id, &photo.raw_key, bytes).await,
                Found::Elsewhere { .. } => {
                    Err(Error::new(Kind::Unavailable, "Its bytes were found before: --photos-from is needed again."))
                }
                Found::Nowhere(reason) => Ok(Brought::Rejected(reason)),
            },
        }
    }

    async fn find(&self, candidate: &Candidate) -> Result<Found> {
        let text = &candidate.text;
        let too_large = || Found::Nowhere(format!("The photo is larger than {} bytes.", self.max_bytes));
        let address = match content_of(&text.head) {
            // Base64 has four characters for three bytes; white space and a prefix come on top.
            Content::Encoded if text.bytes / 2 > self.max_bytes => return Ok(too_large()),
            Content::Encoded => return self.decode(candidate).await,
            Content::Link(_) | Content::Object(_) if text.bytes as usize > text.head.len() => {
                return Ok(Found::Nowhere("The address is longer than 2,000 characters.".to_owned()));
            }
            Content::Link(address) | Content::Object(address) => address,
        };
        if let Some(place) = &self.place {
            match fetch(place, &address, self.max_bytes).await {
                Ok(Some(bytes)) => return Ok(Found::Bytes(bytes)),
                Ok(None) => {}
                Err(error) if error.kind() == Kind::TooLarge => return Ok(too_large()),
                Err(error) => return Err(error),
            }
        }
        Ok(match content_of(&address) {
            Content::Link(link) => {
                let reason = self.place.as_ref().map(|_| "not among --photos-from, kept as a link".to_owned());
                Found::Elsewhere { link, reason }
            }
            _ => {
                Found::Nowhere("An s3:// address that nobody can open: --photos-from must have the object.".to_owned())
            }
        })
    }

    async fn decode(&self, candidate: &Candidate) -> Result<Found> {
        let text = &candidate.text;
        let Some(encoded) = self.source.photo_text(candidate.of, &text.row, text.position).await? else {
            return Ok(Found::Nowhere("There is nothing.".to_owned()));
        };
        Ok(match decode_base64(&encoded) {
            Ok(bytes) => Found::Bytes(bytes.into()),
            Err(_) => Found::Nowhere("Neither base64 nor an address.".to_owned()),
        })
    }

    /// Writes the row down; answers where its bytes go. Before the bytes are there, as every upload is promised before.
    async fn promise(&self, candidate: &Candidate, link: Option<String>, hash8: Option<String>) -> Result<String> {
        let Home::Here { owner, parent, created_at } = &candidate.home else {
            return Err(Error::internal("a photo without a home"));
        };
        let (kind, id, owner, created_at) = (candidate.kind(), candidate.id, owner.clone(), *created_at);
        let raw_key = raw_key(kind, &created_at.day(), id);
        let at = |of: PhotosOf| (candidate.of == of).then_some(*parent);
        let (charger_id, verification_id): (Option<Uuid>, Option<Uuid>) =
            (at(PhotosOf::Chargers), at(PhotosOf::Verifications));
        let photo = NewPhoto { id, charger_id, kind, raw_key: raw_key.clone(), hash8 };
        self.db.take_photos(&[ArrivingPhoto { photo, verification_id, owner, link, created_at }]).await?;
        Ok(raw_key)
    }

    /// Stores the bytes and has them dealt with at once; their event finds that done.
    async fn make(&self, id: Uuid, raw_key: &str, bytes: Bytes) -> Result<Brought> {
        let headers = ObjectHeaders { content_type: "application/octet-stream".to_owned(), cache_control: None };
        self.storage.put(raw_key, bytes, &headers).await?;
        let gone = || Error::new(Kind::Conflict, "The photo was removed meanwhile.");
        let photo = self.db.photo(id).await?.ok_or_else(gone)?;
        remake(&self.optimizer, &photo).await?;
        let photo = self.db.photo(id).await?.ok_or_else(gone)?;
        match photo.state {
            PhotoState::Ready => Ok(Brought::Came),
            PhotoState::Rejected => Ok(Brought::Rejected(photo.reason.unwrap_or_default())),
            PhotoState::Pending => Err(Error::new(Kind::Conflict, "The photo's bytes were removed meanwhile.")),
        }
    }
}

/// As the pipeline has it in the names of renditions.
fn hash8(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_first_eight_digits_of_sha256() {
        assert_eq!(hash8(b"abc"), "ba7816bf");
    }
}
