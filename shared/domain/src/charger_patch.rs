//! What `PATCH /chargers/{id}` changes of a charger. A field that is left out stays; `null` clears what need not be there.

use crate::charger::{Charger, max_power_kw};
use crate::charger_fields::{self as read, Equipment};
use crate::fields::{Fields, parse_body};
use crate::geo::Point;
use crate::new_charger::PORTS;
use crate::vocabulary::{Amenity, Port};
use crate::{Error, Result};

/// A valid patch, which has yet to meet its charger. The outer `Option` says whether the field is given, the inner one what it
/// becomes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChargerPatch {
    name: Option<String>,
    address: Option<String>,
    point: Option<Point>,
    equipment: Option<Equipment>,
    total_ports: Option<u32>,
    available_ports: Option<Option<u32>>,
    operator: Option<Option<String>>,
    amenities: Option<Vec<Amenity>>,
    notes: Option<Option<String>>,
}

impl ChargerPatch {
    /// Reads the body of `PATCH /chargers/{id}`.
    ///
    /// # Errors
    /// Bad input that names every bad field, or `body` where there is none at all.
    pub fn from_body(body: &[u8]) -> Result<Self> {
        let object = parse_body(body)?;
        let mut fields = Fields::new(&object);
        fields.refuse_empty();
        for field in ["port_types", "connectors", "total_ports"] {
            fields.refuse_null(field);
        }
        let equipment = read::equipment(&mut fields);
        fields.not_both("port_types", "connectors");
        let patch = Self {
            name: fields.lasting("name", read::name),
            address: fields.lasting("address", read::address),
            point: read_point(&mut fields),
            total_ports: read::total_ports(&mut fields, equipment.as_ref()),
            equipment,
            available_ports: fields.nullable("available_ports", available_ports),
            operator: fields.nullable("operator", read::operator),
            amenities: fields.lasting("amenities", read::amenities),
            notes: fields.nullable("notes", read::notes).map(|notes| notes.filter(|notes| !notes.is_empty())),
        };
        fields.finish()?;
        Ok(patch)
    }

    /// Changes a charger. Ports that are free are cut down to those that there are; `port_types` alone keeps power and count of the
    /// kinds that stay.
    ///
    /// # Errors
    /// Bad input for `available_ports` above the ports that there are then; the charger is of no use any more.
    pub fn apply(&self, charger: &mut Charger) -> Result<()> {
        let patch = self.clone();
        charger.name = patch.name.unwrap_or(std::mem::take(&mut charger.name));
        charger.address = patch.address.unwrap_or(std::mem::take(&mut charger.address));
        if let Some(point) = patch.point {
            (charger.latitude, charger.longitude) = (point.lat(), point.lng());
        }
        if let Some(equipment) = patch.equipment {
            charger.connectors = equipment.connectors(&charger.connectors);
            charger.port_types = Port::from_mask(Port::mask(charger.connectors.iter().map(|c| &c.port)));
            charger.max_power_kw = max_power_kw(&charger.connectors);
        }
        charger.total_ports = patch.total_ports.unwrap_or(charger.total_ports);
        charger.operator = patch.operator.unwrap_or(charger.operator.take());
        if let Some(amenities) = patch.amenities {
            charger.amenities = Amenity::from_mask(Amenity::mask(&amenities));
        }
        charger.notes = patch.notes.unwrap_or(charger.notes.take());
        charger.available_ports = available_of(charger, patch.available_ports)?;
        Ok(())
    }
}

/// How many ports are free after a patch that says so, or does not.
fn available_of(charger: &Charger, said: Option<Option<u32>>) -> Result<Option<u32>> {
    let total = charger.total_ports;
    match said {
        Some(Some(ports)) if ports > total => {
            let detail = format!("Must be at most total_ports, which is {total}.");
            Err(Error::bad_field("available_ports", "out_of_range", detail))
        }
        Some(said) => Ok(said),
        None => Ok(charger.available_ports.map(|ports| ports.min(total))),
    }
}

fn available_ports(fields: &mut Fields<'_>, field: &'static str) -> Option<u32> {
    fields.integer(field, 0..=*PORTS.end()).map(|ports| ports as u32)
}

/// Both coordinates or none: half a position is nowhere.
fn read_point(fields: &mut Fields<'_>) -> Option<Point> {
    let latitude = fields.lasting("latitude", read::latitude);
    let longitude = fields.lasting("longitude", read::longitude);
    fields.together("latitude", "longitude");
    Point::new(latitude?, longitude?)
}

#[cfg(test)]
mod tests;
