//! A folder that behaves like a bucket.
//!
//! ```text
//! objects/<key, encoded>      one file per object: its bytes, then what is known about it
//! events/pending/             S3's notifications that nobody has delivered yet
//! tmp/<process>/              what is being written; removed once that process is dead
//! local-credentials.json      the access key that signs and checks uploads
//! ```

pub mod credentials;
pub mod event;
mod layout;
mod object_file;
mod workplace;

use crate::object::{Object, ObjectHeaders, ObjectInfo, PostForm, PresignedPost};
use crate::post_policy::{self, Signer};
use crate::{check_key, too_large, write};
use bytes::Bytes;
use credentials::LocalCredentials;
use domain::{Error, Result, Timestamp};
use event::{EventName, Sequencer};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use workplace::Workplace;

/// The region that the folder says it is in.
pub const REGION: &str = "us-east-1";

/// What a folder needs to be a bucket.
#[derive(Clone, Debug)]
pub struct LocalSettings {
    /// Where everything is kept; made where it is missing.
    pub dir: PathBuf,
    /// Where the embedded server is reached, such as `http://localhost:3000`.
    pub public_endpoint: String,
    /// What the bucket is called.
    pub bucket: String,
    /// The clock.
    pub now: fn() -> Timestamp,
}

/// A folder as a bucket. Cheap to clone; several processes may share one folder.
#[derive(Clone, Debug)]
pub struct Local(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: LocalSettings,
    credentials: LocalCredentials,
    workplace: Workplace,
    sequencer: Sequencer,
}

impl Local {
    /// Opens the folder, finishes what a killed process left half done, and makes the access key where there is none.
    /// Blocks for a few milliseconds.
    pub fn open(settings: LocalSettings) -> Result<Self> {
        let (workplace, credentials) = Workplace::open(&settings.dir).map_err(broken)?;
        Ok(Self(Arc::new(Inner { settings, credentials, workplace, sequencer: Sequencer::default() })))
    }

    /// See [`crate::Storage::bucket`].
    pub fn bucket(&self) -> &str {
        &self.0.settings.bucket
    }

    /// See [`crate::Storage::put`].
    pub async fn put(&self, key: &str, bytes: Bytes, headers: &ObjectHeaders) -> Result<()> {
        self.put_as(EventName::ObjectCreatedPut, key, bytes, headers).await.map(|_| ())
    }

    /// See [`crate::Storage::get`].
    pub async fn get(&self, key: &str, max_bytes: u64) -> Result<Option<Object>> {
        check_key(key)?;
        let path = layout::object_path(&self.0.settings.dir, key)?;
        let read = move || match object_file::open(&path)? {
            Some((_, facts)) if facts.size_bytes > max_bytes => Ok(Some(Err(facts.size_bytes))),
            Some((file, facts)) => Ok(Some(Ok(facts.clone().into_object(object_file::read_bytes(file, &facts)?)))),
            None => Ok(None),
        };
        let found = blocking(read).await?;
        found.transpose().map_err(|size_bytes| too_large(size_bytes, max_bytes))
    }

    /// See [`crate::Storage::head`].
    pub async fn head(&self, key: &str) -> Result<Option<ObjectInfo>> {
        check_key(key)?;
        let path = layout::object_path(&self.0.settings.dir, key)?;
        let facts = blocking(move || object_file::open(&path)).await?;
        Ok(facts.map(|(_, facts)| facts.into_info(key.to_owned())))
    }

    /// See [`crate::Storage::delete`].
    pub async fn delete(&self, key: &str) -> Result<()> {
        check_key(key)?;
        let path = layout::object_path(&self.0.settings.dir, key)?;
        blocking(move || write::remove(&path)).await
    }

    /// See [`crate::Storage::list`].
    pub async fn list(&self, prefix: &str) -> Result<Vec<ObjectInfo>> {
        let (dir, prefix) = (self.0.settings.dir.clone(), prefix.to_owned());
        blocking(move || layout::list(&dir, &prefix, None, usize::MAX)).await
    }

    /// See [`crate::Storage::list_page`].
    pub async fn list_page(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<ObjectInfo>> {
        let (dir, prefix, after) = (self.0.settings.dir.clone(), prefix.to_owned(), after.map(str::to_owned));
        blocking(move || layout::list(&dir, &prefix, after.as_deref(), limit)).await
    }

    /// See [`crate::Storage::presign_post`].
    #[expect(clippy::unused_async, reason = "the same signature as S3's, which may have to fetch credentials")]
    pub async fn presign_post(&self, form: &PostForm<'_>) -> Result<PresignedPost> {
        check_key(form.key)?;
        let LocalSettings { public_endpoint, bucket, .. } = &self.0.settings;
        let signer = Signer {
            access_key_id: &self.0.credentials.access_key_id,
            secret_access_key: &self.0.credentials.secret_access_key,
            session_token: None,
            region: REGION,
        };
        let url = format!("{}/{bucket}", public_endpoint.trim_end_matches('/'));
        Ok(post_policy::sign(url, bucket, form, &signer))
    }
}

/// What only the folder has: S3's other side, for the embedded server.
impl Local {
    /// Stores as [`Local::put`] does, and says in the event how the object came.
    pub async fn put_as(
        &self,
        event_name: EventName,
        key: &str,
        bytes: Bytes,
        headers: &ObjectHeaders,
    ) -> Result<ObjectInfo> {
        check_key(key)?;
        let path = layout::object_path(&self.0.settings.dir, key)?;
        let now = (self.0.settings.now)();
        let facts = object_file::Facts::of(&bytes, headers, now);
        let info = facts.clone().into_info(key.to_owned());
        let event = key.starts_with(domain::photo::RAW_PREFIX).then(|| event::ObjectEvent {
            event_name,
            event_time: now.to_string(),
            key: key.to_owned(),
            size: facts.size_bytes,
            etag: facts.etag.trim_matches('"').to_owned(),
            sequencer: self.0.sequencer.next(now),
        });
        let store = self.clone();
        blocking(move || store.0.workplace.publish(&path, &bytes, &facts, event.as_ref())).await?;
        Ok(info)
    }

    /// The access key that signs and checks requests.
    pub fn credentials(&self) -> &LocalCredentials {
        &self.0.credentials
    }

    /// The folder of the event queue: `pending/` is filled here, the rest belongs to whoever delivers.
    pub fn events_dir(&self) -> PathBuf {
        self.0.settings.dir.join("events")
    }

    /// The folder itself.
    pub fn dir(&self) -> &Path {
        &self.0.settings.dir
    }
}

/// Files are slow and their calls block: not on the thread that serves requests.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    done.map_err(broken)
}

fn broken(error: std::io::Error) -> Error {
    Error::unavailable(crate::PART, error)
}
