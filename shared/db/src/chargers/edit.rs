//! A charger that somebody changes.

use super::{charger, connector, find, find_connectors};
use crate::Db;
use crate::charger_row::insert_connectors;
use crate::column::{Id, Ids, Time};
use crate::engine::in_transaction;
use crate::failure::failed;
use domain::charger::Charger;
use domain::geo::{Point, cell_key};
use domain::vocabulary::{Amenity, Port};
use domain::{Error, Result, Timestamp};
use uuid::Uuid;

const EDIT: &str = "/* chargers.edit */ UPDATE chargers SET name = $2, address = $3, lat = $4, lng = $5, cell = $6, port_mask = $7,
     amenity_mask = $8, max_power_kw = $9, total_ports = $10, operator = $11, notes = $12, updated_at = $13 WHERE id = $1";
const SET_AVAILABLE: &str =
    "/* status.set_available */ UPDATE charger_status SET available_ports = $2 WHERE charger_id = $1";
const FORGET_CONNECTORS: &str = "/* connectors.forget */ DELETE FROM charger_connectors WHERE charger_id = $1";

/// Locks a charger's row inside a transaction, before anything else is locked; whether there is one.
macro_rules! lock_charger {
    ($tx:expr, $engine:expr, $id:expr) => {{
        let sql = $engine.pick(
            "/* chargers.lock */ SELECT id FROM chargers WHERE id = $1 FOR NO KEY UPDATE",
            "/* chargers.lock */ SELECT id FROM chargers WHERE id = $1",
        );
        let locked = sqlx::query(sql).bind($crate::column::Id($id)).fetch_optional(&mut *$tx).await;
        locked.map_err($crate::failure::failed)?.is_some()
    }};
}

impl Db {
    /// Hands a charger, without its photos and as nobody else can change it meanwhile, to `change`, and keeps what that makes of it:
    /// what a contributor can say, with everything that follows (cell, masks, strongest connector). One that comes out as it went in
    /// is not touched; any other has changed at `now`.
    ///
    /// # Errors
    /// Not found where there is no such charger; whatever `change` refuses; as every query. Nothing is changed then.
    pub async fn edit_charger(
        &self,
        id: Uuid,
        now: Timestamp,
        change: impl FnOnce(&mut Charger) -> Result<()>,
    ) -> Result<()> {
        let engine = self.engine();
        in_transaction!(self, |tx| {
            if !lock_charger!(tx, engine, id) {
                Err(Error::not_found("charger"))?;
            }
            let row = sqlx::query_as(find(engine)).bind(Ids(&[id])).fetch_one(&mut *tx).await.map_err(failed)?;
            let connectors = sqlx::query_as(find_connectors(engine)).bind(Ids(&[id])).fetch_all(&mut *tx).await;
            let connectors: Result<_> = connectors.map_err(failed)?.iter().map(connector).collect();
            let before = Charger { connectors: connectors?, ..charger(row)? };
            let mut after = before.clone();
            change(&mut after)?;
            if after != before {
                let point = Point::new(after.latitude, after.longitude);
                let point = point.ok_or_else(|| Error::internal("a charger was moved off the Earth"))?;
                let edit = sqlx::query(EDIT).bind(Id(id)).bind(after.name.as_str()).bind(after.address.as_str());
                let edit = edit.bind(point.lat()).bind(point.lng()).bind(cell_key(point));
                let edit = edit.bind(Port::mask(&after.port_types)).bind(Amenity::mask(&after.amenities));
                let edit = edit.bind(after.max_power_kw).bind(after.total_ports as i32).bind(after.operator.as_deref());
                let edit = edit.bind(after.notes.as_deref()).bind(Time(now));
                edit.execute(&mut *tx).await.map_err(failed)?;
            }
            if after.available_ports != before.available_ports {
                let set = sqlx::query(SET_AVAILABLE).bind(Id(id)).bind(after.available_ports.map(|ports| ports as i32));
                set.execute(&mut *tx).await.map_err(failed)?;
            }
            if after.connectors != before.connectors {
                sqlx::query(FORGET_CONNECTORS).bind(Id(id)).execute(&mut *tx).await.map_err(failed)?;
                insert_connectors!(tx, id, after.connectors);
            }
        })
    }
}
