//! Old backups go: only folders that are called exactly like ours, only files in them that are, and only where the manifest is
//! ours too. The newest complete backup is never one of them: it is the one that was made just now.

use super::name;
use super::shelf::{self, Kept};
use crate::allowance::Allowance;
use domain::{Kind, Result, Timestamp};
use storage::Place;

pub(super) struct Rotation<'a> {
    pub(super) place: &'a Place,
    /// The backup that was made just now.
    pub(super) current: &'a str,
    /// Complete ones go that were begun before.
    pub(super) before: Timestamp,
    /// Unfinished ones go that were begun before.
    pub(super) unfinished_before: Timestamp,
}

impl Rotation<'_> {
    /// The names of those that went. What is not reached within the allowance goes with the next backup.
    pub(super) async fn run(&self, shelf: &[Kept], allowance: &Allowance) -> Result<Vec<String>> {
        let mut removed = Vec::new();
        for kept in shelf.iter().filter(|kept| kept.name != self.current) {
            if allowance.is_over() {
                break;
            }
            if self.is_old(kept).await? {
                self.remove(kept).await?;
                removed.push(kept.name.clone());
            }
        }
        Ok(removed)
    }

    async fn is_old(&self, kept: &Kept) -> Result<bool> {
        if !kept.has_manifest() {
            let is_ours = kept.files.iter().any(|file| name::is_ours(&file.key));
            return Ok(is_ours && kept.begun_at < self.unfinished_before);
        }
        if kept.begun_at >= self.before {
            return Ok(false);
        }
        match shelf::manifest(&self.place.join(&kept.name)).await {
            Ok(manifest) => Ok(manifest.is_some()),
            Err(error) if error.kind() == Kind::BadInput => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The manifest first: what is left of it, whatever ends this, is an unfinished backup and goes as such.
    async fn remove(&self, kept: &Kept) -> Result<()> {
        let folder = self.place.join(&kept.name);
        if kept.has_manifest() {
            folder.delete(name::MANIFEST).await?;
        }
        let ours = kept.files.iter().map(|file| &file.key).filter(|key| *key != name::MANIFEST && name::is_ours(key));
        for key in ours {
            // By the place, so that a folder goes that is empty then.
            self.place.delete(&format!("{}/{key}", kept.name)).await?;
        }
        Ok(())
    }
}
