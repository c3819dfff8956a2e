//! A batch in SQLite: statement by statement, inside this process.

use super::{Batch, Import, ImportOutcome, ImportedCharger, Standing};
use crate::charger_row::{insert_charger, insert_connectors};
use crate::column::{Id, Time};
use crate::failure::failed;
use crate::session::Session;
use domain::Result;
use sqlx::Sqlite;

const KNOWN: &str = "/* imports.known */ SELECT id, import_hash FROM chargers WHERE source = $1 AND source_id = $2";
const UPDATE: &str = "/* imports.update */ UPDATE chargers SET name = $2, address = $3, lat = $4, lng = $5, cell = $6,
     port_mask = $7, amenity_mask = coalesce($8, amenity_mask), max_power_kw = $9, total_ports = $10, operator = $11,
     notes = $12, import_hash = $13, updated_at = $14 WHERE id = $1";
const STATUS: &str = "/* imports.status */ INSERT INTO charger_status
     (charger_id, available_ports, uptime_percentage, verified_by_count, last_verified) VALUES ($1, $2, $3, $4, $5)";
const FORGET_CONNECTORS: &str = "/* imports.forget_connectors */ DELETE FROM charger_connectors WHERE charger_id = $1";

impl Import for Session<Sqlite> {
    async fn import(&mut self, batch: Batch<'_>) -> Result<ImportOutcome> {
        let mut outcome = ImportOutcome::default();
        for charger in batch.chargers {
            let known = sqlx::query_as(KNOWN).bind(batch.source).bind(&charger.source_id);
            let known: Option<(Id, Option<i64>)> = known.fetch_optional(&mut *self).await.map_err(failed)?;
            match known {
                Some((_, hash)) if hash == Some(charger.hash) => outcome.unchanged += 1,
                Some((id, _)) => {
                    update(self, &batch, charger, id).await?;
                    outcome.updated += 1;
                }
                None => {
                    insert(self, &batch, charger).await?;
                    outcome.imported += 1;
                }
            }
        }
        Ok(outcome)
    }
}

async fn insert(connection: &mut Session<Sqlite>, batch: &Batch<'_>, charger: &ImportedCharger) -> Result<()> {
    insert_charger!(connection, &batch.row(charger));
    let Standing { available_ports, uptime_percentage, verified_by_count, last_verified, .. } =
        charger.standing(batch.now);
    let status = sqlx::query(STATUS).bind(Id(charger.id)).bind(available_ports.map(|ports| ports as i32));
    let status = status.bind(uptime_percentage).bind(verified_by_count as i32).bind(last_verified.map(Time));
    status.execute(&mut *connection).await.map_err(failed)?;
    Ok(())
}

/// Overwrites what the data set says of a charger that is there already.
async fn update(connection: &mut Session<Sqlite>, batch: &Batch<'_>, charger: &ImportedCharger, id: Id) -> Result<()> {
    let row = batch.row(charger);
    sqlx::query(UPDATE)
        .bind(id)
        .bind(row.name)
        .bind(row.address)
        .bind(row.point.lat())
        .bind(row.point.lng())
        .bind(row.cell())
        .bind(row.port_mask())
        .bind(charger.amenity_mask())
        .bind(row.max_power_kw())
        .bind(row.total_ports as i32)
        .bind(row.operator)
        .bind(row.notes)
        .bind(row.import_hash)
        .bind(Time(row.now))
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    sqlx::query(FORGET_CONNECTORS).bind(id).execute(&mut *connection).await.map_err(failed)?;
    insert_connectors!(connection, id.0, row.connectors);
    Ok(())
}
