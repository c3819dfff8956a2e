//! Many chargers of one contributor in one transaction: on PostgreSQL in a handful of statements, however many they are.

#[cfg(feature = "embedded")]
mod rows;

use super::{Contribution, EVERYWHERE, SPOT};
use crate::Db;
use crate::charger_copy::{ChargerCopy, Status};
use crate::contributors::{Credit, credit};
use crate::copy::{CopyRows, Field};
use crate::engine::{Engine, in_transaction};
use crate::failure::failed;
use crate::neighbours::neighbours;
use crate::session::Session;
use domain::duplicate::Neighbour;
use domain::geo::KeyRange;
use domain::verification::Action;
use domain::{Result, Timestamp};
use sqlx::Postgres;

const COPY_FIRST: &str =
    "/* verifications.copy_first */ COPY verification_actions (id, charger_id, user_id, action, timestamp)
     FROM STDIN (FORMAT binary)";

/// A connection inside a transaction, which takes many chargers in the way of its engine.
trait AddMany {
    async fn add_many(&mut self, contributions: &[Contribution<'_>]) -> Result<()>;
}

impl Db {
    /// Adds chargers of one author, without photos, as [`Db::add_charger`] adds each: all or none. Which of them says `decide` of
    /// those that stand in the ranges; nobody adds another meanwhile. Answers what `decide` answers beside them.
    ///
    /// # Errors
    /// As every query; nothing is kept then.
    pub async fn add_chargers<'c, T>(
        &self,
        author: &str,
        ranges: &[KeyRange],
        now: Timestamp,
        decide: impl FnOnce(Vec<Neighbour>) -> (T, Vec<Contribution<'c>>),
    ) -> Result<T> {
        const HOLD: &str = "/* chargers.hold_quarters */ SELECT pg_advisory_xact_lock($1, $2)";
        in_transaction!(self, |tx| {
            if self.engine() == Engine::Postgres {
                sqlx::query(HOLD).bind(SPOT).bind(EVERYWHERE).execute(&mut *tx).await.map_err(failed)?;
            }
            let (answer, contributions) = decide(neighbours!(tx, self.engine(), ranges));
            if !contributions.is_empty() {
                let count = contributions.len() as i32;
                credit!(tx, author, Credit { chargers: count, verifications: count, photos: 0 }, now);
                tx.add_many(&contributions).await?;
            }
            answer
        })
    }
}

impl AddMany for Session<Postgres> {
    async fn add_many(&mut self, contributions: &[Contribution<'_>]) -> Result<()> {
        let (mut chargers, mut verifications) = (ChargerCopy::new(), CopyRows::new());
        for contribution in contributions {
            let Contribution { charger_id, verification_id, author, charger, now, .. } = *contribution;
            let status = Status {
                available_ports: Some(charger.total_ports),
                uptime_percentage: Some(100.0),
                verified_by_count: 1,
                last_verified: Some(now),
                scored_at: Some(now),
            };
            chargers.push(&contribution.row(), &status);
            verifications.push([
                Field::Uuid(verification_id),
                Field::Uuid(charger_id),
                Field::Text(author),
                Field::Text(Action::Active.as_str()),
                Field::Time(now),
            ]);
        }
        chargers.send(self).await?;
        verifications.send(self, COPY_FIRST).await
    }
}
