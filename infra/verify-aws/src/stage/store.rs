//! S3: s3s-fs over a folder. It checks signatures, and every condition of a form.

use super::{ACCESS_KEY, program};
use crate::Trouble;
use crate::tools::installed;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tests::repository::root;
use tests::watched::{Folder, Process, free_port};

/// What another clock is loaded from, below a machine's folder of libraries.
const CLOCK: &str = "faketime/libfaketime.so.1";

/// A server with its buckets.
#[derive(Debug)]
pub(crate) struct Store {
    _process: Process,
    port: u16,
    root: PathBuf,
}

impl Store {
    /// # Errors
    /// When it is not installed or does not start.
    pub(super) async fn start(folder: &Folder) -> Result<Self, Trouble> {
        let root = folder.path().join("s3");
        std::fs::create_dir(&root)?;
        Self::serve(folder, root, &[])
    }

    /// The same buckets behind a server whose clock is ahead.
    ///
    /// # Errors
    /// As of the first one; and when libfaketime is not installed.
    pub(crate) fn later(&self, folder: &Folder, minutes: u32) -> Result<Self, Trouble> {
        let libraries = std::fs::read_dir("/usr/lib")?.flatten().map(|machine| machine.path().join(CLOCK));
        let clock = libraries.into_iter().find(|library| library.is_file());
        let clock = installed(clock.unwrap_or_else(|| PathBuf::from("/usr/lib").join(CLOCK)))?.display().to_string();
        Self::serve(folder, self.root.clone(), &[("LD_PRELOAD", &clock), ("FAKETIME", &format!("+{minutes}m"))])
    }

    fn serve(folder: &Folder, root: PathBuf, clock: &[(&str, &str)]) -> Result<Self, Trouble> {
        let (server, port) = (server()?.display().to_string(), free_port());
        let (port_text, root_text) = (port.to_string(), root.display().to_string());
        let (access_key, secret_key) = ACCESS_KEY;
        let command = [&*server, "--host", "127.0.0.1", "--port", &port_text, "--access-key", access_key];
        let command = [&command[..], &["--secret-key", secret_key, &root_text]].concat();
        let variables = clock.iter().copied().chain([("RUST_LOG", "info")]);
        let (process, _) = program::start(folder, &command, variables, "server is running")?;
        Ok(Self { _process: process, port, root })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    /// Makes a bucket, where it is not there yet.
    ///
    /// # Errors
    /// When its folder cannot be made.
    pub(super) fn make_bucket(&self, name: &str) -> Result<(), Trouble> {
        Ok(std::fs::create_dir_all(self.root.join(name))?)
    }

    /// The bytes of an object, past the door; `None` where there is none.
    pub(crate) fn read(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        std::fs::read(self.root.join(bucket).join(key)).ok()
    }

    /// Puts an object there, past the door.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn put(&self, bucket: &str, key: &str, bytes: &[u8]) -> Result<(), Trouble> {
        let file = self.root.join(bucket).join(key);
        std::fs::create_dir_all(file.parent().unwrap_or(&self.root))?;
        Ok(std::fs::write(file, bytes)?)
    }

    /// The keys below a prefix that ends with a slash, or is empty; sorted.
    pub(crate) fn keys(&self, bucket: &str, prefix: &str) -> Vec<String> {
        let mut keys = Vec::new();
        collect(&self.root.join(bucket).join(prefix), prefix, &mut keys);
        keys.sort();
        keys
    }

    /// Makes everything in a bucket look as old as that.
    ///
    /// # Errors
    /// When a file cannot be changed.
    pub(crate) fn age(&self, bucket: &str, days: u64) -> Result<(), Trouble> {
        let then = SystemTime::now() - Duration::from_secs(days * 24 * 3600);
        for key in self.keys(bucket, "") {
            std::fs::File::options().write(true).open(self.root.join(bucket).join(key))?.set_modified(then)?;
        }
        Ok(())
    }

    /// Renames what is below one prefix of a bucket.
    ///
    /// # Errors
    /// When there is nothing.
    pub(crate) fn rename(&self, bucket: &str, from: &str, to: &str) -> Result<(), Trouble> {
        let bucket = self.root.join(bucket);
        Ok(std::fs::rename(bucket.join(from), bucket.join(to))?)
    }
}

fn collect(folder: &Path, prefix: &str, keys: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let key = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.path().is_dir() {
            true => collect(&entry.path(), &format!("{key}/"), keys),
            false => keys.push(key),
        }
    }
}

/// Where `infra/setup.sh verify` has put it.
fn server() -> Result<PathBuf, Trouble> {
    installed(root().join(".venv/bin/s3s-fs"))
}
