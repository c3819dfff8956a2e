//! Chargers from other data sets, in batches that can be repeated.

use crate::Db;
use crate::charger_row::{ChargerRow, insert_charger, insert_connectors};
use crate::column::{Id, Time};
use crate::engine::in_transaction;
use crate::failure::failed;
use domain::charger::{Connector, SourceType};
use domain::geo::Point;
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
    /// Free text.
    pub notes: Option<String>,
    /// The same number as long as the data set says the same.
    pub hash: i64,
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

impl ImportedCharger {
    fn row<'a>(&'a self, source: &'a str, now: Timestamp) -> ChargerRow<'a> {
        ChargerRow {
            id: self.id,
            name: &self.name,
            address: &self.address,
            point: self.point,
            connectors: &self.connectors,
            amenity_mask: 0,
            total_ports: self.total_ports,
            operator: self.operator.as_deref(),
            source_type: SourceType::Official,
            source: Some(source),
            source_id: Some(&self.source_id),
            import_hash: Some(self.hash),
            added_by: None,
            notes: self.notes.as_deref(),
            now,
        }
    }
}

const KNOWN: &str = "SELECT id, import_hash FROM chargers WHERE source = $1 AND source_id = $2";
const UPDATE: &str = "UPDATE chargers SET name = $2, address = $3, lat = $4, lng = $5, cell = $6, port_mask = $7,
     max_power_kw = $8, total_ports = $9, operator = $10, notes = $11, import_hash = $12, updated_at = $13 WHERE id = $1";
const STATUS: &str = "INSERT INTO charger_status (charger_id) VALUES ($1)";
const FORGET_CONNECTORS: &str = "DELETE FROM charger_connectors WHERE charger_id = $1";

/// Overwrites what the data set says of a charger that is there already.
macro_rules! update_charger {
    ($tx:expr, $id:expr, $row:expr) => {{
        let row: &ChargerRow<'_> = $row;
        sqlx::query(UPDATE)
            .bind($id)
            .bind(row.name)
            .bind(row.address)
            .bind(row.point.lat())
            .bind(row.point.lng())
            .bind(row.cell())
            .bind(row.port_mask())
            .bind(row.max_power_kw())
            .bind(row.total_ports as i32)
            .bind(row.operator)
            .bind(row.notes)
            .bind(row.import_hash)
            .bind(Time(row.now))
            .execute(&mut *$tx)
            .await
            .map_err(failed)?;
        sqlx::query(FORGET_CONNECTORS).bind($id).execute(&mut *$tx).await.map_err(failed)?;
        insert_connectors!($tx, $id.0, row.connectors);
    }};
}

impl Db {
    /// Brings a batch of a data set in, all or nothing. A charger is known by `(source, source_id)`; one of which the data set
    /// says the same as last time is left alone, whatever contributors have made of it since.
    ///
    /// # Errors
    /// As every query; nothing of the batch is kept then.
    pub async fn import_chargers(
        &self,
        source: &str,
        batch: &[ImportedCharger],
        now: Timestamp,
    ) -> Result<ImportOutcome> {
        in_transaction!(self, |tx| {
            let mut outcome = ImportOutcome::default();
            for charger in batch {
                let known = sqlx::query_as(KNOWN).bind(source).bind(&charger.source_id);
                let known: Option<(Id, Option<i64>)> = known.fetch_optional(&mut *tx).await.map_err(failed)?;
                match known {
                    Some((_, hash)) if hash == Some(charger.hash) => outcome.unchanged += 1,
                    Some((id, _)) => {
                        update_charger!(tx, id, &charger.row(source, now));
                        outcome.updated += 1;
                    }
                    None => {
                        insert_charger!(tx, &charger.row(source, now));
                        sqlx::query(STATUS).bind(Id(charger.id)).execute(&mut *tx).await.map_err(failed)?;
                        outcome.imported += 1;
                    }
                }
            }
            outcome
        })
    }
}
