//! Whether an object can be put, read and deleted, and what time the store has.

use super::clock::Comparison;
use super::{Finding, LIMIT, cause, within};
use bytes::Bytes;
use config::Config;
use domain::connection::PhotoStore;
use domain::photo::doctor_key;
use domain::{Error, Result, World};
use storage::{ObjectHeaders, Storage};

pub(super) const NAMES: [&str; 2] = [STORE, CLOCK];
const STORE: &str = "photo store";
const CLOCK: &str = "photo store clock";

const CONTENT: &[u8] = b"put here by `ops doctor`, and deleted a moment later";
/// The store says when an object was put to the second.
const SECOND_MICROS: i64 = 1_000_000;

pub(super) async fn check(config: &Config, world: World) -> Vec<Finding> {
    if let PhotoStore::Folder { dir, .. } = &config.store
        && !dir.exists()
    {
        return without_clock(Finding::absent(STORE, "there is no folder yet, the first start makes it"));
    }
    match within(LIMIT, Storage::open(&config.store, world.now)).await {
        Ok(storage) => try_out(&storage, config, world).await,
        Err(error) => without_clock(Finding::failed(STORE, cause(&error), remedy(config, Step::Open))),
    }
}

fn without_clock(store: Finding) -> Vec<Finding> {
    vec![store, Finding::absent(CLOCK, "not looked at: nothing was stored")]
}

#[derive(Clone, Copy)]
enum Step {
    Open,
    Put,
    Read,
    Delete,
}

async fn try_out(storage: &Storage, config: &Config, world: World) -> Vec<Finding> {
    let key = doctor_key((world.new_id)());
    let headers = ObjectHeaders { content_type: "text/plain".to_owned(), cache_control: None };
    let asked = (world.now)();
    if let Err(error) = within(LIMIT, storage.put(&key, Bytes::from_static(CONTENT), &headers)).await {
        return without_clock(failed(config, Step::Put, &error));
    }
    let answered = (world.now)();
    let read = within(LIMIT, read(storage, &key)).await;
    // Whatever came of reading it.
    let deleted = within(LIMIT, delete(storage, &key)).await;
    let clock = match (&read, storage) {
        (Ok(theirs), Storage::S3(_)) => {
            Comparison { asked, answered, theirs: *theirs, resolution_micros: SECOND_MICROS }.finding(CLOCK)
        }
        _ => Finding::absent(CLOCK, "a folder has none"),
    };
    let store = match (read, deleted) {
        (Err(error), _) => failed(config, Step::Read, &error),
        (_, Err(error)) => failed(config, Step::Delete, &error),
        _ => Finding::fine(STORE, "puts, reads and deletes"),
    };
    vec![store, clock]
}

/// When it was stored, by the store's clock.
async fn read(storage: &Storage, key: &str) -> Result<domain::Timestamp> {
    match storage.get(key, CONTENT.len() as u64).await? {
        Some(object) if *object.bytes == *CONTENT => Ok(object.last_modified),
        Some(_) => Err(Error::internal("what came back is not what was put")),
        None => Err(Error::internal("what was put is not there")),
    }
}

async fn delete(storage: &Storage, key: &str) -> Result<()> {
    storage.delete(key).await?;
    match storage.head(key).await? {
        None => Ok(()),
        Some(_) => Err(Error::internal("what was deleted is still there")),
    }
}

fn failed(config: &Config, step: Step, error: &Error) -> Finding {
    let verb = match step {
        Step::Open => "opening",
        Step::Put => "putting",
        Step::Read => "reading",
        Step::Delete => "deleting",
    };
    Finding::failed(STORE, format!("{verb}: {}", cause(error)), remedy(config, step))
}

fn remedy(config: &Config, step: Step) -> &'static str {
    match (&config.store, step) {
        (PhotoStore::Folder { .. }, _) => "give this user the folder `photos` under DATA_DIR, and room on its disk",
        (_, Step::Open) => {
            "name region and credentials as the AWS SDK wants them (AWS_REGION, a role or AWS_ACCESS_KEY_ID)"
        }
        (_, Step::Put) => {
            "correct S3_BUCKET, the region and the credentials, and let this role s3:PutObject on doctor/* (template.yaml, Ops)"
        }
        (_, Step::Read) => "let this role s3:GetObject on doctor/* (template.yaml, Ops)",
        (_, Step::Delete) => {
            "let this role s3:DeleteObject on doctor/* and s3:ListBucket on the bucket (template.yaml, Ops); an object of a few bytes \
             is left there"
        }
    }
}
