//! Where one process prepares what it then renames into place, and how the next one cleans up after it.
//!
//! Every open folder has its own `tmp/<id>/` and keeps a lock on the file `tmp/<id>/alive`. The lock ends with the
//! process, however it ends; a folder that can be locked is therefore a dead one's.

use super::credentials::{self, LocalCredentials};
use super::event::{self, ObjectEvent};
use super::{layout, object_file};
use crate::write::{self, Readers};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use uuid::Uuid;

#[derive(Debug)]
pub(super) struct Workplace {
    dir: PathBuf,
    own: PathBuf,
    /// Held, never read: its lock says that this process lives.
    _alive: File,
}

impl Workplace {
    /// Makes the folders, finishes and clears what dead processes left, and reads or makes the access key. One process
    /// at a time.
    pub(super) fn open(dir: &Path) -> io::Result<(Self, LocalCredentials)> {
        let tmp = dir.join("tmp");
        for folder in [layout::objects_dir(dir), event::pending_dir(dir), tmp.clone()] {
            write::make_folder(&folder, Readers::Umask)?;
        }
        // Held until the end of this function, so that nobody takes a folder for dead that is not locked yet.
        let door = File::options().write(true).create(true).truncate(false).open(dir.join("open.lock"))?;
        door.lock()?;
        for entry in fs::read_dir(&tmp)? {
            clear_if_dead(dir, &entry?.path())?;
        }
        let own = tmp.join(Uuid::new_v4().to_string());
        fs::create_dir(&own)?;
        let alive = File::create(own.join(ALIVE))?;
        alive.lock()?;
        let credentials = credentials::read_or_make(dir, &own)?;
        Ok((Self { dir: dir.to_owned(), own, _alive: alive }, credentials))
    }

    /// Stores an object and its event, in the order in which a crash at any point loses neither: the event is prepared,
    /// the object appears, the event appears. Prepared events of objects that did appear are published at the next open.
    pub(super) fn publish(
        &self,
        path: &Path,
        bytes: &[u8],
        facts: &object_file::Facts,
        event: Option<&ObjectEvent>,
    ) -> io::Result<()> {
        let id = Uuid::new_v4();
        let object = self.own.join(format!("{id}.object"));
        write::write_new(&object, Readers::Umask, |file| object_file::write(file, bytes, facts))?;
        let prepared = self.own.join(format!("{id}{PREPARED}"));
        if let Some(event) = event {
            write::write_new(&prepared, Readers::Umask, |file| Ok(serde_json::to_writer(file, event)?))?;
        }
        write::rename(&object, path)?;
        match event {
            Some(event) => write::rename(&prepared, &event::pending_path(&self.dir, event, id)),
            None => Ok(()),
        }
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        // Nothing is lost if this fails: the next one to open finds the folder dead.
        let _ = fs::remove_dir_all(&self.own);
    }
}

const ALIVE: &str = "alive";
const PREPARED: &str = ".event";

fn clear_if_dead(dir: &Path, folder: &Path) -> io::Result<()> {
    if let Ok(alive) = File::open(folder.join(ALIVE)) {
        match alive.try_lock() {
            Err(TryLockError::WouldBlock) => return Ok(()),
            locked => locked?,
        }
    }
    finish_prepared(dir, folder)?;
    match fs::remove_dir_all(folder) {
        // A process that ends in good order removes its own.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Publishes the events of objects that appeared just before their process died.
fn finish_prepared(dir: &Path, folder: &Path) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries {
        let prepared = entry?.path();
        if prepared.extension().is_none_or(|extension| extension != &PREPARED[1..]) {
            continue;
        }
        // One that is cut off was never followed by its object.
        let Ok(event) = serde_json::from_slice::<ObjectEvent>(&fs::read(&prepared)?) else {
            continue;
        };
        let Ok(path) = layout::object_path(dir, &event.key) else {
            continue;
        };
        let is_there = object_file::open(&path)?.is_some_and(|(_, facts)| facts.etag.trim_matches('"') == event.etag);
        if is_there {
            write::rename(&prepared, &event::pending_path(dir, &event, Uuid::new_v4()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
