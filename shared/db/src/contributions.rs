//! A charger that a contributor adds: one transaction for the charger, its first verification and its photos.

use crate::Db;
use crate::column::{Id, Time};
use crate::contributors::{Credit, credit};
use crate::engine::in_transaction;
use crate::failure::failed;
use crate::photos::{NewPhoto, insert_photo};
use domain::charger::{Connector, SourceType, max_power_kw};
use domain::geo::cell_key;
use domain::new_charger::NewCharger;
use domain::vocabulary::{Amenity, Port};
use domain::{Result, Timestamp};
use uuid::Uuid;

/// Who adds what, and under which ids.
#[derive(Clone, Copy, Debug)]
pub struct Contribution<'a> {
    /// The id that the charger gets.
    pub charger_id: Uuid,
    /// The id that its first verification gets.
    pub verification_id: Uuid,
    /// The `sub` of the contributor.
    pub author: &'a str,
    /// The charger.
    pub charger: &'a NewCharger,
    /// Photos whose bytes are about to be stored.
    pub new_photos: &'a [NewPhoto],
    /// Photos that were uploaded before.
    pub photo_ids: &'a [Uuid],
    /// The time.
    pub now: Timestamp,
}

pub(crate) const INSERT: &str = "INSERT INTO chargers (id, name, address, lat, lng, cell, port_mask, amenity_mask, max_power_kw,
     total_ports, operator, source_type, source, source_id, import_hash, verification_level, added_by, notes, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1, $16, $17, $18, $18)";
pub(crate) const INSERT_CONNECTOR: &str =
    "INSERT INTO charger_connectors (charger_id, position, port, power_kw, count) VALUES ($1, $2, $3, $4, $5)";

/// The bits of the connectors' ports.
pub(crate) fn port_mask(connectors: &[Connector]) -> i32 {
    Port::mask(connectors.iter().map(|connector| &connector.port))
}

/// Inserts a charger's connectors inside a transaction.
macro_rules! insert_connectors {
    ($tx:expr, $id:expr, $connectors:expr) => {
        for (position, connector) in $connectors.iter().enumerate() {
            sqlx::query($crate::contributions::INSERT_CONNECTOR)
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

pub(crate) use insert_connectors;

impl Db {
    /// Adds a charger: level 1, its author's `active` as the first verification, all ports free. Answers those of
    /// `photo_ids` that could not be attached: not there, somebody else's, of another kind, or at another charger already.
    ///
    /// # Errors
    /// As every query; nothing is kept then.
    pub async fn add_charger(&self, contribution: &Contribution<'_>) -> Result<Vec<Uuid>> {
        const STATUS: &str = "INSERT INTO charger_status
             (charger_id, available_ports, uptime_percentage, verified_by_count, last_verified, scored_at)
             VALUES ($1, $2, 100, 1, $3, $3)";
        const VERIFICATION: &str = "INSERT INTO verification_actions (id, charger_id, user_id, action, timestamp)
             VALUES ($1, $2, $3, 'active', $4)";
        const ATTACH: &str = "UPDATE photos SET charger_id = $1
             WHERE id = $2 AND owner = $3 AND kind = 'charger' AND state <> 'rejected' AND charger_id IS NULL";
        let Contribution { charger_id, author, charger, now, .. } = *contribution;
        in_transaction!(self, |tx| {
            credit!(tx, author, Credit { chargers: 1, verifications: 1, photos: 0 }, now);
            sqlx::query(INSERT)
                .bind(Id(charger_id))
                .bind(&charger.name)
                .bind(&charger.address)
                .bind(charger.point.lat())
                .bind(charger.point.lng())
                .bind(cell_key(charger.point))
                .bind(port_mask(&charger.connectors))
                .bind(Amenity::mask(&charger.amenities))
                .bind(max_power_kw(&charger.connectors))
                .bind(charger.total_ports as i32)
                .bind(charger.operator.as_deref())
                .bind(SourceType::CommunityManual.as_str())
                .bind(None::<&str>)
                .bind(None::<&str>)
                .bind(None::<i64>)
                .bind(author)
                .bind(charger.notes.as_deref())
                .bind(Time(now))
                .execute(&mut *tx)
                .await
                .map_err(failed)?;
            insert_connectors!(tx, charger_id, charger.connectors);
            let status = sqlx::query(STATUS).bind(Id(charger_id)).bind(charger.total_ports as i32).bind(Time(now));
            status.execute(&mut *tx).await.map_err(failed)?;
            let verification = sqlx::query(VERIFICATION).bind(Id(contribution.verification_id)).bind(Id(charger_id));
            verification.bind(author).bind(Time(now)).execute(&mut *tx).await.map_err(failed)?;
            for photo in contribution.new_photos {
                insert_photo!(tx, photo, author, now);
            }
            let mut refused = Vec::new();
            for photo_id in contribution.photo_ids {
                let attach = sqlx::query(ATTACH).bind(Id(charger_id)).bind(Id(*photo_id)).bind(author);
                if attach.execute(&mut *tx).await.map_err(failed)?.rows_affected() == 0 {
                    refused.push(*photo_id);
                }
            }
            refused
        })
    }
}
