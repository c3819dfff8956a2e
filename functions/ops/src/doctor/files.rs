//! The folder of the embedded default, and the room on its disk.

use super::Finding;
use config::Config;
use domain::World;
use domain::connection::PhotoStore;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

pub(super) const NAMES: [&str; 2] = [FOLDER, DISK];
const FOLDER: &str = "data folder";
const DISK: &str = "disk";

const MIB: u64 = 1 << 20;
const WARNING_BYTES: u64 = 1_024 * MIB;
/// A photo in all its renditions, its event, and a write-ahead log of SQLite still go in, a few times.
const FAILED_BYTES: u64 = 128 * MIB;

pub(super) fn check(config: &Config, world: World) -> Vec<Finding> {
    let Some(folder) = folder(config) else {
        return NAMES.map(|name| Finding::absent(name, "nothing is kept here")).to_vec();
    };
    let there = existing(&folder);
    vec![writing(&folder, there, world), room(there)]
}

/// Where something is kept, in this process's own files.
fn folder(config: &Config) -> Option<PathBuf> {
    let of_photos = matches!(config.store, PhotoStore::Folder { .. }).then(|| config.data_dir.clone());
    of_photos.or_else(|| config.database.file().and_then(Path::parent).map(Path::to_owned))
}

/// The folder, or the nearest around it that is there: in which it would be made.
fn existing(folder: &Path) -> &Path {
    folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."))
}

fn writing(folder: &Path, there: &Path, world: World) -> Finding {
    let probe = there.join(format!(".doctor-{}", (world.new_id)()));
    let written = File::create_new(&probe).and_then(|file| {
        drop(file);
        std::fs::remove_file(&probe)
    });
    match written {
        Ok(()) if there == folder => Finding::fine(FOLDER, format!("{} can be written", folder.display())),
        Ok(()) => Finding::absent(FOLDER, format!("{} is not there yet, the first start makes it", folder.display())),
        Err(error) => {
            let found = format!("{} cannot be written: {}", there.display(), error.kind());
            Finding::failed(FOLDER, found, "give this user the folder, or name another one in DATA_DIR")
        }
    }
}

fn room(there: &Path) -> Finding {
    match free_bytes(there) {
        Ok(free) => judge(free),
        Err(error) => Finding::warning(DISK, format!("does not say: {}", error.kind()), "df says more"),
    }
}

fn free_bytes(there: &Path) -> io::Result<u64> {
    // An empty path is the folder that we are in.
    let there = if there.as_os_str().is_empty() { Path::new(".") } else { there };
    let disk = rustix::fs::statvfs(there)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

fn judge(free: u64) -> Finding {
    let found = format!("{} MiB free", free / MIB);
    let remedy = "make room: `ops sweep` removes photos that nobody needs; or move DATA_DIR to a larger disk";
    match free {
        0..FAILED_BYTES => Finding::failed(DISK, found, remedy),
        FAILED_BYTES..WARNING_BYTES => Finding::warning(DISK, found, remedy),
        _ => Finding::fine(DISK, found),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn a_disk_is_full_before_it_is_full() {
        for (free, state) in [
            (0, State::Failed),
            (FAILED_BYTES - 1, State::Failed),
            (FAILED_BYTES, State::Warning),
            (WARNING_BYTES, State::Fine),
        ] {
            assert_eq!(judge(free).state, state, "{free}");
        }
        assert!(free_bytes(Path::new("")).unwrap() > 0);
    }
}
