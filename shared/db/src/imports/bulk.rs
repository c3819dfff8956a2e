//! A batch in PostgreSQL: one look at what is known of it, then new rows by COPY and changed ones by one UPDATE.

use super::sorted::{Change, Sorted};
use super::{Batch, Import, ImportOutcome, Standing};
use crate::charger_copy::{ChargerCopy, ConnectorCopy, Status};
use crate::charger_row::ChargerRow;
use crate::column::{Id, Ids, Time};
use crate::failure::failed;
use crate::session::Session;
use domain::Result;
use sqlx::Postgres;
use uuid::Uuid;

/// What the lock of all imports is called.
const LOCK: i64 = i64::from_be_bytes(*b"imports.");
const QUEUE: &str = "/* imports.queue */ SELECT pg_advisory_xact_lock($1)";
const KNOWN: &str = "/* imports.known */ SELECT source_id, id, import_hash FROM chargers
     WHERE source = $1 AND source_id = ANY($2)";
const LOCK_CHARGERS: &str = "/* imports.lock_chargers */ SELECT id FROM chargers WHERE id = ANY($1)
     ORDER BY id FOR NO KEY UPDATE";
const LOCK_FACETS: &str = "/* imports.lock_facets */ LOCK TABLE charger_facets IN SHARE ROW EXCLUSIVE MODE";
const UPDATE: &str = "/* imports.update */ UPDATE chargers c SET name = u.name, address = u.address, lat = u.lat,
     lng = u.lng, cell = u.cell, port_mask = u.port_mask, amenity_mask = coalesce(u.amenity_mask, c.amenity_mask),
     max_power_kw = u.max_power_kw, total_ports = u.total_ports, operator = u.operator, notes = u.notes,
     import_hash = u.import_hash, updated_at = $14
     FROM UNNEST($1::uuid[], $2::text[], $3::text[], $4::float8[], $5::float8[], $6::bigint[], $7::integer[], $8::integer[],
         $9::float8[], $10::integer[], $11::text[], $12::text[], $13::bigint[])
         AS u(id, name, address, lat, lng, cell, port_mask, amenity_mask, max_power_kw, total_ports, operator, notes,
         import_hash)
     WHERE c.id = u.id";
const FORGET_CONNECTORS: &str =
    "/* imports.forget_connectors */ DELETE FROM charger_connectors WHERE charger_id = ANY($1)";

impl Import for Session<Postgres> {
    async fn import(&mut self, batch: Batch<'_>) -> Result<ImportOutcome> {
        // As SQLite's write lock does. Otherwise two imports of one data set would take the same charger for new, and two of
        // any would wait for each other's counters in a circle.
        sqlx::query(QUEUE).bind(LOCK).execute(&mut *self).await.map_err(failed)?;
        let source_ids: Vec<&str> = batch.chargers.iter().map(|charger| charger.source_id.as_str()).collect();
        let mut known = known(self, &batch, &source_ids).await?;
        let mut sorted = Sorted::sort(batch, references(&known));
        // Chargers before counters, as contributors lock them. One that was removed since we looked is new again.
        while !lock(self, &sorted.changed).await? {
            known = self::known(self, &batch, &source_ids).await?;
            sorted = Sorted::sort(batch, references(&known));
        }
        // Each statement takes counters in their order, but two statements together do not.
        if !sorted.changed.is_empty() && !sorted.new.is_empty() {
            sqlx::query(LOCK_FACETS).execute(&mut *self).await.map_err(failed)?;
        }
        if !sorted.changed.is_empty() {
            update(self, &batch, &sorted.changed).await?;
        }
        if !sorted.new.is_empty() {
            insert(self, &batch, &sorted.new).await?;
        }
        Ok(sorted.outcome)
    }
}

/// A charger that is known: its id in the data set, its id here, its hash.
type Known = (String, Id, Option<i64>);

async fn known(connection: &mut Session<Postgres>, batch: &Batch<'_>, source_ids: &[&str]) -> Result<Vec<Known>> {
    let known = sqlx::query_as(KNOWN).bind(batch.source).bind(source_ids).fetch_all(&mut *connection).await;
    known.map_err(failed)
}

fn references(known: &[Known]) -> impl Iterator<Item = (&str, Uuid, Option<i64>)> {
    known.iter().map(|(source_id, id, hash)| (source_id.as_str(), id.0, *hash))
}

/// Locks the chargers that are about to be changed; whether all of them are still there.
async fn lock(connection: &mut Session<Postgres>, changed: &[Change<'_>]) -> Result<bool> {
    if changed.is_empty() {
        return Ok(true);
    }
    let ids: Vec<Uuid> = changed.iter().map(|change| change.id).collect();
    let locked = sqlx::query(LOCK_CHARGERS).bind(&ids).fetch_all(&mut *connection).await.map_err(failed)?;
    Ok(locked.len() == ids.len())
}

async fn insert(connection: &mut Session<Postgres>, batch: &Batch<'_>, new: &[Change<'_>]) -> Result<()> {
    let mut chargers = ChargerCopy::new();
    for change in new {
        let standing = change.first.standing(batch.now);
        chargers.push(&change.row(batch), &standing.status());
    }
    chargers.send(connection).await
}

/// Overwrites what the data set says of chargers that are there already.
async fn update(connection: &mut Session<Postgres>, batch: &Batch<'_>, changed: &[Change<'_>]) -> Result<()> {
    let ids: Vec<Uuid> = changed.iter().map(|change| change.id).collect();
    let rows: Vec<ChargerRow<'_>> = changed.iter().map(|change| change.row(batch)).collect();
    let column = |value: fn(&ChargerRow<'_>) -> f64| rows.iter().map(value).collect::<Vec<_>>();
    sqlx::query(UPDATE)
        .bind(&ids)
        .bind(rows.iter().map(|row| row.name).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.address).collect::<Vec<_>>())
        .bind(column(|row| row.point.lat()))
        .bind(column(|row| row.point.lng()))
        .bind(rows.iter().map(ChargerRow::cell).collect::<Vec<_>>())
        .bind(rows.iter().map(ChargerRow::port_mask).collect::<Vec<_>>())
        .bind(changed.iter().map(|change| change.amenity_mask).collect::<Vec<_>>())
        .bind(rows.iter().map(ChargerRow::max_power_kw).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.total_ports as i32).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.operator).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.notes).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.import_hash).collect::<Vec<_>>())
        .bind(Time(batch.now))
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    sqlx::query(FORGET_CONNECTORS).bind(Ids(&ids)).execute(&mut *connection).await.map_err(failed)?;
    let mut connectors = ConnectorCopy::new();
    changed.iter().for_each(|change| connectors.push(change.id, &change.last.connectors));
    connectors.send(connection).await
}

impl Standing {
    fn status(&self) -> Status {
        Status {
            available_ports: self.available_ports,
            uptime_percentage: self.uptime_percentage,
            verified_by_count: self.verified_by_count,
            last_verified: self.last_verified,
            scored_at: None,
        }
    }
}
