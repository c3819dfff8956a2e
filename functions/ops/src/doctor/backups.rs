//! Whether a backup could be stored, read again and let go.

use super::{Finding, LIMIT, cause, within};
use crate::backup::name;
use bytes::Bytes;
use config::Config;
use domain::{Error, Result, World};
use std::path::Path;
use storage::{ObjectHeaders, Place};

pub(super) const NAME: &str = "backups";

const CONTENT: &[u8] = b"put here by `ops doctor`, and deleted a moment later";

pub(super) async fn check(config: &Config, world: World) -> Finding {
    let address = &config.backup_to;
    let is_folder = !address.starts_with("s3://");
    if is_folder && !Path::new(address).exists() {
        return Finding::absent(NAME, "there is no folder yet, the first backup makes it");
    }
    match try_out(address, &name::trial((world.new_id)())).await {
        Ok(place) => Finding::fine(NAME, format!("{place} takes, shows and forgets")),
        Err(Failed { verb, error, remedy }) => {
            let remedy =
                if is_folder { "give this user the folder in BACKUP_TO, and room on its disk" } else { remedy };
            Finding::failed(NAME, format!("{address}, {verb}: {}", cause(&error)), remedy)
        }
    }
}

/// A step that failed, and what to do about it where it is one of a bucket.
struct Failed {
    verb: &'static str,
    error: Error,
    remedy: &'static str,
}

async fn try_out(address: &str, key: &str) -> Result<Place, Failed> {
    let failed = |verb, remedy| move |error| Failed { verb, error, remedy };
    let place = within(LIMIT, Place::open(address)).await.map_err(failed(
        "opening",
        "correct BACKUP_TO, and name region and credentials as the AWS SDK wants them (AWS_REGION, a role or AWS_ACCESS_KEY_ID)",
    ))?;
    let place = place.for_owner_only();
    let headers = ObjectHeaders { content_type: "text/plain".to_owned(), cache_control: None };
    within(LIMIT, place.put(key, Bytes::from_static(CONTENT), &headers)).await.map_err(failed(
        "putting",
        "correct BACKUP_TO, and let this role s3:PutObject on sharaspot-backup-* in it (template.yaml, Ops)",
    ))?;
    let read = within(LIMIT, read(&place, key)).await;
    // Whatever came of reading it.
    let deleted = within(LIMIT, delete(&place, key)).await;
    read.map_err(failed("reading", "let this role s3:GetObject on sharaspot-backup-* (template.yaml, Ops)"))?;
    deleted.map_err(failed(
        "deleting",
        "let this role s3:DeleteObject on sharaspot-backup-* and s3:ListBucket on the bucket (template.yaml, Ops); an object of a \
         few bytes is left there",
    ))?;
    Ok(place)
}

async fn read(place: &Place, key: &str) -> Result<()> {
    match place.get(key, CONTENT.len() as u64).await? {
        Some(object) if *object.bytes == *CONTENT => Ok(()),
        Some(_) => Err(Error::internal("what came back is not what was put")),
        None => Err(Error::internal("what was put is not there")),
    }
}

async fn delete(place: &Place, key: &str) -> Result<()> {
    place.delete(key).await?;
    match place.get(key, CONTENT.len() as u64).await? {
        None => Ok(()),
        Some(_) => Err(Error::internal("what was deleted is still there")),
    }
}
