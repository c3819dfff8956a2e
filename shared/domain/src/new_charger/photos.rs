//! The photos that come with a charger: ids of earlier uploads, or base64.

use crate::fields::Fields;
use crate::{Error, Kind, Result};
use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// One decoded photo in a body; larger ones are uploaded.
const MAX_PHOTO_BYTES: usize = 5_000_000;
/// Decoded photos in one body: a Lambda request is capped at 6 MB, base64 adds a third.
const MAX_BODY_PHOTO_BYTES: usize = 4_500_000;

/// A photo that comes with a charger.
#[derive(Clone, Debug, PartialEq)]
pub enum PhotoInput {
    /// One that was uploaded before.
    Id(Uuid),
    /// The bytes themselves.
    Bytes(Vec<u8>),
}

/// A photo that could not be taken; the charger is stored all the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PhotoError {
    /// Its place in `photos`.
    pub index: usize,
    /// A word for programs.
    pub code: &'static str,
    /// A sentence for people.
    pub detail: String,
}

impl PhotoError {
    /// The photo at `index` could not be taken.
    pub fn new(index: usize, code: &'static str, detail: impl Into<String>) -> Self {
        Self { index, code, detail: detail.into() }
    }
}

pub(super) fn read<'a>(fields: &mut Fields<'a>) -> Vec<&'a str> {
    let items: &[Value] = fields.array_of("photos", 0..=10, || json!({"type": "string"})).unwrap_or_default();
    let mut texts = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        match item.as_str() {
            Some(text) => texts.push(text),
            None => fields.refuse(&format!("photos[{index}]"), "wrong_type", "Must be a photo id or base64 text."),
        }
    }
    texts
}

pub(super) fn decode(texts: Vec<&str>) -> Result<Vec<Result<PhotoInput, PhotoError>>> {
    let encoded: usize = texts.iter().map(|text| text.len()).sum();
    let photos: Vec<_> = texts.iter().enumerate().map(|(index, text)| decode_photo(index, text)).collect();
    let bytes: usize =
        photos.iter().flatten().map(|photo| if let PhotoInput::Bytes(b) = photo { b.len() } else { 0 }).sum();
    if bytes > MAX_BODY_PHOTO_BYTES || encoded / 4 * 3 > 2 * MAX_BODY_PHOTO_BYTES {
        let detail = "The photos of one request may have 4.5 MB in all. Upload larger ones by POST /api/uploads and send their ids.";
        return Err(Error::new(Kind::TooLarge, detail));
    }
    Ok(photos)
}

/// Takes a photo id, or base64 as [`decode_base64`] reads it.
fn decode_photo(index: usize, text: &str) -> Result<PhotoInput, PhotoError> {
    if let Ok(id) = Uuid::try_parse(text.trim()) {
        return Ok(PhotoInput::Id(id));
    }
    let bad = |detail: &str| PhotoError::new(index, "not_base64", detail);
    match decode_base64(text) {
        Ok(bytes) if bytes.len() > MAX_PHOTO_BYTES => {
            let detail = "A photo in a request may have 5 MB. Upload it by POST /api/uploads and send its id.";
            Err(PhotoError::new(index, "too_large", detail))
        }
        Ok(bytes) => Ok(PhotoInput::Bytes(bytes)),
        Err(NotBase64::NoData) => Err(bad("A data URI must say ;base64,.")),
        Err(NotBase64::NoBytes) => Err(bad("Must be the id of an uploaded photo, or base64.")),
    }
}

/// Why a text is no base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotBase64 {
    /// A `data:` URI of something else.
    NoData,
    /// Not of the alphabet, cut off, or empty.
    NoBytes,
}

/// The bytes of base64 in the standard or the URL-safe alphabet, padded or not, with or without a `data:` prefix and white space.
///
/// # Errors
/// Where that is not what the text is, or it holds nothing.
pub fn decode_base64(text: &str) -> Result<Vec<u8>, NotBase64> {
    let encoded = match text.trim_start().strip_prefix("data:") {
        None => text,
        Some(rest) => rest.split_once(";base64,").ok_or(NotBase64::NoData)?.1,
    };
    let plain: Vec<u8> = encoded
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| match byte {
            b'+' => b'-',
            b'/' => b'_',
            other => other,
        })
        .collect();
    LENIENT.decode(plain).ok().filter(|bytes| !bytes.is_empty()).ok_or(NotBase64::NoBytes)
}

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_comes_in_every_common_dress_and_bad_photos_do_not_fail_the_charger() {
        let good = ["data:image/jpeg;base64,+/+/", "-_-_", "+/\n+/ ", "00000000-0000-0000-0000-000000000007"];
        let photos = decode([&good[..], &["data:image/png,x", "!", ""]].concat()).unwrap();
        let bytes = Ok(PhotoInput::Bytes(vec![0xfb, 0xff, 0xbf]));
        assert_eq!(photos[..3], [bytes.clone(), bytes.clone(), bytes]);
        assert_eq!(photos[3], Ok(PhotoInput::Id(Uuid::from_u128(7))));
        assert!(photos[4..].iter().all(|photo| photo.as_ref().is_err_and(|e| e.code == "not_base64")));
    }

    #[test]
    fn too_many_bytes_in_one_body_are_refused_with_the_way_out() {
        let error = decode(vec![&"A".repeat(6_000_004)]).unwrap_err();
        assert_eq!(error.kind(), Kind::TooLarge);
        assert!(error.detail().contains("/api/uploads"));
    }
}
