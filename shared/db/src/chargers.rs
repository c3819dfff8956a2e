//! Whole chargers by their ids: the row, its status, its connectors and its photos. Three statements, however many ids.

mod edit;
mod remove;

pub use remove::Removal;

use crate::column::{Id, Ids, Time};
use crate::engine::read;
use crate::{Db, Engine};
use domain::charger::{Charger, Connector, SourceType};
use domain::vocabulary::{Amenity, Port};
use domain::{Error, Result};
use std::collections::HashMap;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    id: Id,
    name: String,
    address: String,
    lat: f64,
    lng: f64,
    port_mask: i32,
    amenity_mask: i32,
    max_power_kw: Option<f64>,
    total_ports: i32,
    operator: Option<String>,
    source_type: String,
    source: Option<String>,
    source_id: Option<String>,
    verification_level: i16,
    added_by: Option<String>,
    notes: Option<String>,
    created_at: Time,
    updated_at: Time,
    available_ports: Option<i32>,
    uptime_percentage: Option<f64>,
    verified_by_count: i32,
    last_verified: Option<Time>,
}

#[derive(sqlx::FromRow)]
struct ConnectorRow {
    charger_id: Id,
    port: i32,
    power_kw: Option<f64>,
    count: i32,
}

macro_rules! select {
    ($ids:literal) => {
        concat!(
            "/* chargers.find */ SELECT c.id, c.name, c.address, c.lat, c.lng, c.port_mask, c.amenity_mask, c.max_power_kw, c.total_ports,
                    c.operator, c.source_type, c.source, c.source_id, c.verification_level, c.added_by, c.notes,
                    c.created_at, c.updated_at, s.available_ports, s.uptime_percentage, s.verified_by_count, s.last_verified
             FROM chargers c JOIN charger_status s ON s.charger_id = c.id WHERE c.id ",
            $ids
        )
    };
}

macro_rules! select_connectors {
    ($ids:literal) => {
        concat!(
            "/* connectors.of_chargers */ SELECT charger_id, port, power_kw, count FROM charger_connectors WHERE charger_id ",
            $ids,
            " ORDER BY charger_id, position"
        )
    };
}

fn find(engine: Engine) -> &'static str {
    engine.pick(select!("= ANY($1)"), select!("IN (SELECT value FROM json_each($1))"))
}

fn find_connectors(engine: Engine) -> &'static str {
    engine.pick(select_connectors!("= ANY($1)"), select_connectors!("IN (SELECT value FROM json_each($1))"))
}

impl Db {
    /// The chargers of these ids, in the order of the ids; an id without a charger is passed over.
    ///
    /// # Errors
    /// As every query.
    pub async fn chargers(&self, ids: &[Uuid]) -> Result<Vec<Charger>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let (rows, connectors) = self.charger_rows(ids).await?;
        let mut connectors_of: HashMap<Uuid, Vec<Connector>> = HashMap::new();
        for row in connectors {
            connectors_of.entry(row.charger_id.0).or_default().push(connector(&row)?);
        }
        let mut photos_of = self.photos_of_chargers(ids).await?;
        let mut found: HashMap<Uuid, Charger> = HashMap::with_capacity(rows.len());
        for row in rows {
            let id = row.id.0;
            let mut charger = charger(row)?;
            charger.connectors = connectors_of.remove(&id).unwrap_or_default();
            charger.photos = photos_of.remove(&id).unwrap_or_default();
            found.insert(id, charger);
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// One charger.
    ///
    /// # Errors
    /// As every query.
    pub async fn charger(&self, id: Uuid) -> Result<Option<Charger>> {
        Ok(self.chargers(&[id]).await?.pop())
    }

    async fn charger_rows(&self, ids: &[Uuid]) -> Result<(Vec<Row>, Vec<ConnectorRow>)> {
        let (chargers, connectors) = (find(self.engine()), find_connectors(self.engine()));
        Ok(read!(self, |session| {
            let rows = sqlx::query_as(chargers).bind(Ids(ids)).fetch_all(&mut *session).await?;
            (rows, sqlx::query_as(connectors).bind(Ids(ids)).fetch_all(&mut *session).await?)
        }))
    }
}

fn charger(row: Row) -> Result<Charger> {
    Ok(Charger {
        id: row.id.0,
        name: row.name,
        address: row.address,
        latitude: row.lat,
        longitude: row.lng,
        port_types: Port::from_mask(row.port_mask),
        connectors: Vec::new(),
        available_ports: row.available_ports.map(|ports| ports as u32),
        total_ports: row.total_ports as u32,
        max_power_kw: row.max_power_kw,
        operator: row.operator,
        source_type: SourceType::parse(&row.source_type).ok_or_else(|| Error::internal("an unknown source type"))?,
        source: row.source,
        source_id: row.source_id,
        verification_level: row.verification_level,
        added_by: row.added_by,
        amenities: Amenity::from_mask(row.amenity_mask),
        last_verified: row.last_verified.map(|time| time.0),
        uptime_percentage: row.uptime_percentage,
        verified_by_count: row.verified_by_count as u32,
        created_at: row.created_at.0,
        updated_at: row.updated_at.0,
        photos: Vec::new(),
        notes: row.notes,
    })
}

fn connector(row: &ConnectorRow) -> Result<Connector> {
    let port = Port::from_mask(row.port).pop().ok_or_else(|| Error::internal("a connector of an unknown port"))?;
    Ok(Connector { port, power_kw: row.power_kw, count: row.count as u32 })
}
