//! A folder of plain files: the key is the path below it, and nothing is kept of an object but its bytes.

use crate::object::{Object, ObjectInfo};
use crate::walk::Layout;
use crate::write::{self, Readers};
use crate::{check_key, too_large, walk};
use bytes::Bytes;
use domain::{Error, Result, Timestamp};
use std::fs::Metadata;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// What is not whole ends so; no list shows it as an object.
pub const UNFINISHED: &str = ".unfinished";

/// A folder; made with the first object.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    readers: Readers,
}

impl Folder {
    /// The folder of this path.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), readers: Readers::Umask }
    }

    /// The same, where what is put is for this user's eyes alone, and so are folders that have to be made for it.
    #[must_use]
    pub fn for_owner_only(self) -> Self {
        Self { readers: Readers::Owner, ..self }
    }

    /// The folder of this name in it.
    pub(crate) fn join(&self, name: &str) -> Self {
        Self { path: self.path.join(name), readers: self.readers }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) async fn put(&self, key: &str, bytes: Bytes) -> Result<()> {
        let (file, readers) = (self.file(key)?, self.readers);
        blocking(move || {
            let folder = file.parent().ok_or(ErrorKind::InvalidInput)?;
            write::make_folder(folder, readers)?;
            // Two processes that put the same never write into one file.
            let unfinished = with_ending(&file, &format!(".{}{UNFINISHED}", std::process::id()));
            write::remove(&unfinished)?;
            write::write_new(&unfinished, readers, |open| io::Write::write_all(open, &bytes))?;
            write::rename(&unfinished, &file)
        })
        .await
    }

    pub(crate) async fn get(&self, key: &str, max_bytes: u64) -> Result<Option<Object>> {
        let file = self.file(key)?;
        let read = blocking(move || read(&file, max_bytes)).await?;
        read.transpose().map_err(|size_bytes| too_large(size_bytes, max_bytes))
    }

    pub(crate) async fn delete(&self, key: &str) -> Result<()> {
        let (file, top) = (self.file(key)?, self.path.clone());
        blocking(move || {
            write::remove(&file)?;
            // A bucket has no empty folders either; one that holds something else stays.
            let above = file.ancestors().skip(1).take_while(|folder| *folder != top);
            let _ = above.map(std::fs::remove_dir).take_while(io::Result::is_ok).count();
            Ok(())
        })
        .await
    }

    pub(crate) async fn list_page(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<ObjectInfo>> {
        let (top, prefix, after) = (self.path.clone(), prefix.to_owned(), after.map(str::to_owned));
        blocking(move || walk::list(&Plain, &top, &prefix, after.as_deref(), limit)).await
    }

    fn file(&self, key: &str) -> Result<PathBuf> {
        check_key(key)?;
        Ok(self.path.join(key))
    }
}

struct Plain;

impl Layout for Plain {
    fn part_of(&self, name: &str) -> Option<String> {
        Some(name.to_owned())
    }

    fn info(&self, file: &Path, key: String) -> io::Result<Option<ObjectInfo>> {
        // A link is no file of the folder: it may lead to anything.
        let metadata = match std::fs::symlink_metadata(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            metadata => metadata?,
        };
        Ok(metadata.is_file().then(|| ObjectInfo {
            key,
            size_bytes: metadata.len(),
            etag: String::new(),
            last_modified: modified(&metadata),
            content_type: None,
            cache_control: None,
            version: None,
        }))
    }
}

/// A file; one that is too large by its size alone.
fn read(file: &Path, max_bytes: u64) -> io::Result<Option<Result<Object, u64>>> {
    let open = match std::fs::File::open(file) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        open => open?,
    };
    let metadata = open.metadata()?;
    if !metadata.is_file() {
        return Ok(None);
    }
    if metadata.len() > max_bytes {
        return Ok(Some(Err(metadata.len())));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    open.take(max_bytes).read_to_end(&mut bytes)?;
    Ok(Some(Ok(Object {
        size_bytes: bytes.len() as u64,
        etag: crate::etag_of(&bytes),
        bytes: bytes.into(),
        content_type: crate::s3::DEFAULT_CONTENT_TYPE.to_owned(),
        cache_control: None,
        last_modified: modified(&metadata),
        version: None,
    })))
}

fn modified(metadata: &Metadata) -> Timestamp {
    let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Timestamp::from_micros(since.map_or(0, |since| since.as_secs() as i64 * 1_000_000))
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

/// Files are slow and their calls block.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    done.map_err(|error| Error::unavailable("folder", error))
}
