//! A disk of its own for a folder, which can be full: a file system in memory.

use crate::Trouble;
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const BALLAST: &str = "ballast";
const CHUNK_BYTES: usize = 1 << 20;

/// A mounted disk.
#[derive(Debug)]
pub(crate) struct Disk {
    dir: PathBuf,
}

impl Disk {
    /// Makes the folder a disk of this size.
    ///
    /// # Errors
    /// Where this user may not mount.
    pub(crate) fn mount(dir: &Path, size_mb: u64) -> Result<Self, Trouble> {
        std::fs::create_dir_all(dir)?;
        let size = format!("size={size_mb}m");
        let output = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "load"]).arg(dir).output();
        match output {
            Ok(output) if output.status.success() => Ok(Self { dir: dir.to_owned() }),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned().into()),
            Err(error) => Err(format!("mount: {error}").into()),
        }
    }

    /// Why this user may not mount one; nothing where it may.
    pub(crate) fn refusal() -> Option<String> {
        let mounted = tempfile::tempdir().map_err(Trouble::from).and_then(|dir| {
            let disk = Self::mount(dir.path(), 1)?;
            drop(disk);
            Ok(())
        });
        mounted.err().map(|trouble| trouble.to_string())
    }

    /// Fills it to its last byte.
    ///
    /// # Errors
    /// Where something else stops it before.
    pub(crate) fn fill(&self) -> Result<(), Trouble> {
        let mut ballast = File::options().create(true).append(true).open(self.dir.join(BALLAST))?;
        let mut size = CHUNK_BYTES;
        // The last gaps are filled with less and less.
        while size > 0 {
            match ballast.write(&vec![0; size]) {
                Ok(written) if written > 0 => {}
                Ok(_) => size /= 2,
                Err(error) if error.kind() == ErrorKind::StorageFull => size /= 2,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Makes room again.
    ///
    /// # Errors
    /// Where the file that fills it cannot be removed.
    pub(crate) fn free(&self) -> Result<(), Trouble> {
        Ok(std::fs::remove_file(self.dir.join(BALLAST))?)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.dir).stderr(Stdio::null()).status();
    }
}
