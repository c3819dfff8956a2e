//! A charger as a data set describes it, before the database knows it.

use db::{ImportedCharger, Standing};
use domain::charger::Connector;
use domain::geo::Point;
use domain::vocabulary::Amenity;
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
    /// `None` where the data set does not say.
    pub(crate) amenities: Option<Vec<Amenity>>,
    pub(crate) notes: Option<String>,
    /// What contributors have made of it: for stations that are made up.
    pub(crate) standing: Option<Standing>,
}

impl Station {
    /// For the database; `id` is taken where the station is new.
    pub(crate) fn into_charger(self, id: Uuid) -> ImportedCharger {
        let hash = self.content_hash();
        ImportedCharger {
            id,
            source_id: self.source_id,
            name: self.name,
            address: self.address,
            point: self.point,
            connectors: self.connectors,
            total_ports: self.total_ports,
            operator: self.operator,
            amenities: self.amenities,
            notes: self.notes,
            standing: self.standing,
            hash,
        }
    }

    /// The first eight bytes of the SHA-256 of everything that a data set says, but the id.
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
        if let Some(amenities) = &self.amenities {
            // Behind everything else: sets that do not say keep the hashes that they have always had.
            let _ = write!(content, "{END}{}", Amenity::mask(amenities));
        }
        let digest = Sha256::digest(content);
        i64::from_be_bytes(std::array::from_fn(|index| digest[index]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Timestamp;
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
            amenities: None,
            notes: None,
            standing: None,
        }
    }

    #[test]
    fn every_part_but_the_id_and_the_standing_changes_the_hash() {
        let hash = station().content_hash();
        assert_eq!(Station { source_id: "2".to_owned(), ..station() }.content_hash(), hash);
        let standing = Standing {
            created_at: Timestamp::from_micros(1),
            verification_level: 4,
            available_ports: None,
            uptime_percentage: None,
            verified_by_count: 9,
            last_verified: None,
        };
        assert_eq!(Station { standing: Some(standing), ..station() }.content_hash(), hash);
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
            Station { amenities: Some(Vec::new()), ..station() },
            Station { amenities: Some(vec![Amenity::Cafe]), ..station() },
        ];
        let mut hashes: Vec<i64> = others.iter().map(Station::content_hash).chain([hash]).collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), 11);
    }
}
