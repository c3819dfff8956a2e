//! `POST /api/uploads`: promises photos and answers the forms with which the client sends their bytes.

use crate::App;
use api::{Answer, Call};
use db::photos::NewPhoto;
use domain::idempotency::Effect;
use domain::photo::raw_key;
use domain::query::Query;
use domain::upload::{NewUpload, UploadRequest};
use domain::{Result, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use storage::PostForm;
use uuid::Uuid;

/// How long a form may be used.
const FORM_LIFETIME_S: i64 = 15 * 60;

/// A promised photo.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Upload {
    /// The photo's id from now on.
    photo_id: Uuid,
    upload: Form,
    /// The form is good until then.
    expires_at: Timestamp,
    /// The store takes no larger file.
    max_bytes: u64,
}

/// The form that the bytes are sent with, as multipart/form-data.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct Form {
    method: &'static str,
    /// Where to post it.
    url: String,
    /// To be sent as they are, and before `file`.
    fields: BTreeMap<String, String>,
}

/// Several promised photos.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Uploads {
    /// In the order of `files`.
    uploads: Vec<Upload>,
}

pub(crate) async fn create(app: &App, call: &Call<'_>, effect: Effect) -> Result<Answer> {
    let owner = call.caller()?.require_writer()?.sub;
    Query::parse(call.raw_query()).finish()?;
    let request = UploadRequest::from_body(call.body(), app.max_bytes)?;

    let now = (app.world.now)();
    let numbered = (1..).zip(request.files());
    let mut photos: Vec<NewPhoto> = numbered.map(|(number, file)| promise(effect.part(number), file, now)).collect();
    if !effect.may_exist || !resume(app, &mut photos).await? {
        app.db.promise_photos(&owner, &photos, now).await?;
    }
    let mut uploads = Vec::with_capacity(photos.len());
    for (photo, file) in photos.iter().zip(request.files()) {
        uploads.push(sign(app, photo, file, now).await?);
    }
    let answer = match (request, uploads.pop()) {
        (UploadRequest::One(_), Some(upload)) => Answer::created(&upload)?,
        (_, last) => {
            uploads.extend(last);
            Answer::created(&Uploads { uploads })?
        }
    };
    Ok(answer.consistent(app.db.consistency_token().await))
}

fn promise(id: Uuid, file: &NewUpload, now: Timestamp) -> NewPhoto {
    NewPhoto {
        id,
        charger_id: file.charger_id,
        kind: file.kind,
        raw_key: raw_key(file.kind, &now.day(), id),
        hash8: file.sha256.as_ref().map(|hash| hash[..8].to_owned()),
    }
}

/// Whether an earlier try of the same request has promised the photos, all or none; then their bytes go where it said.
async fn resume(app: &App, photos: &mut [NewPhoto]) -> Result<bool> {
    for photo in photos {
        match app.db.photo(photo.id).await? {
            Some(promised) => photo.raw_key = promised.raw_key,
            None => return Ok(false),
        }
    }
    Ok(true)
}

async fn sign(app: &App, photo: &NewPhoto, file: &NewUpload, now: Timestamp) -> Result<Upload> {
    let expires_at = now.plus_seconds(FORM_LIFETIME_S);
    let form = PostForm {
        key: &photo.raw_key,
        content_type: file.content_type,
        min_bytes: 1,
        max_bytes: app.max_bytes,
        sha256: file.sha256.as_ref().and_then(|hash| hex::decode(hash).ok()?.try_into().ok()),
        now,
        expires_at,
    };
    let signed = app.storage.presign_post(&form).await?;
    let form = Form { method: "POST", url: signed.url, fields: signed.fields };
    Ok(Upload { photo_id: photo.id, upload: form, expires_at: signed.expires_at, max_bytes: app.max_bytes })
}
