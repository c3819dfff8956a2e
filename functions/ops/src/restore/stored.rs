//! A backup as it is stored.

use crate::allowance::Allowance;
use crate::backup::manifest::{Manifest, StoredPart};
use crate::backup::{pack, shelf};
use db::Db;
use db::dump::Hasher;
use domain::{Error, Kind, Result, Timestamp};
use storage::Place;

/// Of one part, as a file.
const MAX_PART_BYTES: u64 = 256 << 20;

/// A backup that is complete.
pub(crate) struct Stored {
    pub(crate) folder: Place,
    pub(crate) manifest: Manifest,
}

impl Stored {
    /// The backup in a folder, if there is one.
    ///
    /// # Errors
    /// As [`Manifest::parse`]; those of the place.
    pub(crate) async fn open(folder: Place) -> Result<Option<Self>> {
        let manifest = shelf::manifest(&folder).await?;
        Ok(manifest.map(|manifest| Self { folder, manifest }))
    }

    /// The newest backup of a place, if there is one.
    ///
    /// # Errors
    /// As [`shelf::latest`].
    pub(crate) async fn latest(place: &Place, now: Timestamp) -> Result<Option<Self>> {
        let latest = shelf::latest(place, now).await?;
        Ok(latest.map(|(name, manifest)| Self { folder: place.join(&name), manifest }))
    }

    /// Reads every part and compares it with the manifest.
    ///
    /// # Errors
    /// Conflict for a part that is missing or damaged, or for a table that does not come to what it should; unavailable where the
    /// allowance is over before.
    pub(crate) async fn verify(&self, allowance: &Allowance) -> Result<()> {
        for table in &self.manifest.tables {
            let mut hasher = Hasher::default();
            for part in &table.parts {
                hasher.add(&self.lines(part, allowance).await?, part.rows);
            }
            if hasher.digest() != table.digest {
                let detail = format!("The parts of {} are not those that the backup had.", table.name);
                return Err(Error::new(Kind::Conflict, detail));
            }
        }
        Ok(())
    }

    /// Loads everything in one transaction, which is kept only where every table comes to what it should.
    ///
    /// # Errors
    /// As [`Db::load`] and [`db::dump::Load`]; as [`Stored::verify`].
    pub(crate) async fn load_into(&self, db: &Db, may_replace: bool, allowance: &Allowance) -> Result<()> {
        let shapes = self.manifest.shapes()?;
        let mut load = db.load(may_replace).await?;
        for ((shape, _), table) in shapes.iter().zip(&self.manifest.tables) {
            for part in &table.parts {
                let lines = self.lines(part, allowance).await?;
                let written = load.write(shape, &lines, 1).await;
                written.map_err(|error| {
                    let detail = format!("{}: {}", part.name, error.detail());
                    error.saying(detail)
                })?;
            }
        }
        load.commit(&shapes).await
    }

    async fn lines(&self, part: &StoredPart, allowance: &Allowance) -> Result<Vec<u8>> {
        if allowance.is_over() {
            let detail = match allowance.is_interrupted() {
                true => "Interrupted; the database is as it was.",
                false => "There was no time left; the database is as it was. At a terminal there is no limit.",
            };
            return Err(Error::new(Kind::Unavailable, detail));
        }
        let file = self.folder.get(&part.name, MAX_PART_BYTES).await?;
        let missing = || Error::new(Kind::Conflict, format!("The part {} is not there.", part.name));
        let (file, part) = (file.ok_or_else(missing)?.bytes, part.clone());
        let unpack = tokio::task::spawn_blocking(move || pack::unpack(&file, &part));
        unpack.await.map_err(Error::internal)?
    }
}
