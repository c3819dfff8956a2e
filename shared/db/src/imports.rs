//! Chargers from other data sets, in batches that can be repeated.

use crate::Db;
use crate::column::{Id, Time};
use crate::contributions::{INSERT, insert_connectors, port_mask};
use crate::engine::in_transaction;
use crate::failure::failed;
use domain::charger::{Connector, SourceType, max_power_kw};
use domain::geo::{Point, cell_key};
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
        const KNOWN: &str = "SELECT id, import_hash FROM chargers WHERE source = $1 AND source_id = $2";
        const UPDATE: &str = "UPDATE chargers SET name = $2, address = $3, lat = $4, lng = $5, cell = $6, port_mask = $7,
             max_power_kw = $8, total_ports = $9, operator = $10, notes = $11, import_hash = $12, updated_at = $13 WHERE id = $1";
        const STATUS: &str = "INSERT INTO charger_status (charger_id) VALUES ($1)";
        const FORGET_CONNECTORS: &str = "DELETE FROM charger_connectors WHERE charger_id = $1";
        in_transaction!(self, |tx| {
            let mut outcome = ImportOutcome::default();
            for charger in batch {
                let known: Option<(Id, Option<i64>)> = sqlx::query_as(KNOWN)
                    .bind(source)
                    .bind(&charger.source_id)
                    .fetch_optional(&mut *tx)
                    .await
                    .map_err(failed)?;
                match known {
                    Some((_, Some(hash))) if hash == charger.hash => outcome.unchanged += 1,
                    Some((id, _)) => {
                        sqlx::query(UPDATE)
                            .bind(id)
                            .bind(&charger.name)
                            .bind(&charger.address)
                            .bind(charger.point.lat())
                            .bind(charger.point.lng())
                            .bind(cell_key(charger.point))
                            .bind(port_mask(&charger.connectors))
                            .bind(max_power_kw(&charger.connectors))
                            .bind(charger.total_ports as i32)
                            .bind(charger.operator.as_deref())
                            .bind(charger.notes.as_deref())
                            .bind(charger.hash)
                            .bind(Time(now))
                            .execute(&mut *tx)
                            .await
                            .map_err(failed)?;
                        sqlx::query(FORGET_CONNECTORS).bind(id).execute(&mut *tx).await.map_err(failed)?;
                        insert_connectors!(tx, id.0, charger.connectors);
                        outcome.updated += 1;
                    }
                    None => {
                        sqlx::query(INSERT)
                            .bind(Id(charger.id))
                            .bind(&charger.name)
                            .bind(&charger.address)
                            .bind(charger.point.lat())
                            .bind(charger.point.lng())
                            .bind(cell_key(charger.point))
                            .bind(port_mask(&charger.connectors))
                            .bind(0)
                            .bind(max_power_kw(&charger.connectors))
                            .bind(charger.total_ports as i32)
                            .bind(charger.operator.as_deref())
                            .bind(SourceType::Official.as_str())
                            .bind(source)
                            .bind(&charger.source_id)
                            .bind(charger.hash)
                            .bind(None::<&str>)
                            .bind(charger.notes.as_deref())
                            .bind(Time(now))
                            .execute(&mut *tx)
                            .await
                            .map_err(failed)?;
                        sqlx::query(STATUS).bind(Id(charger.id)).execute(&mut *tx).await.map_err(failed)?;
                        insert_connectors!(tx, charger.id, charger.connectors);
                        outcome.imported += 1;
                    }
                }
            }
            outcome
        })
    }
}
