//! The columns that are read, by name: files of other years have them at other places.

use csv::{ByteRecord, StringRecord};
use domain::{Error, Kind, Result};

/// A column that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Fuel,
    Id,
    Status,
    Name,
    Street,
    City,
    State,
    Zip,
    Latitude,
    Longitude,
    Connectors,
    Level1,
    Level2,
    DcFast,
    Network,
    Access,
    Hours,
    Pricing,
}

const NAMES: [(Column, &str); 18] = [
    (Column::Fuel, "Fuel Type Code"),
    (Column::Id, "ID"),
    (Column::Status, "Status Code"),
    (Column::Name, "Station Name"),
    (Column::Street, "Street Address"),
    (Column::City, "City"),
    (Column::State, "State"),
    (Column::Zip, "ZIP"),
    (Column::Latitude, "Latitude"),
    (Column::Longitude, "Longitude"),
    (Column::Connectors, "EV Connector Types"),
    (Column::Level1, "EV Level1 EVSE Num"),
    (Column::Level2, "EV Level2 EVSE Num"),
    (Column::DcFast, "EV DC Fast Count"),
    (Column::Network, "EV Network"),
    (Column::Access, "Groups With Access Code"),
    (Column::Hours, "Access Days Time"),
    (Column::Pricing, "EV Pricing"),
];

impl Column {
    /// The name in the file's header.
    pub(super) fn name(self) -> &'static str {
        NAMES[self as usize].1
    }
}

/// Where the columns of a file are.
#[derive(Debug)]
pub(super) struct Columns {
    at: [usize; NAMES.len()],
    /// How many fields a row has.
    pub(super) width: usize,
}

impl Columns {
    /// Finds the columns in a header.
    ///
    /// # Errors
    /// Bad input that names every column that is missing.
    pub(super) fn find(header: &ByteRecord) -> Result<Self> {
        let place = |name: &str| header.iter().position(|field| field.trim_ascii() == name.as_bytes());
        let names = NAMES.iter().map(|(_, name)| *name);
        let missing: Vec<&str> = names.clone().filter(|name| place(name).is_none()).collect();
        if !missing.is_empty() {
            let detail = format!("This is not an AFDC station file: it has no column {}.", missing.join(", "));
            return Err(Error::new(Kind::BadInput, detail));
        }
        let mut at = [0; NAMES.len()];
        for (slot, place) in at.iter_mut().zip(names.filter_map(place)) {
            *slot = place;
        }
        Ok(Self { at, width: header.len() })
    }

    /// A field of a row, trimmed; empty where the row is too short.
    pub(super) fn get<'r>(&self, row: &'r StringRecord, column: Column) -> &'r str {
        row.get(self.at[column as usize]).unwrap_or_default().trim()
    }

    /// The same of a row that may be no text.
    pub(super) fn bytes<'r>(&self, row: &'r ByteRecord, column: Column) -> &'r [u8] {
        row.get(self.at[column as usize]).unwrap_or_default().trim_ascii()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_in_the_order_of_the_enum() {
        assert!(NAMES.iter().enumerate().all(|(index, (column, _))| *column as usize == index));
    }

    #[test]
    fn every_missing_column_is_named_and_any_order_is_taken() {
        let mut names: Vec<&str> = NAMES.iter().map(|(_, name)| *name).collect();
        names.reverse();
        names.insert(3, "Something Else");
        let columns = Columns::find(&ByteRecord::from(names.clone())).unwrap();
        assert_eq!(columns.get(&StringRecord::from(names.clone()), Column::Zip), "ZIP");
        names.retain(|name| !["ZIP", "EV Pricing"].contains(name));
        let error = Columns::find(&ByteRecord::from(names)).unwrap_err();
        assert_eq!(error.detail(), "This is not an AFDC station file: it has no column ZIP, EV Pricing.");
    }
}
