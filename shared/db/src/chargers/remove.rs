//! The end of a charger.

use crate::Db;
use crate::column::{Id, Ids};
use crate::contributors::recount;
use crate::engine::in_transaction;
use crate::failure::failed;
use crate::photos::IDS_WITH_CHARGER;
use domain::Result;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Its author, its verifiers, and the owners of the photos that go with it.
macro_rules! contributors_of {
    () => {
        "/* contributors.of_charger */ SELECT sub FROM contributors WHERE sub IN (
             SELECT added_by FROM chargers WHERE id = $1
             UNION SELECT user_id FROM verification_actions WHERE charger_id = $1
             UNION SELECT owner FROM photos WHERE charger_id = $1
             UNION SELECT p.owner FROM verification_actions v JOIN photos p ON p.id = v.photo_id WHERE v.charger_id = $1)
         ORDER BY sub"
    };
}

const REMOVE: &str = "/* chargers.remove */ DELETE FROM chargers WHERE id = $1";

/// What became of the wish to remove a charger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Done,
    /// There is none.
    Unknown,
    /// It has photos that were not dealt with: it is there as it was.
    MorePhotos,
}

impl Db {
    /// Removes a charger with its connectors, status and verifications, and the rows of its photos and of those of its verifications:
    /// of these photos, whose objects are gone. Everybody who has contributed any of it is counted anew, and trusted accordingly.
    ///
    /// # Errors
    /// As every query; nothing is changed then.
    pub async fn remove_charger(&self, id: Uuid, photo_ids: &[Uuid]) -> Result<Removal> {
        let engine = self.engine();
        // Whoever verifies the charger or promises a photo of it waits from here on, and finds it gone.
        let lock = engine.pick(
            "/* chargers.lock_removal */ SELECT id FROM chargers WHERE id = $1 FOR UPDATE",
            "/* chargers.lock_removal */ SELECT id FROM chargers WHERE id = $1",
        );
        let lock_contributors = engine.pick(concat!(contributors_of!(), " FOR NO KEY UPDATE"), contributors_of!());
        let remove_photos = engine.pick(
            "/* photos.remove_with_charger */ DELETE FROM photos WHERE id = ANY($1)",
            "/* photos.remove_with_charger */ DELETE FROM photos WHERE id IN (SELECT value FROM json_each($1))",
        );
        in_transaction!(self, |tx| {
            if sqlx::query(lock).bind(Id(id)).fetch_optional(&mut *tx).await.map_err(failed)?.is_none() {
                return domain::Result::Ok(Removal::Unknown);
            }
            let subs: Vec<String> =
                sqlx::query_scalar(lock_contributors).bind(Id(id)).fetch_all(&mut *tx).await.map_err(failed)?;
            let there: Vec<Id> =
                sqlx::query_scalar(IDS_WITH_CHARGER).bind(Id(id)).fetch_all(&mut *tx).await.map_err(failed)?;
            let there: Vec<Uuid> = there.into_iter().map(|id| id.0).collect();
            if !there.iter().collect::<BTreeSet<_>>().is_subset(&photo_ids.iter().collect()) {
                return domain::Result::Ok(Removal::MorePhotos);
            }
            sqlx::query(remove_photos).bind(Ids(&there)).execute(&mut *tx).await.map_err(failed)?;
            sqlx::query(REMOVE).bind(Id(id)).execute(&mut *tx).await.map_err(failed)?;
            recount!(tx, engine, &subs);
            Removal::Done
        })
    }
}
