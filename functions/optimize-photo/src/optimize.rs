//! One raw object: read, optimise, publish, write down.

use crate::App;
use crate::event::Created;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use db::photos::PhotoResult;
use domain::photo::{RENDITION_CACHE_CONTROL, Rendition, photo_id_of, rendition_key};
use domain::{Error, Kind, Result};
use photo::{Optimized, Rejection};
use sha2::{Digest, Sha256};
use storage::ObjectHeaders;
use uuid::Uuid;

/// What became of an object.
pub(crate) enum Outcome {
    /// Its renditions are published.
    Ready,
    /// It is refused; the row says why.
    Rejected,
    /// There was nothing to do.
    Skipped(&'static str),
}

pub(crate) async fn optimize(app: &App, created: &Created) -> Result<Outcome> {
    let Some(id) = photo_id_of(&created.key) else { return Ok(Outcome::Skipped("not a raw key of ours")) };
    if app.db.is_photo_finished(id, &created.etag).await? {
        return Ok(Outcome::Skipped("finished by an earlier delivery"));
    }
    // The row is there before the bytes can be: without it the photo was deleted, or the object is not from us.
    if app.db.photo(id).await?.is_none_or(|photo| photo.raw_key != created.key) {
        return Ok(Outcome::Skipped("no such photo"));
    }
    loop {
        let (etag, outcome) = optimize_current(app, id, created).await?;
        // Looking after writing, not before: of two deliveries for two uploads to one key the last writer sees the last object,
        // so the row always ends up describing what is in the store.
        match app.storage.head(&created.key).await? {
            Some(object) if unquoted(&object.etag) != etag => {}
            _ => return Ok(outcome),
        }
    }
}

/// Deals with the object that is under the key now, which may be a newer one than the event's; answers its ETag too.
async fn optimize_current(app: &App, id: Uuid, created: &Created) -> Result<(String, Outcome)> {
    let gone = || Ok((created.etag.clone(), Outcome::Skipped("the object is gone")));
    let object = match app.storage.get(&created.key, app.settings.max_bytes as u64).await {
        Ok(Some(object)) => object,
        Ok(None) => return gone(),
        Err(error) if error.kind() == Kind::TooLarge => {
            // What is written down is what was looked at, never what the event says: the two may differ for good.
            let Some(object) = app.storage.head(&created.key).await? else { return gone() };
            let etag = unquoted(&object.etag).to_owned();
            let reason = format!("The photo is larger than {} bytes.", app.settings.max_bytes);
            let outcome = finish(app, id, &etag, "", PhotoResult::Rejected { reason }).await?;
            return Ok((etag, outcome));
        }
        Err(error) => return Err(error),
    };
    let etag = unquoted(&object.etag).to_owned();
    let hash8 = hex::encode(&Sha256::digest(&object.bytes)[..4]);
    let result = match decode_and_encode(app, object.bytes).await? {
        Ok(optimized) => publish(app, &created.key, &hash8, optimized).await?,
        Err(rejection) => PhotoResult::Rejected { reason: rejection.reason },
    };
    let outcome = finish(app, id, &etag, &hash8, result).await?;
    Ok((etag, outcome))
}

fn unquoted(etag: &str) -> &str {
    etag.trim_matches('"')
}

/// The pixel work, off the thread that serves: in the embedded server others are waiting.
async fn decode_and_encode(app: &App, raw: Bytes) -> Result<Result<Optimized, Rejection>> {
    let settings = app.settings.clone();
    tokio::task::spawn_blocking(move || photo::optimize(&raw, &settings)).await.map_err(Error::internal)
}

/// Puts every rendition; the row is written only when all of them are there.
async fn publish(app: &App, raw_key: &str, hash8: &str, optimized: Optimized) -> Result<PhotoResult> {
    let mut renditions = Vec::with_capacity(optimized.renditions.len());
    for rendition in optimized.renditions {
        let (extension, is_main) = (rendition.format.extension(), rendition.name == "main");
        let key = rendition_key(raw_key, hash8, rendition.width, extension, is_main)
            .ok_or_else(|| Error::internal("a rendition of a key that is not ours"))?;
        let headers = ObjectHeaders {
            content_type: rendition.format.content_type().to_owned(),
            cache_control: Some(RENDITION_CACHE_CONTROL.to_owned()),
        };
        let bytes = Bytes::from(rendition.bytes);
        renditions.push(Rendition {
            name: rendition.name,
            content_type: headers.content_type.clone(),
            key: key.clone(),
            width: rendition.width,
            height: rendition.height,
            bytes: bytes.len() as u64,
        });
        app.storage.put(&key, bytes, &headers).await?;
    }
    let [red, green, blue] = optimized.dominant_color;
    Ok(PhotoResult::Ready {
        width: optimized.width,
        height: optimized.height,
        thumbhash: STANDARD.encode(optimized.thumbhash),
        dominant_color: format!("#{red:02x}{green:02x}{blue:02x}"),
        renditions,
    })
}

async fn finish(app: &App, id: Uuid, etag: &str, hash8: &str, result: PhotoResult) -> Result<Outcome> {
    app.db.finish_photo(id, etag, hash8, &result, (app.world.now)()).await?;
    Ok(match result {
        PhotoResult::Ready { .. } => Outcome::Ready,
        PhotoResult::Rejected { .. } => Outcome::Rejected,
    })
}
