//! The folder of events.
//!
//! ```text
//! pending/<sequencer>-<request id>.json    put there by the store, or a dead letter that was put back
//! attempts/<the same name>                 how often it was tried, while it waits
//! dead-letter/<the same name>              given up
//! ```

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use storage::Local;
use storage::local::event::ObjectEvent;

/// What waits.
#[derive(Debug)]
pub(super) enum Waiting {
    /// An event of the store.
    Fresh(ObjectEvent),
    /// One that was given up and is to be delivered again (`ops redrive`): the payload.
    Again(Value),
}

/// What is known about the calls for one event.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Attempts {
    /// How many were begun. Counted before the call, so that an event that takes the whole process down is not tried for
    /// ever.
    pub(super) begun: u32,
    /// Type and message.
    pub(super) last_error: Option<(String, String)>,
}

pub(super) struct Queue {
    dir: PathBuf,
}

impl Queue {
    pub(super) fn new(local: &Local) -> Self {
        Self { dir: local.events_dir() }
    }

    /// Names of the events that wait, oldest first.
    pub(super) fn pending(&self) -> Vec<String> {
        let entries = match fs::read_dir(self.dir.join("pending")) {
            Ok(entries) => entries,
            Err(error) => {
                tracing::error!(%error, "the queue of events cannot be read");
                return Vec::new();
            }
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<_> = names.filter(|name| name.ends_with(".json")).collect();
        names.sort();
        names
    }

    /// What waits; `None` where it was delivered meanwhile, by another process. What cannot be read is set aside.
    pub(super) fn read(&self, name: &str) -> io::Result<Option<Waiting>> {
        let path = self.path("pending", name);
        let Some(json) = read_if_there(&path)? else { return Ok(None) };
        match waiting(&json) {
            Ok(waiting) => Ok(Some(waiting)),
            Err(error) => {
                tracing::error!(event = name, %error, "this is no event");
                fs::rename(path, self.folder("dead-letter")?.join(name)).map(|()| None)
            }
        }
    }

    pub(super) fn attempts(&self, name: &str) -> io::Result<Attempts> {
        let json = read_if_there(&self.path("attempts", name))?;
        Ok(json.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default())
    }

    pub(super) fn record(&self, name: &str, attempts: &Attempts) -> io::Result<()> {
        self.write("attempts", name, attempts)
    }

    /// The event is done.
    pub(super) fn finish(&self, name: &str) -> io::Result<()> {
        remove(&self.path("pending", name))?;
        remove(&self.path("attempts", name))
    }

    /// The event is given up. The letter comes first: a kill in between leaves two, not none.
    pub(super) fn bury(&self, name: &str, letter: &Value) -> io::Result<()> {
        self.write("dead-letter", name, letter)?;
        self.finish(name)
    }

    fn write(&self, folder: &str, name: &str, value: &impl Serialize) -> io::Result<()> {
        let folder = self.folder(folder)?;
        let unfinished = folder.join(format!("{name}.tmp"));
        let mut file = File::create(&unfinished)?;
        file.write_all(&serde_json::to_vec_pretty(value)?)?;
        file.sync_all()?;
        fs::rename(unfinished, folder.join(name))
    }

    fn folder(&self, folder: &str) -> io::Result<PathBuf> {
        let folder = self.dir.join(folder);
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    fn path(&self, folder: &str, name: &str) -> PathBuf {
        self.dir.join(folder).join(name)
    }
}

/// Lambda's id of the invocation, the same for every attempt: the second half of the name.
pub(super) fn request_id(name: &str) -> &str {
    name.split_once('-').map_or(name, |(_, id)| id.trim_end_matches(".json"))
}

fn waiting(json: &[u8]) -> serde_json::Result<Waiting> {
    let mut waiting: Value = serde_json::from_slice(json)?;
    match waiting.get_mut("requestPayload").map(Value::take) {
        Some(payload) => Ok(Waiting::Again(payload)),
        None => serde_json::from_value(waiting).map(Waiting::Fresh),
    }
}

fn read_if_there(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
