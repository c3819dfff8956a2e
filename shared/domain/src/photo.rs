//! A photo from upload to rendition, and the one place where object keys are built.

mod view;
mod whose;

pub use view::{PhotoDetail, PhotoView, RenditionView, SourceView};
pub use whose::photo_id_of_object;

use crate::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a photo is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PhotoKind {
    /// A picture of a charger.
    Charger,
    /// Proof for a verification.
    Verification,
    /// A contributor's own picture.
    Profile,
}

impl PhotoKind {
    /// Every kind, in the order in which messages list them.
    pub const ALL: [Self; 3] = [Self::Charger, Self::Verification, Self::Profile];

    /// The word of the API, the database and the object key.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Charger => "charger",
            Self::Verification => "verification",
            Self::Profile => "profile",
        }
    }

    /// The kind of that word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// How far a photo is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PhotoState {
    /// Promised or uploaded, not yet optimised.
    Pending,
    /// Its renditions are published.
    Ready,
    /// Refused; the reason says why.
    Rejected,
}

impl PhotoState {
    /// The word of the API and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Ready => "ready",
            Self::Rejected => "rejected",
        }
    }

    /// The state of that word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Pending, Self::Ready, Self::Rejected].into_iter().find(|state| state.as_str() == text)
    }
}

/// One published picture, as the database keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendition {
    /// `main`, or the width in pixels.
    pub name: String,
    /// `image/jpeg`, `image/webp` or `image/avif`.
    pub content_type: String,
    /// The object's key under `processed/`.
    pub key: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Size of the object.
    pub bytes: u64,
}

/// A photo's row.
#[derive(Clone, Debug, PartialEq)]
pub struct Photo {
    /// Its id; also the last part of the raw key.
    pub id: Uuid,
    /// The charger that it shows, if attached.
    pub charger_id: Option<Uuid>,
    /// The `sub` of the uploader.
    pub owner: String,
    /// What it is for.
    pub kind: PhotoKind,
    /// Where the bytes as sent are, or will be.
    pub raw_key: String,
    /// The first 8 hex digits of the SHA-256 of the bytes as sent, once known.
    pub hash8: Option<String>,
    /// How far it is.
    pub state: PhotoState,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// Pixels of the main rendition.
    pub width: Option<u32>,
    /// Pixels of the main rendition.
    pub height: Option<u32>,
    /// ThumbHash, base64.
    pub thumbhash: Option<String>,
    /// `#rrggbb`.
    pub dominant_color: Option<String>,
    /// What is published; empty unless ready.
    pub renditions: Vec<Rendition>,
    /// Where it is kept, if elsewhere: then nothing of it is stored here.
    pub link: Option<String>,
    /// When it was promised.
    pub created_at: Timestamp,
}

impl Photo {
    fn place(&self) -> Option<PhotoPlace> {
        PhotoPlace::of(&self.raw_key, self.hash8.as_deref(), self.state, self.link.as_deref())
    }
}

/// Where the picture of a photo is to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhotoPlace {
    /// Under this key of ours: its main JPEG.
    Key(String),
    /// At this address of others.
    Link(String),
}

impl PhotoPlace {
    /// Where it is, or will be once it is ready; `None` before its bytes are known, and where it is rejected. The arguments are the
    /// members of [`Photo`] by these names.
    pub fn of(raw_key: &str, hash8: Option<&str>, state: PhotoState, link: Option<&str>) -> Option<Self> {
        if let Some(link) = link {
            return Some(Self::Link(link.to_owned()));
        }
        let hash8 = hash8.filter(|_| state != PhotoState::Rejected)?;
        rendition_key(raw_key, hash8, 0, "jpg", true).map(Self::Key)
    }

    /// The address; `base_url` is that of processed photos.
    pub fn url(&self, base_url: &str) -> String {
        match self {
            Self::Key(key) => public_url(base_url, key),
            Self::Link(link) => link.clone(),
        }
    }
}

/// Where raw uploads go. Only objects under it wake `optimize-photo`.
pub const RAW_PREFIX: &str = "raw/";
/// Where renditions go. Nothing else is ever public.
pub const PROCESSED_PREFIX: &str = "processed/";
/// Where `ops doctor` tries the store out, and nobody else has any business: nothing there wakes anybody or is public.
const DOCTOR_PREFIX: &str = "doctor/";
/// Other bytes that are sent have other keys, so caches may keep what they have. After `ops reprocess` that is the same photo as it
/// was made before, until a cache is told to ask again.
pub const RENDITION_CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// `raw/{kind}/{yyyymmdd}/{photo id}`: where the bytes as sent go.
pub fn raw_key(kind: PhotoKind, day: &str, id: Uuid) -> String {
    format!("{RAW_PREFIX}{}/{day}/{id}", kind.as_str())
}

/// `doctor/{id}`: where the store is tried out, with an object that is gone a moment later.
pub fn doctor_key(id: Uuid) -> String {
    format!("{DOCTOR_PREFIX}{id}")
}

/// The photo id in a raw key of the exact form that [`raw_key`] builds; `None` for every other key.
pub fn photo_id_of(raw_key: &str) -> Option<Uuid> {
    let mut parts = raw_key.strip_prefix(RAW_PREFIX)?.split('/');
    let (kind, day, id) = (parts.next()?, parts.next()?, parts.next()?);
    let is_day = day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit());
    (PhotoKind::parse(kind).is_some() && is_day && parts.next().is_none()).then(|| Uuid::try_parse(id).ok()).flatten()
}

/// The key of a rendition: `processed/{kind}/{yyyymmdd}/{id}_{hash8}.jpg` for the main JPEG (`hash8` is the first eight hex
/// digits of the SHA-256 of the raw bytes), `…_{hash8}_{width}.{extension}` for the others. `None` where `raw_key` is
/// not one of ours.
pub fn rendition_key(raw_key: &str, hash8: &str, width: u32, extension: &str, is_main: bool) -> Option<String> {
    let prefix = rendition_prefix(raw_key)?;
    Some(match (is_main, extension) {
        (true, "jpg") => format!("{prefix}{hash8}.jpg"),
        _ => format!("{prefix}{hash8}_{width}.{extension}"),
    })
}

/// `processed/{kind}/{yyyymmdd}/{id}_`: what the keys of all renditions of a photo begin with, whatever its bytes were, and
/// those of no other photo. `None` where `raw_key` is not one of ours.
pub fn rendition_prefix(raw_key: &str) -> Option<String> {
    photo_id_of(raw_key)?;
    Some(format!("{PROCESSED_PREFIX}{}_", raw_key.strip_prefix(RAW_PREFIX)?))
}

/// The public address of a key.
pub fn public_url(base_url: &str, key: &str) -> String {
    format!("{}/{key}", base_url.trim_end_matches('/'))
}

/// The photo that a public address of ours shows, whichever of its renditions it names; `None` for every other address.
pub fn photo_id_of_url(base_url: &str, url: &str) -> Option<Uuid> {
    let key = url.strip_prefix(base_url.trim_end_matches('/'))?.strip_prefix('/')?;
    photo_id_of_object(key).filter(|_| key.starts_with(PROCESSED_PREFIX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_leads_to_its_photo_and_no_other_address_does() {
        let id = Uuid::from_u128(7);
        let path = format!("processed/verification/20261120/{id}_0a1b2c3d");
        for base in ["https://photos.example", "https://photos.example/"] {
            for rendition in [format!("{path}.jpg"), format!("{path}_240.webp")] {
                assert_eq!(photo_id_of_url(base, &format!("https://photos.example/{rendition}")), Some(id));
            }
        }
        for other in [
            String::new(),
            format!("{path}.jpg"),
            format!("https://photos.example/raw/verification/20261120/{id}"),
            format!("https://photos.example//{path}.jpg"),
            format!("https://photos.example.org/{path}.jpg"),
            format!("http://photos.example/{path}.jpg"),
            format!("https://photos.example/{path}.jpg?x=1"),
        ] {
            assert_eq!(photo_id_of_url("https://photos.example", &other), None, "{other}");
        }
    }

    #[test]
    fn a_raw_key_gives_its_photo_id_back_and_no_other_key_does() {
        let id = Uuid::from_u128(7);
        let key = raw_key(PhotoKind::Charger, "20261120", id);
        assert_eq!(key, "raw/charger/20261120/00000000-0000-0000-0000-000000000007");
        assert_eq!(photo_id_of(&key), Some(id));
        for other in
            ["raw/charger/x", "raw/dog/20261120/00000000-0000-0000-0000-000000000007", &key[4..], &format!("{key}/x")]
        {
            assert_eq!(photo_id_of(other), None, "{other}");
        }
    }

    #[test]
    fn rendition_keys_stay_under_processed() {
        let raw = raw_key(PhotoKind::Charger, "20261120", Uuid::from_u128(7));
        let main = rendition_key(&raw, "0a1b2c3d", 1920, "jpg", true).unwrap();
        assert_eq!(main, "processed/charger/20261120/00000000-0000-0000-0000-000000000007_0a1b2c3d.jpg");
        let small = rendition_key(&raw, "0a1b2c3d", 240, "webp", false).unwrap();
        assert!(small.ends_with("_0a1b2c3d_240.webp"));
        for key in [main, small] {
            assert!(key.starts_with(&rendition_prefix(&raw).unwrap()));
        }
        assert_eq!(rendition_key("processed/x", "0a1b2c3d", 240, "webp", false), None);
        assert_eq!(rendition_prefix("processed/x"), None);
    }
}
