//! New chargers into PostgreSQL by COPY: one message each for chargers, connectors and status, however many there are.

use crate::charger_row::ChargerRow;
use crate::copy::{CopyRows, Field};
use domain::charger::Connector;
use domain::{Result, Timestamp};
use sqlx::PgConnection;
use uuid::Uuid;

const CHARGERS: &str = "/* chargers.copy */ COPY chargers (id, name, address, lat, lng, cell, port_mask, amenity_mask, max_power_kw,
     total_ports, operator, source_type, source, source_id, import_hash, verification_level, added_by, notes, created_at,
     updated_at) FROM STDIN (FORMAT binary)";
const CONNECTORS: &str = "/* connectors.copy */ COPY charger_connectors
     (charger_id, position, port, power_kw, count) FROM STDIN (FORMAT binary)";
const STATUS: &str = "/* status.copy */ COPY charger_status
     (charger_id, available_ports, uptime_percentage, verified_by_count, last_verified, scored_at) FROM STDIN (FORMAT binary)";

/// The volatile columns of a new charger.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Status {
    pub(crate) available_ports: Option<u32>,
    pub(crate) uptime_percentage: Option<f64>,
    pub(crate) verified_by_count: u32,
    pub(crate) last_verified: Option<Timestamp>,
    pub(crate) scored_at: Option<Timestamp>,
}

/// New chargers, encoded as they come.
pub(crate) struct ChargerCopy {
    chargers: CopyRows<20>,
    connectors: ConnectorCopy,
    status: CopyRows<6>,
}

/// Connectors, encoded as they come.
pub(crate) struct ConnectorCopy(CopyRows<5>);

impl ChargerCopy {
    /// No chargers yet.
    pub(crate) fn new() -> Self {
        Self { chargers: CopyRows::new(), connectors: ConnectorCopy::new(), status: CopyRows::new() }
    }

    /// Adds a charger.
    pub(crate) fn push(&mut self, row: &ChargerRow<'_>, status: &Status) {
        self.chargers.push(charger_fields(row));
        self.connectors.push(row.id, row.connectors);
        self.status.push([
            Field::Uuid(row.id),
            Field::maybe(status.available_ports, |ports| Field::Int4(ports as i32)),
            Field::maybe(status.uptime_percentage, Field::Float8),
            Field::Int4(status.verified_by_count as i32),
            Field::maybe(status.last_verified, Field::Time),
            Field::maybe(status.scored_at, Field::Time),
        ]);
    }

    /// Sends them; the only statement that changes `chargers` is the first.
    ///
    /// # Errors
    /// As every query.
    pub(crate) async fn send(self, connection: &mut PgConnection) -> Result<()> {
        self.chargers.send(connection, CHARGERS).await?;
        self.connectors.send(connection).await?;
        self.status.send(connection, STATUS).await
    }
}

impl ConnectorCopy {
    /// No connectors yet.
    pub(crate) fn new() -> Self {
        Self(CopyRows::new())
    }

    /// Adds those of a charger.
    pub(crate) fn push(&mut self, charger_id: Uuid, connectors: &[Connector]) {
        for (position, connector) in connectors.iter().enumerate() {
            self.0.push([
                Field::Uuid(charger_id),
                Field::Int2(position as i16),
                Field::Int4(connector.port.bit()),
                Field::maybe(connector.power_kw, Field::Float8),
                Field::Int4(connector.count as i32),
            ]);
        }
    }

    /// Sends them.
    ///
    /// # Errors
    /// As every query.
    pub(crate) async fn send(self, connection: &mut PgConnection) -> Result<()> {
        self.0.send(connection, CONNECTORS).await
    }
}

fn charger_fields<'a>(row: &ChargerRow<'a>) -> [Field<'a>; 20] {
    [
        Field::Uuid(row.id),
        Field::Text(row.name),
        Field::Text(row.address),
        Field::Float8(row.point.lat()),
        Field::Float8(row.point.lng()),
        Field::Int8(row.cell()),
        Field::Int4(row.port_mask()),
        Field::Int4(row.amenity_mask),
        Field::maybe(row.max_power_kw(), Field::Float8),
        Field::Int4(row.total_ports as i32),
        Field::maybe(row.operator, Field::Text),
        Field::Text(row.source_type.as_str()),
        Field::maybe(row.source, Field::Text),
        Field::maybe(row.source_id, Field::Text),
        Field::maybe(row.import_hash, Field::Int8),
        Field::Int2(row.verification_level),
        Field::maybe(row.added_by, Field::Text),
        Field::maybe(row.notes, Field::Text),
        Field::Time(row.created_at),
        Field::Time(row.now),
    ]
}
