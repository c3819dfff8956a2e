//! The end of a photo's row.

use crate::Db;
use crate::column::{Id, Time};
use crate::contributors::recount_photos;
use crate::engine::in_transaction;
use crate::failure::failed;
use domain::{Result, Timestamp};
use uuid::Uuid;

const DELETE: &str = "/* photos.remove */ DELETE FROM photos WHERE id = $1 RETURNING owner, charger_id, kind = 'charger' AND state <> 'rejected'";
pub(super) const LOCK_CHARGER_POSTGRES: &str = "/* photos.lock_charger */ SELECT id FROM chargers WHERE id = (SELECT charger_id FROM photos WHERE id = $1) FOR NO KEY UPDATE";
/// A transaction has the write lock from its start.
pub(super) const LOCK_CHARGER_SQLITE: &str = "/* photos.lock_charger */ SELECT charger_id FROM photos WHERE id = $1";

/// Locks the row of the charger that shows a photo, which may have to change: before any contributor's row, as whoever verifies it
/// does.
macro_rules! lock_charger_of_photo {
    ($tx:expr, $engine:expr, $photo_id:expr) => {{
        use $crate::photos::remove::{LOCK_CHARGER_POSTGRES, LOCK_CHARGER_SQLITE};
        let sql = $engine.pick(LOCK_CHARGER_POSTGRES, LOCK_CHARGER_SQLITE);
        let lock = sqlx::query(sql).bind($crate::column::Id($photo_id));
        lock.execute(&mut *$tx).await.map_err($crate::failure::failed)?;
    }};
}

pub(super) use lock_charger_of_photo;

/// A charger that shows a photo less has changed: who asks with `updated_since` learns of it.
pub(super) const TOUCH_CHARGER: &str = "/* chargers.touch */ UPDATE chargers SET updated_at = $2 WHERE id = $1";

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
        let engine = self.engine();
        in_transaction!(self, |tx| {
            lock_charger_of_photo!(tx, engine, id);
            sqlx::query(lock).bind(Id(id)).execute(&mut *tx).await.map_err(failed)?;
            let removed: Option<(String, Option<Id>, bool)> =
                sqlx::query_as(DELETE).bind(Id(id)).fetch_optional(&mut *tx).await.map_err(failed)?;
            match removed {
                None => false,
                Some((owner, charger_id, was_shown)) => {
                    // Counted anew: it comes out right however the photo came to be ready.
                    recount_photos!(tx, owner.as_str());
                    if let Some(charger_id) = charger_id.filter(|_| was_shown) {
                        let touch = sqlx::query(TOUCH_CHARGER).bind(charger_id).bind(Time(now));
                        touch.execute(&mut *tx).await.map_err(failed)?;
                    }
                    true
                }
            }
        })
    }
}
