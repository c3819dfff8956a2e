//! Writes that are whole or not there, whenever the power goes.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Who may read what is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Whom the umask lets.
    Umask,
    /// This user.
    Owner,
}

impl Readers {
    /// The modes of a file and of a folder.
    fn modes(self) -> (u32, u32) {
        match self {
            Self::Umask => (0o666, 0o777),
            Self::Owner => (0o600, 0o700),
        }
    }
}

/// Fills a new file and brings it to disk.
pub(crate) fn write_new(
    path: &Path,
    readers: Readers,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).mode(readers.modes().0).open(path)?;
    fill(&mut file)?;
    file.sync_all()
}

/// Renames a finished file into place, over whatever was there, and brings the new name to disk.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let folder = parent(to)?;
    make_folder(folder, Readers::Umask)?;
    fs::rename(from, to)?;
    sync_folder(folder)
}

/// Removes a file; that there was none is no error.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if is_absent(&error) => Ok(()),
        // A folder: there is no object of this key.
        Err(_) if path.is_dir() => Ok(()),
        removed => removed.and_then(|()| sync_folder(parent(path)?)),
    }
}

/// A folder with its parents, on disk: a file is only as durable as the names on the way to it.
pub(crate) fn make_folder(folder: &Path, readers: Readers) -> io::Result<()> {
    // The parent of a relative path of one name is empty: the folder that we are in.
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        make_folder(parent, readers)?;
    }
    match DirBuilder::new().mode(readers.modes().1).create(folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        made => made.and_then(|()| sync_folder(parent(folder)?)),
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    // A relative path of one name has the empty path as its parent.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

fn parent(path: &Path) -> io::Result<&Path> {
    path.parent().ok_or_else(|| io::Error::from(ErrorKind::InvalidInput))
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_that_we_are_in_is_there() {
        assert!(["", "src"].iter().all(|folder| make_folder(Path::new(folder), Readers::Umask).is_ok()));
    }
}
