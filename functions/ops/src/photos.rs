//! The photos that commands work on: where they are stored, and how they are made.

use config::Config;
use db::Db;
use domain::connection::PhotoStore;
use domain::{Result, World};
use std::path::Path;
use storage::Storage;

/// A store and the settings of today.
#[derive(Clone, Debug)]
pub struct Photos {
    store: Store,
    settings: config::Photos,
}

#[derive(Clone, Debug)]
enum Store {
    Named(PhotoStore),
    Open(Storage),
}

impl Photos {
    /// What the environment says. The store is opened by each command that needs it, and by no other.
    pub fn of(config: &Config) -> Self {
        Self { store: Store::Named(config.store.clone()), settings: config.photos.clone() }
    }

    /// Photos in a store that is open.
    pub fn in_store(storage: Storage, settings: config::Photos) -> Self {
        Self { store: Store::Open(storage), settings }
    }

    /// The largest photo that is taken.
    pub(crate) fn max_bytes(&self) -> u64 {
        self.settings.max_bytes
    }

    /// The store.
    ///
    /// # Errors
    /// As [`Storage::open`].
    pub(crate) async fn storage(&self, world: World) -> Result<Storage> {
        match &self.store {
            Store::Named(place) => Storage::open(place, world.now).await,
            Store::Open(storage) => Ok(storage.clone()),
        }
    }

    /// The store in a folder, where that is this store's, or has been one of another embedded server.
    ///
    /// # Errors
    /// As [`Storage::open`].
    pub(crate) async fn storage_in(&self, folder: &Path, world: World) -> Result<Option<Storage>> {
        // However it is spelled, and whether it is there yet or not.
        let real = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path)).ok();
        let is_ours = |dir: &Path| real(dir) == real(folder);
        match &self.store {
            Store::Named(PhotoStore::Folder { dir, .. }) if is_ours(dir) => Ok(Some(self.storage(world).await?)),
            _ if has_been_a_store(folder) => {
                let place = PhotoStore::Folder { dir: folder.to_owned(), endpoint: String::new() };
                Ok(Some(Storage::open(&place, world.now).await?))
            }
            _ => Ok(None),
        }
    }

    /// The very code and settings that an upload is dealt with.
    ///
    /// # Errors
    /// As [`Storage::open`].
    pub(crate) async fn optimizer(&self, db: &Db, world: World) -> Result<optimize_photo::App> {
        let storage = self.storage(world).await?;
        Ok(optimize_photo::App::new(db.clone(), storage, &self.settings, world))
    }
}

/// As the embedded server leaves it; a copy may be without its access key.
fn has_been_a_store(folder: &Path) -> bool {
    folder.join("objects").is_dir()
}
