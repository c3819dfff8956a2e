//! Answers that are kept for the next one who asks the same.
//!
//! An answer is kept under what was asked and under a *stamp* of what it was made from, which the database gives: when something
//! changes the stamp does, and the answer is never found again. So nothing is ever invalidated, and a write is seen with the next
//! request, on every instance, whatever the cache does. Two tiers: memory, bounded by bytes, where of many who ask the same at once
//! one finds out for all; and behind it, where `CACHE_URL` names one, a Redis or Valkey that all instances share. That one may hang,
//! die and lie: then it is passed over, never an error. What is kept is public; keys are hashes, so that they tell nothing of who asks.
//!
//! The only crate that names moka and redis. It knows neither HTTP nor the database. Start with [`Cache::fetch`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod key;
mod kind;
mod link;
mod sealed;
mod shared;

pub use kind::Kind;

use bytes::Bytes;
use domain::connection;
use domain::health::Part;
use domain::{Result, Timestamp};
use key::Key;
use shared::Shared;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A longer answer is not kept: it would drive out a hundred others.
const MAX_VALUE_BYTES: usize = 1 << 20;
/// What the memory tier needs for an entry beside its value, roughly.
const ENTRY_BYTES: usize = 256;

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// It was in this process's memory, or somebody else was finding out already.
    Hit,
    /// It was in the shared tier.
    SharedHit,
    /// It was made, and is kept now.
    Miss,
    /// It was made, and is not kept.
    Bypass,
}

impl Found {
    /// The word of `X-Cache`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::SharedHit => "shared-hit",
            Self::Miss => "miss",
            Self::Bypass => "bypass",
        }
    }
}

/// Counts answers. What is only a part of one does not count: a page that had to be made would pass for half a hit.
fn measure(kind: Kind, found: Found) {
    match found {
        _ if kind == Kind::Totals => {}
        Found::Hit => tracing::info!(target: "metric", cache_hits = 1_u64),
        Found::SharedHit => tracing::info!(target: "metric", cache_hits = 1_u64, cache_shared_hits = 1_u64),
        Found::Miss => tracing::info!(target: "metric", cache_misses = 1_u64),
        Found::Bypass => tracing::info!(target: "metric", cache_bypasses = 1_u64),
    }
}

/// Both tiers. A clone is the same cache; the default one keeps nothing.
#[derive(Clone, Default)]
pub struct Cache {
    tiers: Option<Arc<Tiers>>,
}

struct Tiers {
    memory: moka::future::Cache<Key, Entry>,
    shared: Option<Shared>,
}

#[derive(Clone)]
struct Entry {
    kind: Kind,
    value: Bytes,
}

/// Each entry for the time of its kind.
struct ByKind;

impl moka::Expiry<Key, Entry> for ByKind {
    fn expire_after_create(&self, _: &Key, entry: &Entry, _: Instant) -> Option<Duration> {
        Some(entry.kind.ttl())
    }
}

impl Cache {
    /// A cache as the environment wants it; nothing is connected before it is used. Pauses after trouble go by the wall clock
    /// `now`, since everything else stands still while an instance is frozen.
    ///
    /// # Errors
    /// Internal for a URL that is none; it is not quoted.
    pub fn open(settings: &connection::Cache, now: fn() -> Timestamp) -> Result<Self> {
        let shared = settings.url.as_deref().map(|url| Shared::open(url, settings.timeout, now)).transpose()?;
        if shared.is_none() && settings.memory_bytes == 0 {
            return Ok(Self::default());
        }
        let memory = moka::future::Cache::builder()
            .max_capacity(settings.memory_bytes)
            .weigher(|_, entry: &Entry| weight(entry.value.len()))
            .expire_after(ByKind)
            .build();
        Ok(Self { tiers: Some(Arc::new(Tiers { memory, shared })) })
    }

    /// Whether it keeps nothing: then there is no need to ask for a stamp.
    pub fn is_off(&self) -> bool {
        self.tiers.is_none()
    }

    /// The answer to a question: what is kept under this stamp, else what `load` makes, which is kept then. `load` must see at
    /// least the state that the stamp is of; without a stamp nothing is kept. Whatever is part of the answer is part of the
    /// question, such as the address of photos.
    ///
    /// # Errors
    /// Those of `load`, which are not kept; everybody who waited for it gets the same one.
    pub async fn fetch(
        &self,
        kind: Kind,
        stamp: Option<&str>,
        question: &[&[u8]],
        load: impl Future<Output = Result<Vec<u8>>>,
    ) -> Result<(Bytes, Found)> {
        // On the heap: what is around it would hold it many times over.
        let load = Box::pin(load);
        let (Some(tiers), Some(stamp)) = (&self.tiers, stamp) else {
            measure(kind, Found::Bypass);
            return Ok((load.await?.into(), Found::Bypass));
        };
        let key = Key::of(kind, stamp, question);
        // Stays so where this call has nothing to do but to wait.
        let mut found = Found::Hit;
        let make = Box::pin(async {
            let (value, from) = tiers.find_or(&key, kind, load).await?;
            found = from;
            Ok::<_, domain::Error>(Entry { kind, value })
        });
        let entry = tiers.memory.try_get_with(key, make).await;
        let entry = entry.map_err(|error| Arc::try_unwrap(error).unwrap_or_else(|shared| shared.repeat()))?;
        measure(kind, found);
        Ok((entry.value, found))
    }

    /// How the shared tier is. It is asked, and has four times as long as otherwise to answer.
    pub async fn state(&self) -> Part {
        match self.tiers.as_ref().and_then(|tiers| tiers.shared.as_ref()) {
            None => Part::None,
            Some(shared) => Part::of(Some(shared.is_there().await)),
        }
    }
}

impl Tiers {
    async fn find_or(
        &self,
        key: &Key,
        kind: Kind,
        load: impl Future<Output = Result<Vec<u8>>>,
    ) -> Result<(Bytes, Found)> {
        let Some(shared) = &self.shared else { return Ok((load.await?.into(), Found::Miss)) };
        if let Some(value) = shared.get(key).await {
            return Ok((value, Found::SharedHit));
        }
        let value = Bytes::from(load.await?);
        if value.len() <= MAX_VALUE_BYTES {
            shared.put(key, &value, kind.ttl()).await;
        }
        Ok((value, Found::Miss))
    }
}

/// More than there is room for, where a value is too long to be kept.
fn weight(value_bytes: usize) -> u32 {
    if value_bytes > MAX_VALUE_BYTES { u32::MAX } else { (value_bytes + ENTRY_BYTES) as u32 }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_off() { "Cache(off)" } else { "Cache(…)" })
    }
}

#[cfg(test)]
mod tests;
