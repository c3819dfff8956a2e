//! Chargers of the original, with their connectors and their status.

use super::contributors::lock;
use super::known::arrive;
use super::{run, run_for_ids};
use crate::charger_row::ChargerRow;
use crate::contributors::recount;
use crate::engine::in_transaction;
use crate::{Db, Engine};
use domain::charger::{Connector, SourceType};
use domain::geo::Point;
use domain::vocabulary::Amenity;
use domain::{Result, Timestamp};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashSet};
use uuid::Uuid;

/// Where chargers come from that have got another id on their way.
const SOURCE: &str = "sharaspot";

/// A charger of the original, within all limits.
#[derive(Clone, Debug, PartialEq)]
pub struct ArrivingCharger {
    /// Its id here.
    pub id: Uuid,
    /// Its id there, where that is written in another way.
    pub source_id: Option<String>,
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
    /// Ports that are free, where known.
    pub available_ports: Option<u32>,
    /// What is near.
    pub amenities: Vec<Amenity>,
    /// Who entered it.
    pub source_type: SourceType,
    /// 1 (unverified) to 5.
    pub verification_level: i16,
    /// The contributor, who must be here.
    pub added_by: Option<String>,
    /// Free text.
    pub notes: Option<String>,
    /// Share of good verifications in percent, where there are any.
    pub uptime_percentage: Option<f64>,
    /// When somebody last verified it.
    pub last_verified: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
}

impl ArrivingCharger {
    fn row(&self, now: Timestamp) -> ChargerRow<'_> {
        ChargerRow {
            id: self.id,
            name: &self.name,
            address: &self.address,
            point: self.point,
            connectors: &self.connectors,
            amenity_mask: Amenity::mask(&self.amenities),
            total_ports: self.total_ports,
            operator: None,
            source_type: self.source_type,
            source: self.source_id.as_ref().map(|_| SOURCE),
            source_id: self.source_id.as_deref(),
            import_hash: None,
            verification_level: self.verification_level,
            added_by: self.added_by.as_deref(),
            notes: self.notes.as_deref(),
            created_at: self.created_at,
            now,
        }
    }

    fn to_json(&self, now: Timestamp) -> Value {
        let row = self.row(now);
        json!({
            "id": row.id, "name": row.name, "address": row.address, "lat": row.point.lat(), "lng": row.point.lng(),
            "cell": row.cell(), "port_mask": row.port_mask(), "amenity_mask": row.amenity_mask,
            "total_ports": row.total_ports, "source_type": row.source_type.as_str(), "source": row.source,
            "source_id": row.source_id, "verification_level": row.verification_level, "added_by": row.added_by,
            "notes": row.notes, "created_at": row.created_at.as_micros(), "updated_at": row.now.as_micros(),
        })
    }

    fn connectors_to_json(&self) -> impl Iterator<Item = Value> {
        self.connectors.iter().enumerate().map(|(position, connector)| {
            let Connector { port, power_kw, count } = connector;
            json!({"charger_id": self.id, "position": position, "port": port.bit(), "power_kw": power_kw, "count": count})
        })
    }

    fn status_to_json(&self) -> Value {
        json!({
            "charger_id": self.id, "available_ports": self.available_ports, "uptime_percentage": self.uptime_percentage,
            "last_verified": self.last_verified.map(Timestamp::as_micros),
        })
    }
}

fn insert(engine: Engine) -> &'static str {
    engine.pick(
        "/* sharaspot.insert_chargers */ INSERT INTO chargers (id, name, address, lat, lng, cell, port_mask, amenity_mask, total_ports, source_type,
             source, source_id, verification_level, added_by, notes, created_at, updated_at)
         SELECT id, name, address, lat, lng, cell, port_mask, amenity_mask, total_ports, source_type, source, source_id,
             verification_level, added_by, notes, 'epoch'::timestamptz + created_at * interval '1 microsecond',
             'epoch'::timestamptz + updated_at * interval '1 microsecond'
         FROM jsonb_to_recordset($1) AS r(id uuid, name text, address text, lat double precision, lng double precision,
             cell bigint, port_mask integer, amenity_mask integer, total_ports integer, source_type text, source text,
             source_id text, verification_level smallint, added_by text, notes text, created_at bigint, updated_at bigint)
         ON CONFLICT DO NOTHING RETURNING id",
        "/* sharaspot.insert_chargers */ INSERT INTO chargers (id, name, address, lat, lng, cell, port_mask, amenity_mask, total_ports, source_type,
             source, source_id, verification_level, added_by, notes, created_at, updated_at)
         SELECT value ->> 'id', value ->> 'name', value ->> 'address', value ->> 'lat', value ->> 'lng', value ->> 'cell',
             value ->> 'port_mask', value ->> 'amenity_mask', value ->> 'total_ports', value ->> 'source_type',
             value ->> 'source', value ->> 'source_id', value ->> 'verification_level', value ->> 'added_by',
             value ->> 'notes', value ->> 'created_at', value ->> 'updated_at'
         FROM json_each($1) WHERE true ON CONFLICT DO NOTHING RETURNING id",
    )
}

fn insert_connectors(engine: Engine) -> &'static str {
    engine.pick(
        "/* sharaspot.insert_connectors */ INSERT INTO charger_connectors (charger_id, position, port, power_kw, count)
         SELECT charger_id, position, port, power_kw, count FROM jsonb_to_recordset($1)
             AS r(charger_id uuid, position smallint, port integer, power_kw double precision, count integer)",
        "/* sharaspot.insert_connectors */ INSERT INTO charger_connectors (charger_id, position, port, power_kw, count)
         SELECT value ->> 'charger_id', value ->> 'position', value ->> 'port', value ->> 'power_kw', value ->> 'count'
         FROM json_each($1)",
    )
}

fn insert_status(engine: Engine) -> &'static str {
    engine.pick(
        "/* sharaspot.insert_status */ INSERT INTO charger_status (charger_id, available_ports, uptime_percentage, last_verified)
         SELECT charger_id, available_ports, uptime_percentage, 'epoch'::timestamptz + last_verified * interval '1 microsecond'
         FROM jsonb_to_recordset($1)
             AS r(charger_id uuid, available_ports integer, uptime_percentage double precision, last_verified bigint)",
        "/* sharaspot.insert_status */ INSERT INTO charger_status (charger_id, available_ports, uptime_percentage, last_verified)
         SELECT value ->> 'charger_id', value ->> 'available_ports', value ->> 'uptime_percentage',
             value ->> 'last_verified' FROM json_each($1)",
    )
}

impl Db {
    /// Takes chargers in that have not come before, and counts them for their authors; answers the ids of those that came now. A
    /// charger whose id is here already stays as it is.
    ///
    /// # Errors
    /// As every query; nothing of the batch is kept then.
    pub async fn take_chargers(&self, batch: &[ArrivingCharger], now: Timestamp) -> Result<HashSet<Uuid>> {
        let engine = self.engine();
        let ids: Vec<Uuid> = batch.iter().map(|charger| charger.id).collect();
        in_transaction!(self, |tx| {
            let arrived = run_for_ids!(tx, arrive(engine), &ids);
            let new: Vec<_> = batch.iter().filter(|charger| arrived.contains(&charger.id)).collect();
            let authors: BTreeSet<&str> = new.iter().filter_map(|charger| charger.added_by.as_deref()).collect();
            run!(tx, lock(engine), &authors);
            let rows: Vec<Value> = new.iter().map(|charger| charger.to_json(now)).collect();
            let inserted = run_for_ids!(tx, insert(engine), &rows);
            let new: Vec<_> = new.into_iter().filter(|charger| inserted.contains(&charger.id)).collect();
            let connectors: Vec<Value> = new.iter().flat_map(|charger| charger.connectors_to_json()).collect();
            run!(tx, insert_connectors(engine), &connectors);
            let status: Vec<Value> = new.iter().map(|charger| charger.status_to_json()).collect();
            run!(tx, insert_status(engine), &status);
            recount!(tx, engine, &authors);
            inserted
        })
    }
}
