//! S3: s3s-fs over a folder. It checks signatures, and every condition of a form.

use super::{ACCESS_KEY, program};
use crate::Trouble;
use crate::template::Function;
use crate::tools::installed;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tests::repository::root;
use tests::watched::{Folder, Process, free_port};

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
    /// As of the first one; and when `faketime` is not installed.
    pub(crate) fn later(&self, folder: &Folder, minutes: u32) -> Result<Self, Trouble> {
        installed(PathBuf::from("/usr/bin/faketime"))?;
        Self::serve(folder, self.root.clone(), &["faketime", "-f", &format!("+{minutes}m")])
    }

    fn serve(folder: &Folder, root: PathBuf, clock: &[&str]) -> Result<Self, Trouble> {
        let (server, port) = (server()?.display().to_string(), free_port());
        let (port_text, root_text) = (port.to_string(), root.display().to_string());
        let (access_key, secret_key) = ACCESS_KEY;
        let command = [&*server, "--host", "127.0.0.1", "--port", &port_text, "--access-key", access_key];
        let command = [clock, &command, &["--secret-key", secret_key, &root_text]].concat();
        let (process, _) = program::start(folder, &command, [("RUST_LOG", "info")], "server is running")?;
        Ok(Self { _process: process, port, root })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    /// Makes the buckets that a function's environment names, where they are not there yet.
    pub(super) fn make_bucket(&self, function: &Function) -> Result<(), Trouble> {
        let variables = ["S3_BUCKET", "BACKUP_TO"].iter().filter_map(|name| function.environment.get(*name));
        for bucket in variables.map(|value| value.trim_start_matches("s3://")) {
            std::fs::create_dir_all(self.root.join(bucket))?;
        }
        Ok(())
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
