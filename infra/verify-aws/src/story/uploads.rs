//! The way of bytes into the bucket: by a form that a function has signed, and that S3 holds them to. The codes are those of s3s-fs;
//! where it says InvalidPolicyDocument or RequestTimeTooSkewed, S3 says AccessDenied.

use super::form::{Said, post, post_to};
use super::{PHOTOS, Threads, pictures};
use crate::Trouble;
use crate::event::Ask;
use crate::report::Report;
use crate::stage::Stage;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

/// Longer than a form lives.
const MINUTES_LATER: u32 = 20;

pub(super) async fn tell(stage: &Stage, report: &mut Report, threads: &mut Threads) -> Result<(), Trouble> {
    let photo = pictures::jpeg(0.0)?;
    let promised = promise(stage, &threads.charger_id, photo.len()).await?;
    let max_bytes = promised["max_bytes"].as_u64().ok_or("a promise without a limit")?;
    let form = &promised["upload"];

    let too_large = vec![0; max_bytes as usize + 1];
    refused(report, post(form, &too_large).await?, 400, "EntityTooLarge", "a file that is larger than was signed");
    refused(report, post(form, b"").await?, 400, "EntityTooSmall", "an empty file");
    let other_type = changed(form, "Content-Type", "text/html");
    refused(report, post(&other_type, &photo).await?, 400, "InvalidPolicyDocument", "another type than was signed");
    let other_key = changed(form, "key", "processed/charger/20260301/mine.jpg");
    refused(report, post(&other_key, &photo).await?, 400, "InvalidPolicyDocument", "another key than was signed");
    let forged = changed(form, "x-amz-signature", &"0".repeat(64));
    refused(report, post(&forged, &photo).await?, 403, "SignatureDoesNotMatch", "a signature that was made up");
    let policy = BASE64.decode(form["fields"]["policy"].as_str().unwrap_or_default())?;
    let policy = String::from_utf8(policy)?.replace(&max_bytes.to_string(), "999999999");
    let rewritten = changed(form, "policy", &BASE64.encode(policy));
    refused(report, post(&rewritten, &photo).await?, 403, "SignatureDoesNotMatch", "a policy that was changed");
    let later = stage.store.later(stage.folder(), MINUTES_LATER)?;
    let then = post_to(&format!("http://{}/{PHOTOS}", later.address()), form, &photo).await?;
    refused(report, then, 403, "RequestTimeTooSkewed", "a form of twenty minutes ago");
    report.equal(stage.store.keys(PHOTOS, "raw/").len(), 0, "nothing of all that was stored");

    report.equal(post(form, &photo).await?.status, 204, "what was promised is accepted");
    threads.photo_id = promised["photo_id"].as_str().ok_or("a promise without an id")?.to_owned();
    let key = form["fields"]["key"].as_str().unwrap_or_default();
    report.check(stage.store.read(PHOTOS, key).is_some_and(|stored| stored == photo), "and stored, byte for byte");
    let state = Ask::of("get-photo").id(&threads.photo_id).expect(stage, "upload", 200).await?;
    report.equal(&state["state"], &json!("pending"), "its state is pending");
    Ok(())
}

/// What `POST /api/uploads` answers for a photo of a charger.
pub(super) async fn promise(stage: &Stage, charger_id: &str, size_bytes: usize) -> Result<Value, Trouble> {
    let body =
        json!({"kind": "charger", "content_type": "image/jpeg", "size_bytes": size_bytes, "charger_id": charger_id});
    Ask::of("post-uploads").body(&body).expect(stage, "upload", 201).await
}

fn changed(form: &Value, field: &str, value: &str) -> Value {
    let mut form = form.clone();
    form["fields"][field] = value.into();
    form
}

fn refused(report: &mut Report, said: Said, status: u16, code: &str, what: &str) {
    report.equal(said, Said { status, code: code.to_owned() }, format!("{what} is refused ({status} {code})"));
}
