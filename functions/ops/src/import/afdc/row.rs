//! A row of the file, as a station or as the reason why it is none.

use super::columns::{Column, Columns};
use super::connectors::{Evses, read_connectors};
use crate::station::Station;
use csv::{ByteRecord, StringRecord};
use domain::geo::Point;

const ELECTRIC: &str = "ELEC";
/// Biodiesel, natural gas, ethanol, hydrogen, propane, renewable diesel.
const OTHER_FUELS: [&str; 8] = ["BD", "CNG", "E85", "HY", "HYDROGEN", "LNG", "LPG", "RD"];
const PLANNED: &str = "P";
const OUT_OF_SERVICE: &str = "T";
const MAX_EVSES: u32 = 1_000;
const MAX_NOTES_CHARS: usize = 2_000;

/// What a row is.
#[derive(Debug, PartialEq)]
pub(super) enum Row {
    /// An electric station.
    Station(Box<Station>),
    /// A station for another fuel.
    OtherFuel,
    /// None that can be taken.
    Rejected {
        /// Its id, as far as it can be read.
        id: String,
        /// Why, in words.
        reason: String,
    },
}

/// Tells what a row is.
pub(super) fn read_row(columns: &Columns, record: &ByteRecord) -> Row {
    let read = || {
        check_width(columns, record)?;
        let text = StringRecord::from_byte_record(record.clone()).map_err(|error| {
            let column = error.utf8_error().field() + 1;
            format!("field {column} is not UTF-8 text")
        })?;
        let field = |column| columns.get(&text, column);
        match field(Column::Fuel) {
            ELECTRIC => read_station(&field).map(|station| Row::Station(Box::new(station))),
            fuel if OTHER_FUELS.contains(&fuel) => Ok(Row::OtherFuel),
            fuel => Err(format!("unknown Fuel Type Code \"{fuel}\"")),
        }
    };
    read().unwrap_or_else(|reason| {
        let id = String::from_utf8_lossy(columns.bytes(record, Column::Id)).into_owned();
        Row::Rejected { id, reason }
    })
}

fn check_width(columns: &Columns, record: &ByteRecord) -> Result<(), String> {
    if record.len() == columns.width {
        return Ok(());
    }
    let lines = record.as_slice().iter().filter(|byte| **byte == b'\n').count() + 1;
    let hint = if lines > 1 { format!(" over {lines} lines (a quote that is not closed?)") } else { String::new() };
    Err(format!("{} fields instead of {}{hint}", record.len(), columns.width))
}

fn read_station<'r>(field: &impl Fn(Column) -> &'r str) -> Result<Station, String> {
    if field(Column::Status) == PLANNED {
        return Err("planned, not yet open".to_owned());
    }
    let text = |column: Column, max_chars| required(column.name(), &clean(column.name(), field(column))?, max_chars);
    let evses = Evses {
        level1: read_count(Column::Level1, field(Column::Level1))?,
        level2: read_count(Column::Level2, field(Column::Level2))?,
        dc_fast: read_count(Column::DcFast, field(Column::DcFast))?,
    };
    Ok(Station {
        source_id: text(Column::Id, 100)?,
        name: text(Column::Name, 200)?,
        address: read_address(field)?,
        point: read_point(field(Column::Latitude), field(Column::Longitude))?,
        connectors: read_connectors(field(Column::Connectors), &evses)?,
        total_ports: evses.total().max(1),
        operator: match field(Column::Network) {
            "" | "Non-Networked" => None,
            _ => Some(text(Column::Network, 200)?),
        },
        amenities: None,
        notes: read_notes(field)?,
        standing: None,
    })
}

/// "Street, City, State ZIP", without what is empty.
fn read_address<'r>(field: &impl Fn(Column) -> &'r str) -> Result<String, String> {
    let state = [field(Column::State), field(Column::Zip)].join(" ");
    let parts = [field(Column::Street), field(Column::City), state.trim()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    required("address", &clean("address", &parts.join(", "))?, 500)
}

/// Who may charge (where not everybody), when, and for how much.
fn read_notes<'r>(field: &impl Fn(Column) -> &'r str) -> Result<Option<String>, String> {
    let mut lines = Vec::new();
    if field(Column::Status) == OUT_OF_SERVICE {
        lines.push("Temporarily out of service.".to_owned());
    }
    let parts = [("Access", Column::Access), ("Hours", Column::Hours), ("Pricing", Column::Pricing)];
    for (label, column) in parts {
        let text = clean(column.name(), field(column))?;
        if !text.is_empty() && (column, text.as_str()) != (Column::Access, "Public") {
            lines.push(format!("{label}: {text}"));
        }
    }
    let notes = lines.join("\n");
    Ok(match notes.chars().count() {
        0 => None,
        1..=MAX_NOTES_CHARS => Some(notes),
        _ => Some(notes.chars().take(MAX_NOTES_CHARS - 1).chain(['…']).collect()),
    })
}

fn read_point(lat: &str, lng: &str) -> Result<Point, String> {
    let point = lat.parse().ok().zip(lng.parse().ok()).and_then(|(lat, lng)| Point::new(lat, lng));
    point.ok_or_else(|| format!("no place on Earth: Latitude \"{lat}\", Longitude \"{lng}\""))
}

/// A number of EVSEs; empty where the station has none of them.
fn read_count(column: Column, text: &str) -> Result<u32, String> {
    let count = if text.is_empty() { Ok(0) } else { text.parse() };
    let valid = count.ok().filter(|count| *count <= MAX_EVSES);
    valid.ok_or_else(|| format!("{} \"{text}\" is no number from 0 to {MAX_EVSES}", column.name()))
}

/// One line of text with single spaces.
fn clean(name: &str, text: &str) -> Result<String, String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().any(char::is_control) { Err(format!("{name} holds control characters")) } else { Ok(line) }
}

fn required(name: &str, text: &str, max_chars: usize) -> Result<String, String> {
    match text.chars().count() {
        0 => Err(format!("{name} is missing")),
        length if length > max_chars => Err(format!("{name} has {length} characters, at most {max_chars} are taken")),
        _ => Ok(text.to_owned()),
    }
}
