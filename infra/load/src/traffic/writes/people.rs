//! Who writes: so many people that nobody comes near a limit.

use crate::Trouble;
use crate::traffic::client::{Ask, Client};
use crate::traffic::pictures::Pictures;
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};

/// Of each sort: twelve verifications an hour would be allowed, and whoever adds a charger gives one.
const DEEDS_OF_ONE: u64 = 5;

/// The people of one stack. Everything is numbered over all runs, so that nobody does the same thing twice.
#[derive(Debug)]
pub(crate) struct People {
    pub(super) client: Client,
    pub(super) pictures: Pictures,
    /// Chargers that they verify.
    targets: Vec<String>,
    uploads: AtomicU64,
    chargers: AtomicU64,
    verifications: AtomicU64,
}

impl People {
    /// People who verify these chargers.
    ///
    /// # Errors
    /// When there are no pictures to upload.
    pub(crate) fn new(client: Client, targets: Vec<String>) -> Result<Self, Trouble> {
        let [uploads, chargers, verifications] = [0; 3].map(AtomicU64::new);
        Ok(Self { client, pictures: Pictures::make()?, targets, uploads, chargers, verifications })
    }

    pub(super) fn next_upload(&self) -> u64 {
        self.uploads.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn next_charger(&self) -> u64 {
        self.chargers.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn next_verification(&self) -> u64 {
        self.verifications.fetch_add(1, Ordering::Relaxed)
    }

    /// Which charger the n-th verification is of: each another one than those before it of the same person.
    pub(super) fn target(&self, number: u64) -> &str {
        &self.targets[number as usize % self.targets.len()]
    }

    /// A token for a person.
    ///
    /// # Errors
    /// When the server hands none out.
    pub(crate) async fn token(client: &Client, person: u64) -> Result<String, Trouble> {
        let body = json!({"sub": format!("load-{person}")});
        let reply = client.send(&Ask::json("/dev/token", &body)).await?;
        Ok(reply.json()["token"].as_str().ok_or("no token is handed out")?.to_owned())
    }
}

/// Who does the n-th of something.
pub(super) fn person(number: u64) -> u64 {
    number / DEEDS_OF_ONE
}
