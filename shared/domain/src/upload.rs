//! What a client says before it uploads a photo.

use crate::fields::{Fields, parse_body};
use crate::photo::PhotoKind;
use crate::{Error, Result};
use serde_json::json;
use uuid::Uuid;

/// What may be uploaded.
pub const CONTENT_TYPES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];
/// The content type of bytes that begin like a photo that may be uploaded; whether they are one is found out by decoding.
pub fn content_type_of(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// Photos that one request may announce.
pub const MAX_FILES: usize = 10;

/// One photo that is about to be uploaded.
#[derive(Clone, Debug, PartialEq)]
pub struct NewUpload {
    /// What it is for.
    pub kind: PhotoKind,
    /// One of [`CONTENT_TYPES`].
    pub content_type: &'static str,
    /// How large it is.
    pub size_bytes: u64,
    /// SHA-256 of the bytes, 64 lower-case hex digits, if the client knows it.
    pub sha256: Option<String>,
    /// The charger that it shows.
    pub charger_id: Option<Uuid>,
}

/// The body of `POST /uploads`.
#[derive(Clone, Debug, PartialEq)]
pub enum UploadRequest {
    /// One photo, described by the body itself.
    One(NewUpload),
    /// `{"files": […]}`.
    Many(Vec<NewUpload>),
}

impl UploadRequest {
    /// Reads the body; `max_bytes` is the limit of one photo.
    ///
    /// # Errors
    /// Bad input that names every bad field.
    pub fn from_body(body: &[u8], max_bytes: u64) -> Result<Self> {
        let object = parse_body(body)?;
        let mut fields = Fields::new(&object);
        let request = fields.form(&["files"], |fields, form| match form {
            Some(_) => fields.objects("files", 1..=MAX_FILES, |item| read_upload(item, max_bytes)).map(Self::Many),
            None => read_upload(fields, max_bytes).map(Self::One),
        });
        fields.finish()?;
        request.ok_or_else(|| Error::internal("an upload with a missing field passed the checks"))
    }

    /// The photos, however they were sent.
    pub fn files(&self) -> &[NewUpload] {
        match self {
            Self::One(file) => std::slice::from_ref(file),
            Self::Many(files) => files,
        }
    }
}

fn read_upload(fields: &mut Fields<'_>, max_bytes: u64) -> Option<NewUpload> {
    let kind = fields.required("kind", |f, name| f.word(name, PhotoKind::parse, "charger, verification, profile"));
    let content_type = fields.required("content_type", |f, name| f.word(name, content_type, &CONTENT_TYPES.join(", ")));
    let size = fields.required("size_bytes", |f, name| f.integer(name, 1..=max_bytes as i64));
    let sha256 = fields.parsed("sha256", sha256, "64 lower-case hex digits");
    let charger_id = fields.parsed("charger_id", |text| Uuid::try_parse(text).ok(), "the id of a charger");
    fields.rule(|| {
        let others = json!({"properties": {"kind": {"enum": ["charger", "verification"]}}});
        json!({"anyOf": [others, {"properties": {"charger_id": {"type": "null"}}}]})
    });
    if charger_id.is_some() && kind.is_some_and(|kind| kind == PhotoKind::Profile) {
        fields.refuse("charger_id", "excludes", "A profile picture belongs to no charger.");
    }
    Some(NewUpload { kind: kind?, content_type: content_type?, size_bytes: size? as u64, sha256, charger_id })
}

fn content_type(text: &str) -> Option<&'static str> {
    CONTENT_TYPES.into_iter().find(|known| *known == text)
}

fn sha256(text: &str) -> Option<String> {
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (text.len() == 64 && text.bytes().all(is_hex)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_and_many_files_are_read_alike() {
        let one = br#"{"kind": "charger", "content_type": "image/jpeg", "size_bytes": 2913134}"#;
        let one = UploadRequest::from_body(one, 25_000_000).unwrap();
        let many = br#"{"files": [{"kind": "charger", "content_type": "image/jpeg", "size_bytes": 2913134}]}"#;
        let many = UploadRequest::from_body(many, 25_000_000).unwrap();
        assert_eq!(one.files(), many.files());
    }

    #[test]
    fn every_bad_field_of_every_file_is_named() {
        let body = br#"{"files": [{"kind": "dog", "content_type": "image/heic", "size_bytes": 0},
            {"kind": "profile", "content_type": "image/png", "size_bytes": 26000000, "sha256": "AB", "charger_id": "7", "x": 1}]}"#;
        let error = UploadRequest::from_body(body, 25_000_000).unwrap_err();
        let named: Vec<_> = error.fields().iter().map(|e| format!("{} {}", e.field, e.code)).collect();
        assert_eq!(
            named,
            [
                "files[0].kind unknown_value",
                "files[0].content_type unknown_value",
                "files[0].size_bytes out_of_range",
                "files[1].size_bytes out_of_range",
                "files[1].sha256 wrong_form",
                "files[1].charger_id wrong_form",
                "files[1].x unknown",
            ]
        );
    }
}
