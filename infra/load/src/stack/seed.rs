//! A SQLite file with made-up chargers, made once and copied: it takes minutes to make.

use super::{fill, place};
use crate::Trouble;
use db::Db;
use domain::connection::Database;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// The file, and what SQLite keeps beside it.
#[derive(Debug)]
pub(crate) struct Seed(TempDir);

impl Seed {
    /// Makes up this many chargers.
    ///
    /// # Errors
    /// When that fails.
    pub(crate) async fn make(chargers: u64) -> Result<Self, Trouble> {
        let place = place()?;
        fill(&[("DATA_DIR", place.path().display().to_string())], chargers).await?;
        settle(&place.path().join("sharaspot.db")).await?;
        Ok(Self(place))
    }

    /// How large all of it is.
    ///
    /// # Errors
    /// When it is gone.
    pub(super) fn size_bytes(&self) -> Result<u64, Trouble> {
        self.files()?.iter().map(|file| Ok(file.metadata()?.len())).sum()
    }

    /// Copies it into a folder.
    ///
    /// # Errors
    /// When that cannot be written.
    pub(super) fn copy(&self, data: &Path) -> Result<(), Trouble> {
        std::fs::create_dir_all(data)?;
        for file in self.files()? {
            std::fs::copy(file.path(), data.join(file.file_name()))?;
        }
        Ok(())
    }

    fn files(&self) -> std::io::Result<Vec<std::fs::DirEntry>> {
        let all = std::fs::read_dir(self.0.path())?.collect::<Result<Vec<_>, _>>()?;
        Ok(all.into_iter().filter(|file| file.path().is_file()).collect())
    }
}

/// Whoever closes the file last brings its journal into it and removes that: what is left of a large import would be room enough for
/// a whole run on a disk that is full.
async fn settle(file: &Path) -> Result<(), Trouble> {
    let database = Database::at(format!("sqlite:{}", file.display()), 1);
    let db = Db::open(&database, "load", config::world(), secrets::logins(Duration::ZERO)).await?;
    db.close().await;
    Ok(())
}
