//! Parts on their way: while one is read, others are compressed and sent.

use super::manifest::StoredPart;
use super::shelf::Kept;
use super::summary::Summary;
use super::{name, pack};
use db::dump::Part;
use domain::{Error, Result};
use std::collections::HashMap;
use storage::Place;
use tokio::task::JoinSet;

/// Parts that are compressed or sent at a time: memory for each, twice what its lines take at worst.
const IN_FLIGHT: usize = 2;

/// The folder of a backup that is being filled.
pub(super) struct Store {
    place: Place,
    /// Parts that an earlier run has left there, by table and hash: their names and sizes.
    earlier: HashMap<(&'static str, String), (String, u64)>,
    in_flight: JoinSet<Result<(usize, StoredPart)>>,
    /// By their order, with their tables.
    parts: Vec<(&'static str, Option<StoredPart>)>,
    numbers: HashMap<&'static str, usize>,
    reused: u64,
}

impl Store {
    pub(super) fn new(place: &Place, earlier: Option<&Kept>) -> Self {
        let part = |file: &storage::ObjectInfo| {
            let (table, hash) = name::part_of(&file.key)?;
            Some(((table, hash.to_owned()), (file.key.clone(), file.size_bytes)))
        };
        Self {
            place: place.clone(),
            earlier: earlier.into_iter().flat_map(|kept| &kept.files).filter_map(part).collect(),
            in_flight: JoinSet::new(),
            parts: Vec::new(),
            numbers: HashMap::new(),
            reused: 0,
        }
    }

    /// Takes a part; returns when there is room for the next one.
    pub(super) async fn add(&mut self, table: &'static str, part: Part) -> Result<()> {
        let sha256 = pack::sha256(&part.lines);
        let number = self.numbers.entry(table).or_default();
        *number += 1;
        let name = name::part(table, *number, &sha256);
        let (rows, raw_bytes) = (part.rows, part.lines.len() as u64);
        let stored = StoredPart { name, rows, raw_bytes, bytes: 0, sha256 };
        if let Some((name, bytes)) = self.earlier.get(&(table, name::short(&stored.sha256).to_owned())) {
            self.reused += 1;
            self.parts.push((table, Some(StoredPart { name: name.clone(), bytes: *bytes, ..stored })));
            return Ok(());
        }
        while self.in_flight.len() >= IN_FLIGHT {
            self.land().await?;
        }
        let (place, index) = (self.place.clone(), self.parts.len());
        self.parts.push((table, None));
        self.in_flight.spawn(async move { Ok((index, send(&place, part.lines, stored).await?)) });
        Ok(())
    }

    async fn land(&mut self) -> Result<()> {
        let Some(landed) = self.in_flight.join_next().await else { return Ok(()) };
        let (index, part) = landed.map_err(Error::internal)??;
        self.parts[index].1 = Some(part);
        Ok(())
    }

    /// Waits for all of them; every part in its order, with its table.
    pub(super) async fn finish(&mut self) -> Result<Vec<(&'static str, StoredPart)>> {
        while !self.in_flight.is_empty() {
            self.land().await?;
        }
        Ok(self.parts.iter().filter_map(|(table, part)| Some((*table, part.clone()?))).collect())
    }

    /// Writes down what there is.
    pub(super) fn note(&self, summary: &mut Summary) {
        let parts = || self.parts.iter().filter_map(|(_, part)| part.as_ref());
        summary.parts = parts().count() as u64;
        summary.reused = self.reused;
        summary.rows = parts().map(|part| part.rows).sum();
        summary.bytes = parts().map(|part| part.bytes).sum();
        summary.raw_bytes = parts().map(|part| part.raw_bytes).sum();
    }
}

async fn send(place: &Place, lines: Vec<u8>, part: StoredPart) -> Result<StoredPart> {
    let packed = tokio::task::spawn_blocking(move || pack::pack(&lines)).await.map_err(Error::internal)??;
    let bytes = packed.len() as u64;
    place.put(&part.name, packed.into(), &name::headers(&part.name)).await?;
    Ok(StoredPart { bytes, ..part })
}
