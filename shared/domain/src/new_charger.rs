//! A charger as a contributor sends it.

use crate::charger::Connector;
use crate::charger_fields as read;
use crate::fields::{Fields, parse_body};
use crate::geo::Point;
use crate::vocabulary::Amenity;
use crate::{Error, Kind, Result};
use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// Ports that a charger can have.
pub const PORTS: std::ops::RangeInclusive<i64> = 1..=100;
/// One decoded photo in a body; larger ones are uploaded.
pub const MAX_PHOTO_BYTES: usize = 5_000_000;
/// Decoded photos in one body: a Lambda request is capped at 6 MB, base64 adds a third.
pub const MAX_BODY_PHOTO_BYTES: usize = 4_500_000;

/// A valid charger, ready to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCharger {
    /// 1 to 200 characters.
    pub name: String,
    /// 1 to 500 characters.
    pub address: String,
    /// Where it is.
    pub point: Point,
    /// At least one.
    pub connectors: Vec<Connector>,
    /// Ports in all, 1 to 100.
    pub total_ports: u32,
    /// Who runs it.
    pub operator: Option<String>,
    /// What is near.
    pub amenities: Vec<Amenity>,
    /// Up to 2,000 characters.
    pub notes: Option<String>,
    /// Add it even where a like charger stands already.
    pub allow_duplicate: bool,
}

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

impl NewCharger {
    /// Reads the body of `POST /chargers`: the charger, and each photo or why it cannot be taken.
    ///
    /// # Errors
    /// Bad input that names every bad field; too large when the photos exceed [`MAX_BODY_PHOTO_BYTES`] in all.
    pub fn from_body(body: &[u8]) -> Result<(Self, Vec<Result<PhotoInput, PhotoError>>)> {
        let object = parse_body(body)?;
        let mut fields = Fields::new(&object);
        let charger = Self::read(&mut fields);
        let photos = read_photos(&mut fields);
        fields.finish()?;
        let photos = decode_photos(photos)?;
        Ok((charger.ok_or_else(incomplete)?, photos))
    }

    /// Reads an item of `POST /chargers/batch`, which brings no photos.
    ///
    /// # Errors
    /// Bad input that names every bad field.
    pub fn from_item(item: &Value) -> Result<Self> {
        let Some(object) = item.as_object() else {
            return Err(Error::bad_field("charger", "wrong_type", "Must be an object."));
        };
        let mut fields = Fields::new(object);
        let charger = Self::read(&mut fields);
        fields.finish()?;
        charger.ok_or_else(incomplete)
    }

    /// Everything but the photos; `None` where a field that is needed is missing or bad, which is noted.
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let name = fields.required("name", read::name);
        let address = fields.required("address", read::address);
        let latitude = fields.required("latitude", read::latitude);
        let longitude = fields.required("longitude", read::longitude);
        let equipment = read::equipment(fields);
        fields.either("port_types", "connectors");
        let total_ports =
            fields.required_unless("connectors", "total_ports", |f, _| read::total_ports(f, equipment.as_ref()));
        let operator = read::operator(fields, "operator");
        let amenities = read::amenities(fields, "amenities").unwrap_or_default();
        let notes = read::notes(fields, "notes").filter(|notes| !notes.is_empty());
        let allow_duplicate = fields.boolean("allow_duplicate").unwrap_or(false);
        Some(Self {
            name: name?,
            address: address?,
            point: Point::new(latitude?, longitude?)?,
            connectors: equipment?.connectors(&[]),
            total_ports: total_ports?,
            operator,
            amenities,
            notes,
            allow_duplicate,
        })
    }
}

fn incomplete() -> Error {
    Error::internal("a charger with a missing field passed the checks")
}

fn read_photos<'a>(fields: &mut Fields<'a>) -> Vec<&'a str> {
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

fn decode_photos(texts: Vec<&str>) -> Result<Vec<Result<PhotoInput, PhotoError>>> {
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

    fn valid() -> Value {
        json!({"name": "Joe's & Co", "address": "1 Main St", "latitude": 42.65, "longitude": -73.75,
               "port_types": ["CCS", "Type 2"], "total_ports": 4})
    }

    fn read(body: &Value) -> Result<(NewCharger, Vec<Result<PhotoInput, PhotoError>>)> {
        NewCharger::from_body(body.to_string().as_bytes())
    }

    #[test]
    fn the_least_that_is_needed_is_taken_as_sent() {
        let (charger, photos) = read(&valid()).unwrap();
        assert_eq!(charger.name, "Joe's & Co");
        assert_eq!(charger.connectors.len(), 2);
        assert!(photos.is_empty());
    }

    #[test]
    fn every_limit_is_kept() {
        let table = [
            ("name", json!(""), "name wrong_length"),
            ("name", json!("x".repeat(201)), "name wrong_length"),
            ("address", json!("x".repeat(501)), "address wrong_length"),
            ("latitude", json!(90.1), "latitude out_of_range"),
            ("longitude", json!("x"), "longitude wrong_type"),
            ("port_types", json!([]), "port_types wrong_count"),
            ("port_types", json!(["CCS", "Plug"]), "port_types[1] unknown_value"),
            ("total_ports", json!(101), "total_ports out_of_range"),
            ("total_ports", json!(null), "total_ports required"),
            ("amenities", json!(["pool"]), "amenities[0] unknown_value"),
            ("notes", json!("x".repeat(2001)), "notes wrong_length"),
            ("photos", json!([1]), "photos[0] wrong_type"),
            ("photos", json!(vec!["x"; 11]), "photos wrong_count"),
            ("connectors", json!([{"type": "CCS"}]), "connectors excludes"),
            ("speed", json!(1), "speed unknown"),
        ];
        for (field, value, expected) in table {
            let mut body = valid();
            body[field] = value;
            let error = read(&body).unwrap_err();
            let named: Vec<_> = error.fields().iter().map(|e| format!("{} {}", e.field, e.code)).collect();
            assert_eq!(named, [expected]);
        }
    }

    #[test]
    fn connectors_bring_power_and_count_and_add_up() {
        let mut body = valid();
        body.as_object_mut().unwrap().retain(|key, _| key != "port_types" && key != "total_ports");
        body["connectors"] = json!([{"type": "CCS", "power_kw": 150, "count": 4}, {"type": "CHAdeMO"}]);
        let (charger, _) = read(&body).unwrap();
        assert_eq!(charger.total_ports, 5);
        assert_eq!(charger.connectors[0].power_kw, Some(150.0));
        body["total_ports"] = json!(null);
        assert_eq!(read(&body).unwrap().0.total_ports, 5, "null counts as absent");
        body["connectors"][0]["count"] = json!(100);
        assert_eq!(read(&body).unwrap_err().fields()[0].code, "out_of_range");
    }

    #[test]
    fn base64_comes_in_every_common_dress_and_bad_photos_do_not_fail_the_charger() {
        let mut body = valid();
        body["photos"] = json!([
            "data:image/jpeg;base64,+/+/",
            "-_-_",
            "+/\n+/ ",
            "00000000-0000-0000-0000-000000000007",
            "data:image/png,x",
            "!",
            ""
        ]);
        let (_, photos) = read(&body).unwrap();
        let bytes = Ok(PhotoInput::Bytes(vec![0xfb, 0xff, 0xbf]));
        assert_eq!(photos[..3], [bytes.clone(), bytes.clone(), bytes]);
        assert_eq!(photos[3], Ok(PhotoInput::Id(Uuid::from_u128(7))));
        assert!(photos[4..].iter().all(|photo| photo.as_ref().is_err_and(|e| e.code == "not_base64")));
    }

    #[test]
    fn too_many_bytes_in_one_body_are_refused_with_the_way_out() {
        let mut body = valid();
        body["photos"] = json!(["A".repeat(6_000_004)]);
        let error = read(&body).unwrap_err();
        assert_eq!(error.kind(), Kind::TooLarge);
        assert!(error.detail().contains("/api/uploads"));
    }
}
