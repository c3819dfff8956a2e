//! The end of a photo's row.

use crate::Db;
use crate::column::{Id, Time};
use crate::contributors::SET_TRUST;
use crate::engine::in_transaction;
use crate::failure::failed;
use domain::verification::trust_score;
use domain::{Result, Timestamp};
use uuid::Uuid;

const DELETE: &str = "/* photos.remove */ DELETE FROM photos WHERE id = $1 RETURNING owner, charger_id, kind = 'charger' AND state <> 'rejected'";
/// Counted anew: it comes out right however the photo came to be ready.
const RECOUNT: &str = "/* contributors.recount_photos */ UPDATE contributors SET photos_uploaded =
     (SELECT count(*) FROM photos WHERE owner = $1 AND state = 'ready') WHERE sub = $1
     RETURNING chargers_added, verifications, photos_uploaded";
const TOUCH: &str = "/* chargers.touch */ UPDATE chargers SET updated_at = $2 WHERE id = $1";

impl Db {
    /// Removes a photo's row; false where there is none. Its owner's photos are counted anew, and a charger that showed it has
    /// changed at `now`: who asks with `updated_since` learns of it.
    ///
    /// # Errors
    /// As every query; nothing is changed then.
    pub async fn remove_photo(&self, id: Uuid, now: Timestamp) -> Result<bool> {
        // The owner's row first, as whoever finishes one of the owner's photos takes it: the count sees what they have written.
        let lock = self.engine().pick(
            "/* photos.lock_owner */ SELECT sub FROM contributors WHERE sub = (SELECT owner FROM photos WHERE id = $1) FOR NO KEY UPDATE",
            "/* photos.lock_owner */ SELECT owner FROM photos WHERE id = $1",
        );
        in_transaction!(self, |tx| {
            sqlx::query(lock).bind(Id(id)).execute(&mut *tx).await.map_err(failed)?;
            let removed: Option<(String, Option<Id>, bool)> =
                sqlx::query_as(DELETE).bind(Id(id)).fetch_optional(&mut *tx).await.map_err(failed)?;
            match removed {
                None => false,
                Some((owner, charger_id, was_shown)) => {
                    let counters: (i32, i32, i32) =
                        sqlx::query_as(RECOUNT).bind(&owner).fetch_one(&mut *tx).await.map_err(failed)?;
                    let trust = trust_score(counters.0 as u32, counters.1 as u32, counters.2 as u32);
                    let set_trust = sqlx::query(SET_TRUST).bind(&owner).bind(trust as i32);
                    set_trust.execute(&mut *tx).await.map_err(failed)?;
                    if let Some(charger_id) = charger_id.filter(|_| was_shown) {
                        let touch = sqlx::query(TOUCH).bind(charger_id).bind(Time(now));
                        touch.execute(&mut *tx).await.map_err(failed)?;
                    }
                    true
                }
            }
        })
    }
}
