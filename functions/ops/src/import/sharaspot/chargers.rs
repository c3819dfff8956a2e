//! A charger of the original within the limits of today.

use super::identities::Identities;
use super::keys::charger_id;
use super::reading::{Read, Reading};
use super::words;
use db::sharaspot::{ArrivingCharger, Columns};
use domain::Timestamp;
use domain::charger::{Connector, SourceType};
use domain::geo::Point;
use domain::new_charger::PORTS;
use domain::vocabulary::Amenity;
use uuid::Uuid;

pub(super) const TABLE: &str = "chargers";

const MAX_NAME_CHARS: usize = 200;
const MAX_ADDRESS_CHARS: usize = 500;
const MAX_NOTES_CHARS: usize = 2_000;
const NO_NAME: &str = "Charger";

/// Reads a row; only one that is nowhere stays behind.
pub(super) fn read_charger(columns: &Columns, identities: &Identities, now: Timestamp) -> Read<ArrivingCharger> {
    let mut reading = Reading::new(TABLE, columns);
    let point = reading.number("latitude").zip(reading.number("longitude"));
    let Some(point) = point.and_then(|(lat, lng)| Point::new(lat, lng)) else {
        reading.rejected("latitude, longitude", "no place on Earth");
        return reading.stays();
    };
    let reading = &mut reading;
    let (connectors, total_ports, available_ports) = read_ports(reading);
    let last_verified = reading.time("last_verified", now);
    let charger = ArrivingCharger {
        id: charger_id(&reading.id),
        source_id: source_id(&reading.id),
        name: read_name(reading),
        address: read_address(reading, point),
        point,
        connectors,
        total_ports,
        available_ports,
        amenities: read_amenities(reading),
        source_type: reading.known("source_type", words::source_type).unwrap_or(SourceType::CommunityManual),
        verification_level: read_level(reading),
        added_by: read_author(reading, identities),
        notes: reading.text("notes", MAX_NOTES_CHARS),
        uptime_percentage: read_uptime(reading),
        last_verified,
        created_at: read_created_at(reading, now, last_verified),
    };
    Read { row: Some(charger), findings: std::mem::take(&mut reading.findings) }
}

/// The old id, where the new one does not say it letter by letter.
fn source_id(id: &str) -> Option<String> {
    let is_kept = Uuid::try_parse(id).is_ok_and(|uuid| uuid.to_string() == id);
    (!is_kept).then(|| id.to_owned())
}

fn read_name(reading: &mut Reading<'_>) -> String {
    reading.text("name", MAX_NAME_CHARS).unwrap_or_else(|| {
        reading.repaired("name", format!("missing, \"{NO_NAME}\" taken"));
        NO_NAME.to_owned()
    })
}

fn read_address(reading: &mut Reading<'_>, point: Point) -> String {
    reading.text("address", MAX_ADDRESS_CHARS).unwrap_or_else(|| {
        reading.repaired("address", "missing, the position taken");
        format!("{:.5}, {:.5}", point.lat(), point.lng())
    })
}

/// Connectors of unknown power, ports in all, and free ports. A charger whose plugs are all unknown comes without any: that it is
/// there is worth more than what it has, and who edits it finds it.
fn read_ports(reading: &mut Reading<'_>) -> (Vec<Connector>, u32, Option<u32>) {
    let ports = reading.list("port_types", words::port);
    if ports.is_empty() {
        reading.repaired("port_types", "no known plug, comes without connectors");
    }
    let connectors: Vec<_> = ports.into_iter().map(|port| Connector { port, power_kw: None, count: 1 }).collect();
    let available = reading.integer("available_ports", 0..=*PORTS.end());
    let total = reading.number("total_ports").map(|number| number as i64);
    let total_ports = match total {
        Some(total) if PORTS.contains(&total) => total,
        Some(total) if total > *PORTS.end() => *PORTS.end(),
        _ => available.unwrap_or(0).max(connectors.len() as i64).max(1),
    };
    if total != Some(total_ports) {
        reading.repaired("total_ports", format!("no number from 1 to 100, {total_ports} taken"));
    }
    let kept = available.map(|available| available.min(total_ports));
    if kept != available {
        reading.repaired("available_ports", format!("more than there are, {total_ports} taken"));
    }
    (connectors, total_ports as u32, kept.map(|ports| ports as u32))
}

/// What is there and what is near are the same here.
fn read_amenities(reading: &mut Reading<'_>) -> Vec<Amenity> {
    let mut amenities = reading.list("amenities", words::amenity);
    amenities.extend(reading.list("nearby_amenities", words::amenity));
    amenities.sort_unstable();
    amenities.dedup();
    amenities
}

fn read_level(reading: &mut Reading<'_>) -> i16 {
    let level = reading.number("verification_level").map(|level| level as i64);
    let kept = level.unwrap_or(1).clamp(1, 5);
    if level != Some(kept) {
        reading.repaired("verification_level", format!("no level from 1 to 5, {kept} taken"));
    }
    kept as i16
}

fn read_author(reading: &mut Reading<'_>, identities: &Identities) -> Option<String> {
    let author = reading.word("added_by")?;
    if !reading.is_true("is_author_known") {
        reading.repaired("added_by", "there is no such user, comes without an author");
        return None;
    }
    Some(identities.sub_of(&author).to_owned())
}

fn read_uptime(reading: &mut Reading<'_>) -> Option<f64> {
    reading.word("uptime_percentage")?;
    let uptime = reading.number("uptime_percentage").filter(|uptime| (0.0..=100.0).contains(uptime));
    if uptime.is_none() {
        reading.repaired("uptime_percentage", "no number from 0 to 100, left out");
    }
    uptime
}

fn read_created_at(reading: &mut Reading<'_>, now: Timestamp, last_verified: Option<Timestamp>) -> Timestamp {
    reading.time("created_at", now).unwrap_or_else(|| {
        let (other, word) = last_verified.map_or((now, "the time of the import"), |time| (time, "last_verified"));
        reading.repaired("created_at", format!("missing, {word} taken"));
        other
    })
}
