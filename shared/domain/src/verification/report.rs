//! A verification as somebody sends it: the body of `POST /chargers/{id}/verify`.

use super::Action;
use crate::fields::{Fields, parse_body};
use crate::photo::photo_id_of_url;
use crate::vocabulary::{PaymentMethod, Port, StationLighting};
use crate::{Error, Result};
use serde::Serialize;
use std::ops::RangeInclusive;
use uuid::Uuid;

/// From bad to good.
const RATING: RangeInclusive<i64> = 1..=5;
/// A day, in minutes.
const WAIT_MIN: RangeInclusive<i64> = 0..=1440;
const PORTS: RangeInclusive<i64> = 0..=100;
/// In characters.
const NOTES: RangeInclusive<usize> = 0..=2000;

/// What somebody found at a charger: an action, and what they care to say beside it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Report {
    /// Whether it works.
    pub action: Action,
    /// Up to 2,000 characters.
    pub notes: Option<String>,
    /// How long they waited, 0 to 1,440 minutes.
    pub wait_time: Option<u16>,
    /// Where they plugged in.
    pub port_type_used: Option<Port>,
    /// Ports that were free, 0 to 100.
    pub ports_available: Option<u16>,
    /// Whether the car was charged.
    pub charging_success: Option<bool>,
    /// How they paid.
    pub payment_method: Option<PaymentMethod>,
    /// How it is lit.
    pub station_lighting: Option<StationLighting>,
    /// 1 to 5.
    pub cleanliness_rating: Option<u8>,
    /// 1 to 5.
    pub charging_speed_rating: Option<u8>,
    /// 1 to 5.
    pub amenities_rating: Option<u8>,
    /// Whether others should come.
    pub would_recommend: Option<bool>,
    /// A photo of kind `verification`.
    pub photo_id: Option<Uuid>,
}

impl Report {
    /// An action without details.
    pub const fn new(action: Action) -> Self {
        Self {
            action,
            notes: None,
            wait_time: None,
            port_type_used: None,
            ports_available: None,
            charging_success: None,
            payment_method: None,
            station_lighting: None,
            cleanliness_rating: None,
            charging_speed_rating: None,
            amenities_rating: None,
            would_recommend: None,
            photo_id: None,
        }
    }

    /// Reads the body; `base_url` is the public address of processed photos, by which the photo may be named, too.
    ///
    /// # Errors
    /// Bad input that names every bad field.
    pub fn from_body(body: &[u8], base_url: &str) -> Result<Self> {
        let object = parse_body(body)?;
        let mut fields = Fields::new(&object);
        let action = fields.required("action", |f, name| f.word(name, Action::parse, &Action::list()));
        let report = Self {
            notes: fields.text("notes", NOTES).filter(|notes| !notes.is_empty()),
            wait_time: fields.integer("wait_time", WAIT_MIN).map(|minutes| minutes as u16),
            port_type_used: fields.word("port_type_used", Port::parse, &Port::list()),
            ports_available: fields.integer("ports_available", PORTS).map(|ports| ports as u16),
            charging_success: fields.boolean("charging_success"),
            payment_method: fields.word("payment_method", PaymentMethod::parse, &PaymentMethod::list()),
            station_lighting: fields.word("station_lighting", StationLighting::parse, &StationLighting::list()),
            cleanliness_rating: read_rating(&mut fields, "cleanliness_rating"),
            charging_speed_rating: read_rating(&mut fields, "charging_speed_rating"),
            amenities_rating: read_rating(&mut fields, "amenities_rating"),
            would_recommend: fields.boolean("would_recommend"),
            photo_id: read_photo(&mut fields, base_url),
            ..Self::new(action.unwrap_or(Action::Active))
        };
        fields.finish()?;
        action.map(|action| Self { action, ..report }).ok_or_else(|| Error::internal("no action passed the checks"))
    }
}

fn read_rating(fields: &mut Fields<'_>, name: &'static str) -> Option<u8> {
    fields.integer(name, RATING).map(|stars| stars as u8)
}

/// The photo by its id or, as older apps name it, by its address.
fn read_photo(fields: &mut Fields<'_>, base_url: &str) -> Option<Uuid> {
    let by_id = fields.parsed("photo_id", |text| Uuid::try_parse(text).ok(), "the id of a photo");
    let of_url = |url: &str| photo_id_of_url(base_url, url);
    let by_url = fields.parsed("photo_url", of_url, "the address of a photo that was uploaded here");
    fields.not_both("photo_id", "photo_url");
    by_id.or(by_url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const PHOTOS: &str = "https://photos.example";

    fn read(body: &Value) -> Result<Report> {
        Report::from_body(body.to_string().as_bytes(), PHOTOS)
    }

    fn named(body: &Value) -> Vec<String> {
        let error = read(body).unwrap_err();
        error.fields().iter().map(|field| format!("{} {}", field.field, field.code)).collect()
    }

    /// Every detail at one end of its limits, and at the other.
    fn ends() -> [Value; 2] {
        let id = Uuid::from_u128(7);
        let low = json!({
            "action": "active", "notes": "x", "wait_time": 0, "port_type_used": "Type 1", "ports_available": 0,
            "charging_success": true, "payment_method": "App", "station_lighting": "Well-lit", "cleanliness_rating": 1,
            "charging_speed_rating": 1, "amenities_rating": 1, "would_recommend": false, "photo_id": id});
        let high = json!({
            "action": "not_working", "notes": "ß".repeat(2000), "wait_time": 1440, "port_type_used": "Household",
            "ports_available": 100, "charging_success": false, "payment_method": "Subscription",
            "station_lighting": "Poor", "cleanliness_rating": 5, "charging_speed_rating": 5, "amenities_rating": 5,
            "would_recommend": true, "photo_id": id});
        [low, high]
    }

    #[test]
    fn every_detail_is_taken_as_sent_up_to_both_ends_of_its_limits() {
        for sent in ends() {
            assert_eq!(serde_json::to_value(read(&sent).unwrap()).unwrap(), sent);
        }
        assert_eq!(read(&json!({"action": "partial"})).unwrap(), Report::new(Action::Partial));
        let nothing_said = json!({"action": "partial", "notes": "", "wait_time": null, "photo_url": null});
        assert_eq!(read(&nothing_said).unwrap(), Report::new(Action::Partial));
    }

    #[test]
    fn every_limit_is_kept() {
        let table = [
            ("action", json!(null), "action required"),
            ("action", json!("Active"), "action unknown_value"),
            ("notes", json!("x".repeat(2001)), "notes wrong_length"),
            ("notes", json!("a\u{0}b"), "notes control_character"),
            ("wait_time", json!(-1), "wait_time out_of_range"),
            ("wait_time", json!(1441), "wait_time out_of_range"),
            ("wait_time", json!(1.5), "wait_time out_of_range"),
            ("wait_time", json!("5"), "wait_time wrong_type"),
            ("port_type_used", json!("ccs"), "port_type_used unknown_value"),
            ("ports_available", json!(-1), "ports_available out_of_range"),
            ("ports_available", json!(101), "ports_available out_of_range"),
            ("charging_success", json!("yes"), "charging_success wrong_type"),
            ("payment_method", json!("card"), "payment_method unknown_value"),
            ("station_lighting", json!("Well lit"), "station_lighting unknown_value"),
            ("cleanliness_rating", json!(0), "cleanliness_rating out_of_range"),
            ("charging_speed_rating", json!(6), "charging_speed_rating out_of_range"),
            ("amenities_rating", json!([3]), "amenities_rating wrong_type"),
            ("would_recommend", json!(1), "would_recommend wrong_type"),
            ("photo_id", json!("7"), "photo_id wrong_form"),
            ("station_lightning", json!("Poor"), "station_lightning unknown"),
        ];
        for (field, value, expected) in table {
            let mut body = ends()[0].clone();
            body[field] = value;
            assert_eq!(named(&body), [expected], "{body}");
        }
    }

    #[test]
    fn every_bad_field_is_named_at_once() {
        let body = json!({"wait_time": 2000, "cleanliness_rating": 9, "photo_id": 1, "mood": "good"});
        let expected = ["action required", "wait_time out_of_range", "cleanliness_rating out_of_range"];
        assert_eq!(named(&body), [&expected[..], &["photo_id wrong_form", "mood unknown"]].concat());
    }

    #[test]
    fn a_photo_is_named_by_its_id_or_by_an_address_of_ours() {
        let id = Uuid::from_u128(7);
        let url = format!("{PHOTOS}/processed/verification/20261120/{id}_0a1b2c3d.jpg");
        assert_eq!(read(&json!({"action": "active", "photo_url": url})).unwrap().photo_id, Some(id));
        let elsewhere = json!({"action": "active", "photo_url": url.replace("photos", "evil")});
        assert_eq!(named(&elsewhere), ["photo_url wrong_form"]);
        assert_eq!(named(&json!({"action": "active", "photo_id": id, "photo_url": url})), ["photo_url excludes"]);
    }
}
