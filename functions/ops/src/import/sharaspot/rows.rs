//! The rows, table by table and page by page; a page is a transaction here.

use super::chargers::{self, read_charger};
use super::findings::Finding;
use super::keys::charger_id;
use super::progress::bar;
use super::reading::{Read, Reading};
use super::summary::Fate;
use super::users::read_user;
use super::verifications::{self, read_verification};
use super::{Outcome, Run};
use db::sharaspot::{ArrivingCharger, ArrivingContributor, ArrivingVerification, Columns};
use domain::{Result, Timestamp};
use std::collections::HashSet;
use uuid::Uuid;

/// Rows of a page.
const PAGE: u32 = 500;

/// The id of a page's last row.
fn last_id(page: &[Columns]) -> Option<String> {
    page.last().map(|columns| Reading::new("", columns).id)
}

impl Run<'_> {
    fn now(&self) -> Timestamp {
        (self.app.world.now)()
    }

    pub(super) async fn users(&mut self) -> Result<()> {
        let bar = bar("users", self.totals.users - self.totals.idle_guests);
        let mut after: Option<String> = None;
        while !self.allowance.is_over() {
            let page = self.source.users(after.as_deref(), PAGE).await?;
            if page.is_empty() {
                break;
            }
            let now = self.now();
            let read: Vec<_> = page.iter().map(|columns| read_user(columns, self.identities, now)).collect();
            let users: Vec<ArrivingContributor> = read.iter().filter_map(|read| read.row.clone()).collect();
            let new = self.app.db.take_contributors(&users).await?;
            for Read { row, findings } in read {
                self.summary.users.note(fate(row.map(|user| user.key), &new), &findings);
                self.findings.add(findings)?;
            }
            bar.inc(page.len() as u64);
            after = last_id(&page);
        }
        bar.finish_and_clear();
        Ok(())
    }

    pub(super) async fn chargers(&mut self) -> Result<()> {
        let bar = bar("chargers", self.totals.chargers);
        let (mut after, mut seen) = (None, HashSet::new());
        while !self.allowance.is_over() {
            let page = self.source.chargers(after.as_deref(), PAGE).await?;
            if page.is_empty() {
                break;
            }
            let now = self.now();
            let mut read: Vec<_> = page.iter().map(|columns| read_charger(columns, self.identities, now)).collect();
            read.iter_mut().zip(&page).for_each(|(read, columns)| refuse_second(read, columns, &mut seen));
            let erased = self.without_erased_authors(&mut read).await?;
            let chargers: Vec<ArrivingCharger> = read.iter().filter_map(|read| read.row.clone()).collect();
            let new = self.app.db.take_chargers(&chargers, now).await?;
            for (Read { row, mut findings }, erased) in read.into_iter().zip(erased) {
                let id = row.map(|charger| charger.id);
                findings.extend(erased.filter(|_| id.is_some_and(|id| new.contains(&id))));
                self.summary.chargers.note(fate(id, &new), &findings);
                self.findings.add(findings)?;
            }
            bar.inc(page.len() as u64);
            after = last_id(&page);
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// Takes authors off who came and are no longer here; answers what there is to say of each charger if it is new.
    async fn without_erased_authors(&self, read: &mut [Read<ArrivingCharger>]) -> Result<Vec<Option<Finding>>> {
        let authors: Vec<&str> =
            read.iter().filter_map(|read| read.row.as_ref()).filter_map(|row| row.added_by.as_deref()).collect();
        let here = self.app.db.contributors_of(&authors).await?;
        let erased = read.iter_mut().map(|read| {
            let row = read.row.as_mut()?;
            row.added_by.take_if(|author| !here.contains_key(author.as_str()))?;
            let id = row.source_id.clone().unwrap_or_else(|| row.id.to_string());
            let reason = "the user is no contributor here, comes without an author".to_owned();
            let (table, field) = (chargers::TABLE, "added_by".to_owned());
            Some(Finding { table, id, field, outcome: Outcome::Repaired, reason })
        });
        Ok(erased.collect())
    }

    pub(super) async fn verifications(&mut self) -> Result<()> {
        let bar = bar("verifications", self.totals.verifications);
        let mut after: Option<String> = None;
        while !self.allowance.is_over() {
            let page = self.source.verifications(after.as_deref(), PAGE).await?;
            if page.is_empty() {
                break;
            }
            let now = self.now();
            let mut read: Vec<_> =
                page.iter().map(|columns| read_verification(columns, self.identities, now)).collect();
            let arrived = self.refuse_homeless(&page, &mut read).await?;
            let rows = read.iter().filter_map(|read| read.row.clone());
            let verifications: Vec<_> = rows.filter(|row| !arrived.contains(&row.id)).collect();
            let new = self.app.db.take_verifications(&verifications).await?;
            for Read { row, findings } in read {
                self.summary.verifications.note(fate(row.map(|row| row.id), &new), &findings);
                self.findings.add(findings)?;
            }
            bar.inc(page.len() as u64);
            after = last_id(&page);
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// Refuses verifications whose charger or author is not here; answers those that came before, which are left alone.
    async fn refuse_homeless(
        &self,
        page: &[Columns],
        read: &mut [Read<ArrivingVerification>],
    ) -> Result<HashSet<Uuid>> {
        let rows: Vec<_> = read.iter().filter_map(|read| read.row.as_ref()).collect();
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let chargers: Vec<Uuid> = rows.iter().map(|row| row.charger_id).collect();
        let authors: Vec<&str> = rows.iter().map(|row| row.user_id.as_str()).collect();
        let arrived = self.app.db.arrived(&ids).await?;
        let chargers = self.app.db.authors_of_chargers(&chargers).await?;
        let authors = self.app.db.contributors_of(&authors).await?;
        for (read, columns) in read.iter_mut().zip(page) {
            let Some(row) = read.row.take_if(|row| !arrived.contains(&row.id)) else { continue };
            let mut reading = Reading::new(verifications::TABLE, columns);
            if !chargers.contains_key(&row.charger_id) {
                reading.rejected("charger_id", "the charger is not here");
            } else if !authors.contains_key(&row.user_id) {
                reading.rejected("user_id", "the user is no contributor here");
            } else {
                read.row = Some(row);
                continue;
            }
            *read = reading.stays();
        }
        Ok(arrived)
    }
}

/// Refuses a charger whose id is that of another one, written differently.
fn refuse_second(read: &mut Read<ArrivingCharger>, columns: &Columns, seen: &mut HashSet<Uuid>) {
    let mut reading = Reading::new(chargers::TABLE, columns);
    if read.row.is_some() && !seen.insert(charger_id(&reading.id)) {
        reading.rejected("id", "another charger has the same id, written differently");
        *read = reading.stays();
    }
}

/// What became of a row, by its id where it could come.
fn fate(id: Option<Uuid>, new: &HashSet<Uuid>) -> Fate {
    match id {
        None => Fate::Rejected,
        Some(id) if new.contains(&id) => Fate::Came,
        Some(_) => Fate::Unchanged,
    }
}
