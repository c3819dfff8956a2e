//! A charger that a contributor adds: one transaction for the charger, its first verification and its photos.

mod batch;

use crate::Db;
use crate::charger_row::{ChargerRow, insert_charger};
use crate::column::{Id, Time};
use crate::contributors::{Credit, credit};
use crate::engine::{Engine, in_transaction};
use crate::failure::failed;
use crate::neighbours::neighbours;
use crate::photos::{NewPhoto, insert_photo};
use domain::charger::SourceType;
use domain::duplicate::Spot;
use domain::new_charger::NewCharger;
use domain::vocabulary::Amenity;
use domain::{Result, Timestamp};
use uuid::Uuid;

/// What became of a contribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addition {
    /// The charger is there. Those of its `photo_ids` could not be attached that are not there, somebody else's, of another kind,
    /// rejected, or at another charger already.
    Done {
        /// Their ids.
        refused_ids: Vec<Uuid>,
    },
    /// Nothing was written: it is probably one of these.
    Duplicate {
        /// Their ids, ascending.
        of: Vec<Uuid>,
    },
}

/// The half of an advisory lock's key that says what is locked: the quarters of those who add a charger. "Spot" in ASCII.
const SPOT: i32 = 0x5370_6f74;
/// No quarter, but all of them: who adds one charger shares it, who adds many has it alone.
const EVERYWHERE: i32 = -1;
const STATUS: &str = "/* status.insert_new */ INSERT INTO charger_status
     (charger_id, available_ports, uptime_percentage, verified_by_count, last_verified, scored_at)
     VALUES ($1, $2, 100, 1, $3, $3)";
const VERIFICATION: &str =
    "/* verifications.insert_first */ INSERT INTO verification_actions (id, charger_id, user_id, action, timestamp)
     VALUES ($1, $2, $3, 'active', $4)";

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

impl<'a> Contribution<'a> {
    fn row(&self) -> ChargerRow<'a> {
        ChargerRow {
            id: self.charger_id,
            name: &self.charger.name,
            address: &self.charger.address,
            point: self.charger.point,
            connectors: &self.charger.connectors,
            amenity_mask: Amenity::mask(&self.charger.amenities),
            total_ports: self.charger.total_ports,
            operator: self.charger.operator.as_deref(),
            source_type: SourceType::CommunityManual,
            source: None,
            source_id: None,
            import_hash: None,
            verification_level: 1,
            added_by: Some(self.author),
            notes: self.charger.notes.as_deref(),
            created_at: self.now,
            now: self.now,
        }
    }
}

impl Db {
    /// Adds a charger: level 1, its author's `active` as the first verification, all ports free. Where it is not wanted whatever
    /// stands there, and a charger does that is probably the same, nothing is written. Of several who add the same charger at the
    /// same moment, the first one adds it.
    ///
    /// # Errors
    /// As every query; nothing is kept then.
    pub async fn add_charger(&self, contribution: &Contribution<'_>) -> Result<Addition> {
        const SHARE: &str = "/* chargers.share_quarters */ SELECT pg_advisory_xact_lock_shared($1, $2)";
        const HOLD: &str = "/* chargers.hold_quarter */ SELECT pg_advisory_xact_lock($1, $2)";
        const ATTACH: &str = "/* photos.attach */ UPDATE photos SET charger_id = $1
             WHERE id = $2 AND owner = $3 AND kind = 'charger' AND state <> 'rejected' AND charger_id IS NULL";
        let Contribution { charger_id, author, charger, now, .. } = *contribution;
        let spot = Spot::of(charger);
        in_transaction!(self, |tx| {
            let mut duplicates: Vec<Uuid> = Vec::new();
            if let Some(spot) = &spot {
                // SQLite has one writer; here everybody who adds in these quarters waits, and then sees what was added.
                if self.engine() == Engine::Postgres {
                    sqlx::query(SHARE).bind(SPOT).bind(EVERYWHERE).execute(&mut *tx).await.map_err(failed)?;
                    for quarter in spot.quarters() {
                        sqlx::query(HOLD).bind(SPOT).bind(quarter).execute(&mut *tx).await.map_err(failed)?;
                    }
                }
                let found = neighbours!(tx, self.engine(), spot.ranges());
                let like = found.into_iter().filter(|found| spot.contains(found.point) && found.is_likely(charger));
                duplicates.extend(like.map(|found| found.id));
                duplicates.sort_unstable();
            }
            if duplicates.is_empty() {
                credit!(tx, author, Credit { chargers: 1, verifications: 1, photos: 0 }, now);
                insert_charger!(tx, &contribution.row());
                let status = sqlx::query(STATUS).bind(Id(charger_id)).bind(charger.total_ports as i32).bind(Time(now));
                status.execute(&mut *tx).await.map_err(failed)?;
                let verification = sqlx::query(VERIFICATION).bind(Id(contribution.verification_id));
                let verification = verification.bind(Id(charger_id)).bind(author).bind(Time(now));
                verification.execute(&mut *tx).await.map_err(failed)?;
                for photo in contribution.new_photos {
                    insert_photo!(tx, photo, author, now);
                }
                let mut refused_ids = Vec::new();
                for photo_id in contribution.photo_ids {
                    let attach = sqlx::query(ATTACH).bind(Id(charger_id)).bind(Id(*photo_id)).bind(author);
                    if attach.execute(&mut *tx).await.map_err(failed)?.rows_affected() == 0 {
                        refused_ids.push(*photo_id);
                    }
                }
                Addition::Done { refused_ids }
            } else {
                Addition::Duplicate { of: duplicates }
            }
        })
    }
}
