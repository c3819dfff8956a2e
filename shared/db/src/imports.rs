//! Chargers from other data sets, in batches that can be repeated.
//!
//! Both engines do the same in one transaction, each in its own best way: SQLite, which lives in this process, row by row
//! (`rows`); PostgreSQL, to which every statement is a journey, in a handful of statements for the whole batch (`bulk`).
//!
//! Measured with `ops generate --chargers 1000000` (profile `local`, batches of 5,000; PostgreSQL 15 as it is installed, 128 MB
//! of buffers, fsync on; two cores shared with builds, load 5.8), against a COPY of the same rows into another empty database
//! with the same migrations, in the same run:
//!
//! | | chargers | connectors | status | wall clock | CPU of the server | CPU of the client |
//! |---|---|---|---|---|---|---|
//! | rows | 1,000,000 | 1,450,000 | 1,000,000 | | | |
//! | plain COPY, a file for each table | 39.0 s | 10.8 s | 7.6 s | 57.4 s | 35.4 s | |
//! | `ops generate` | | | | 73.6 s | 39.8 s | 3.4 s |
//! | ratio | | | | 1.28 | 1.12 | |
//!
//! To repeat it: generate into one migrated database; there `COPY (SELECT … FROM chargers ORDER BY id) TO '…' (FORMAT binary)`
//! and so on for `charger_connectors` and `charger_status`; then `COPY … FROM '…' (FORMAT binary)` of the three into another
//! migrated database, with a checkpoint before each half. Most of the time goes into the indexes of `chargers`, then into the
//! foreign keys: both ways pay for both.

mod bulk;
#[cfg(feature = "embedded")]
mod rows;
mod sorted;

use crate::Db;
use crate::charger_row::ChargerRow;
use crate::engine::in_transaction;
use domain::charger::{Connector, SourceType};
use domain::geo::Point;
use domain::vocabulary::Amenity;
use domain::{Result, Timestamp};
use uuid::Uuid;

/// A charger as a data set describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedCharger {
    /// The id that it gets when it is new.
    pub id: Uuid,
    /// Its id in the data set.
    pub source_id: String,
    /// What people call it.
    pub name: String,
    /// Where it is, in words.
    pub address: String,
    /// Where it is.
    pub point: Point,
    /// Its connectors.
    pub connectors: Vec<Connector>,
    /// Ports in all.
    pub total_ports: u32,
    /// Who runs it.
    pub operator: Option<String>,
    /// What is near; `None` where the data set does not say, and an update then leaves what contributors have said.
    pub amenities: Option<Vec<Amenity>>,
    /// Free text.
    pub notes: Option<String>,
    /// What it begins with; `None`, as every real data set has it, is level 1, unverified, added now.
    pub standing: Option<Standing>,
    /// The same number as long as the data set says the same.
    pub hash: i64,
}

/// What contributors make of a charger in its time. Only a new charger takes it over: an update from a data set never touches
/// it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// When it was added.
    pub created_at: Timestamp,
    /// 1 (unverified) to 5.
    pub verification_level: i16,
    /// Ports that are free, where known.
    pub available_ports: Option<u32>,
    /// Share of good verifications in percent, where there are any.
    pub uptime_percentage: Option<f64>,
    /// Verifications so far.
    pub verified_by_count: u32,
    /// When somebody last verified it.
    pub last_verified: Option<Timestamp>,
}

/// What a batch did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportOutcome {
    /// New chargers.
    pub imported: u64,
    /// Chargers of which the data set says something else than before.
    pub updated: u64,
    /// Chargers of which it says the same.
    pub unchanged: u64,
}

/// What is to be brought in.
#[derive(Clone, Copy)]
struct Batch<'a> {
    source: &'a str,
    chargers: &'a [ImportedCharger],
    now: Timestamp,
}

/// A connection inside a transaction, which takes a batch in the way of its engine.
trait Import {
    async fn import(&mut self, batch: Batch<'_>) -> Result<ImportOutcome>;
}

impl ImportedCharger {
    fn standing(&self, now: Timestamp) -> Standing {
        self.standing.unwrap_or(Standing {
            created_at: now,
            verification_level: 1,
            available_ports: None,
            uptime_percentage: None,
            verified_by_count: 0,
            last_verified: None,
        })
    }

    fn amenity_mask(&self) -> Option<i32> {
        self.amenities.as_ref().map(Amenity::mask)
    }
}

impl<'a> Batch<'a> {
    /// The row of a charger, as if it were new.
    fn row(&self, charger: &'a ImportedCharger) -> ChargerRow<'a> {
        let standing = charger.standing(self.now);
        ChargerRow {
            id: charger.id,
            name: &charger.name,
            address: &charger.address,
            point: charger.point,
            connectors: &charger.connectors,
            amenity_mask: charger.amenity_mask().unwrap_or(0),
            total_ports: charger.total_ports,
            operator: charger.operator.as_deref(),
            source_type: SourceType::Official,
            source: Some(self.source),
            source_id: Some(&charger.source_id),
            import_hash: Some(charger.hash),
            verification_level: standing.verification_level,
            added_by: None,
            notes: charger.notes.as_deref(),
            created_at: standing.created_at,
            now: self.now,
        }
    }
}

impl Db {
    /// Brings a batch of a data set in, all or nothing. A charger is known by `(source, source_id)`; one of which the data set
    /// says the same as last time is left alone, whatever contributors have made of it since. A batch that names a charger more
    /// than once does what batches of one each would do. Imports queue: one batch at a time, whoever sends it.
    ///
    /// PostgreSQL gets the new rows as one message each for chargers, connectors and status: the memory that this takes here
    /// grows with the batch, some 0.5 KB a charger.
    ///
    /// # Errors
    /// As every query; nothing of the batch is kept then.
    pub async fn import_chargers(
        &self,
        source: &str,
        batch: &[ImportedCharger],
        now: Timestamp,
    ) -> Result<ImportOutcome> {
        let batch = Batch { source, chargers: batch, now };
        in_transaction!(self, |tx| tx.import(batch).await?)
    }
}
