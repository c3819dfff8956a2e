//! A new charger's row and connectors, as contributions and imports write them.

use domain::Timestamp;
use domain::charger::{Connector, SourceType, max_power_kw};
use domain::geo::{Point, cell_key};
use domain::vocabulary::Port;
use uuid::Uuid;

/// What a new charger is made of; the derived columns (cell, masks, strongest connector) follow from it.
pub(crate) struct ChargerRow<'a> {
    pub(crate) id: Uuid,
    pub(crate) name: &'a str,
    pub(crate) address: &'a str,
    pub(crate) point: Point,
    pub(crate) connectors: &'a [Connector],
    pub(crate) amenity_mask: i32,
    pub(crate) total_ports: u32,
    pub(crate) operator: Option<&'a str>,
    pub(crate) source_type: SourceType,
    pub(crate) source: Option<&'a str>,
    pub(crate) source_id: Option<&'a str>,
    pub(crate) import_hash: Option<i64>,
    pub(crate) verification_level: i16,
    pub(crate) added_by: Option<&'a str>,
    pub(crate) notes: Option<&'a str>,
    pub(crate) created_at: Timestamp,
    pub(crate) now: Timestamp,
}

impl ChargerRow<'_> {
    pub(crate) fn cell(&self) -> i64 {
        cell_key(self.point)
    }

    pub(crate) fn port_mask(&self) -> i32 {
        Port::mask(self.connectors.iter().map(|connector| &connector.port))
    }

    pub(crate) fn max_power_kw(&self) -> Option<f64> {
        max_power_kw(self.connectors)
    }
}

pub(crate) const INSERT: &str =
    "/* chargers.insert */ INSERT INTO chargers (id, name, address, lat, lng, cell, port_mask, amenity_mask, max_power_kw, total_ports, operator,
     source_type, source, source_id, import_hash, verification_level, added_by, notes, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
pub(crate) const INSERT_CONNECTOR: &str = "/* chargers.insert_connector */ INSERT INTO charger_connectors (charger_id, position, port, power_kw, count) VALUES ($1, $2, $3, $4, $5)";

/// Inserts a charger (without status) and its connectors inside a transaction.
macro_rules! insert_charger {
    ($tx:expr, $row:expr) => {{
        let row: &$crate::charger_row::ChargerRow<'_> = $row;
        sqlx::query($crate::charger_row::INSERT)
            .bind($crate::column::Id(row.id))
            .bind(row.name)
            .bind(row.address)
            .bind(row.point.lat())
            .bind(row.point.lng())
            .bind(row.cell())
            .bind(row.port_mask())
            .bind(row.amenity_mask)
            .bind(row.max_power_kw())
            .bind(row.total_ports as i32)
            .bind(row.operator)
            .bind(row.source_type.as_str())
            .bind(row.source)
            .bind(row.source_id)
            .bind(row.import_hash)
            .bind(row.verification_level)
            .bind(row.added_by)
            .bind(row.notes)
            .bind($crate::column::Time(row.created_at))
            .bind($crate::column::Time(row.now))
            .execute(&mut *$tx)
            .await
            .map_err($crate::failure::failed)?;
        $crate::charger_row::insert_connectors!($tx, row.id, row.connectors);
    }};
}

/// Inserts a charger's connectors inside a transaction.
macro_rules! insert_connectors {
    ($tx:expr, $id:expr, $connectors:expr) => {
        for (position, connector) in $connectors.iter().enumerate() {
            sqlx::query($crate::charger_row::INSERT_CONNECTOR)
                .bind($crate::column::Id($id))
                .bind(position as i16)
                .bind(connector.port.bit())
                .bind(connector.power_kw)
                .bind(connector.count as i32)
                .execute(&mut *$tx)
                .await
                .map_err($crate::failure::failed)?;
        }
    };
}

pub(crate) use {insert_charger, insert_connectors};
