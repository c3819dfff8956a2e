//! Many chargers in SQLite: statement by statement, inside this process.

use super::AddMany;
use crate::charger_row::insert_charger;
use crate::column::{Id, Time};
use crate::contributions::{Contribution, STATUS, VERIFICATION};
use crate::failure::failed;
use crate::session::Session;
use domain::Result;
use sqlx::Sqlite;

impl AddMany for Session<Sqlite> {
    async fn add_many(&mut self, contributions: &[Contribution<'_>]) -> Result<()> {
        for contribution in contributions {
            let Contribution { charger_id, verification_id, author, charger, now, .. } = *contribution;
            insert_charger!(self, &contribution.row());
            let status = sqlx::query(STATUS).bind(Id(charger_id)).bind(charger.total_ports as i32).bind(Time(now));
            status.execute(&mut *self).await.map_err(failed)?;
            let verification = sqlx::query(VERIFICATION).bind(Id(verification_id)).bind(Id(charger_id));
            verification.bind(author).bind(Time(now)).execute(&mut *self).await.map_err(failed)?;
        }
        Ok(())
    }
}
