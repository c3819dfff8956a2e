//! A disk that can be full: a file system in memory.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const BALLAST: &str = "ballast";

/// A disk of its own, gone with this value.
#[derive(Debug)]
pub struct Disk(TempDir);

impl Disk {
    /// One of this size; `None`, and a line that says so, where this user may not mount one.
    pub fn mount(size_kb: u64) -> Option<Self> {
        let dir = TempDir::new().unwrap();
        let size = format!("size={size_kb}k");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tests"]).arg(dir.path()).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(dir));
        }
        println!("skipped: this user may not mount a disk");
        None
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Leaves so much room and no more.
    pub fn leave(&self, bytes: u64) {
        let path = self.path().join(BALLAST);
        let mut ballast = File::create(&path).unwrap();
        let mut size = 1 << 16;
        while size > 0 {
            match ballast.write(&vec![0; size]) {
                Ok(written) if written > 0 => {}
                Err(error) if error.kind() != ErrorKind::StorageFull => panic!("{error}"),
                _ => size /= 2,
            }
        }
        let filled = ballast.metadata().unwrap().len();
        ballast.set_len(filled.saturating_sub(bytes)).unwrap();
    }

    /// Makes room again.
    pub fn free(&self) {
        std::fs::remove_file(self.path().join(BALLAST)).unwrap();
    }

    /// The names of what is on it.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).stderr(Stdio::null()).status();
    }
}
