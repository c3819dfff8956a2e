//! What a developer has on the host: a database without TLS, and S3.

use super::Store;
use crate::Trouble;
use std::net::SocketAddr;
use tests::postgres::{Options, Server};
use tests::watched::Folder;

/// Both, with the names of `infra/sam-local/env.json`.
#[derive(Debug)]
pub(crate) struct Sandbox {
    postgres: Server,
    store: Store,
    folder: Folder,
}

impl Sandbox {
    /// # Errors
    /// When something is not installed or does not start.
    pub(crate) async fn set() -> Result<Self, Trouble> {
        let folder = Folder::of_this_user("verify-aws-sam-");
        let installed = Server::start(Options::default()).await;
        let postgres = installed.ok_or("PostgreSQL is not installed: infra/setup.sh verify installs it")?;
        postgres.administer("CREATE ROLE sharaspot LOGIN CREATEROLE CREATEDB PASSWORD 'sharaspot'".to_owned()).await;
        postgres.administer("CREATE DATABASE sharaspot OWNER sharaspot".to_owned()).await;
        let store = Store::start(&folder).await?;
        ["photos", "backups"].iter().try_for_each(|bucket| store.make_bucket(bucket))?;
        Ok(Self { postgres, store, folder })
    }

    /// Where the database listens.
    pub(crate) fn database(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.postgres.port()).into()
    }

    /// Where S3 listens.
    pub(crate) fn store(&self) -> SocketAddr {
        self.store.address()
    }

    /// The folder of this sandbox.
    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }
}
