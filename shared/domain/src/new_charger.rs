//! A charger as a contributor sends it.

mod photos;

pub use photos::{NotBase64, PhotoError, PhotoInput, decode_base64};

use crate::charger::Connector;
use crate::charger_fields as read;
use crate::fields::{Fields, parse_body};
use crate::geo::Point;
use crate::vocabulary::Amenity;
use crate::{Error, Result};
use serde_json::Value;

/// Ports that a charger can have.
pub const PORTS: std::ops::RangeInclusive<i64> = 1..=100;
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

impl NewCharger {
    /// Reads the body of `POST /chargers`: the charger, and each photo or why it cannot be taken.
    ///
    /// # Errors
    /// Bad input that names every bad field; too large when the photos exceed 4.5 MB in all.
    pub fn from_body(body: &[u8]) -> Result<(Self, Vec<Result<PhotoInput, PhotoError>>)> {
        let object = parse_body(body)?;
        let mut fields = Fields::new(&object);
        let charger = Self::read(&mut fields);
        let photos = photos::read(&mut fields);
        fields.finish()?;
        let photos = photos::decode(photos)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
}
