//! A charger as a data set describes it, before the database knows it.

use db::ImportedCharger;
use domain::charger::Connector;
use domain::geo::Point;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use uuid::Uuid;

/// A charger of a data set: everything normalised and within the limits of `POST /chargers`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Station {
    pub(crate) source_id: String,
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) point: Point,
    pub(crate) connectors: Vec<Connector>,
    pub(crate) total_ports: u32,
    pub(crate) operator: Option<String>,
    pub(crate) notes: Option<String>,
}

impl Station {
    /// For the database; `id` is taken where the station is new.
    pub(crate) fn into_charger(self, id: Uuid) -> ImportedCharger {
        let hash = self.content_hash();
        let Self { source_id, name, address, point, connectors, total_ports, operator, notes } = self;
        ImportedCharger { id, source_id, name, address, point, connectors, total_ports, operator, notes, hash }
    }

    /// The first eight bytes of the SHA-256 of everything but the id.
    fn content_hash(&self) -> i64 {
        // No text holds this control character, so different stations never write the same line.
        const END: char = '\u{1f}';
        let (lat, lng) = (self.point.lat(), self.point.lng());
        let mut content =
            format!("{}{END}{}{END}{lat}{END}{lng}{END}{}{END}", self.name, self.address, self.total_ports);
        for Connector { port, power_kw, count } in &self.connectors {
            // Writing to a String cannot fail.
            let _ = write!(content, "{} {power_kw:?} {count},", port.as_str());
        }
        for text in [&self.operator, &self.notes] {
            content.push(END);
            content.push_str(text.as_deref().unwrap_or_default());
        }
        let digest = Sha256::digest(content);
        i64::from_be_bytes(std::array::from_fn(|index| digest[index]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::vocabulary::Port;

    fn station() -> Station {
        Station {
            source_id: "1".to_owned(),
            name: "Station".to_owned(),
            address: "Street".to_owned(),
            point: Point::new(42.5, -73.25).unwrap(),
            connectors: vec![Connector { port: Port::Ccs, power_kw: None, count: 2 }],
            total_ports: 2,
            operator: None,
            notes: None,
        }
    }

    #[test]
    fn every_part_but_the_id_changes_the_hash() {
        let hash = station().content_hash();
        assert_eq!(Station { source_id: "2".to_owned(), ..station() }.content_hash(), hash);
        let ccs = |power_kw, count| vec![Connector { port: Port::Ccs, power_kw, count }];
        let others = [
            Station { name: "Other".to_owned(), ..station() },
            Station { address: "Other".to_owned(), ..station() },
            Station { point: Point::new(42.5, -73.250001).unwrap(), ..station() },
            Station { connectors: ccs(None, 1), ..station() },
            Station { connectors: ccs(Some(50.0), 2), ..station() },
            Station { total_ports: 3, ..station() },
            Station { operator: Some("x".to_owned()), ..station() },
            Station { notes: Some("x".to_owned()), ..station() },
        ];
        let mut hashes: Vec<i64> = others.iter().map(Station::content_hash).chain([hash]).collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), 9);
    }
}
