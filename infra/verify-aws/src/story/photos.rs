//! What S3's events make of a photo, and what a removal leaves: nothing.

use super::form::post;
use super::uploads::promise;
use super::{PHOTOS, Threads, pictures};
use crate::Trouble;
use crate::event::{Ask, object_event};
use crate::report::Report;
use crate::stage::Stage;
use serde_json::{Value, json};
use tests::repository::event;

pub(super) async fn tell(stage: &Stage, report: &mut Report, threads: &Threads) -> Result<(), Trouble> {
    let tested = stage.invoke("optimize-photo", &event("s3-test-event")).await;
    report.check(tested.is_ok(), "S3's test event is understood");
    let raw = stage.store.keys(PHOTOS, "raw/");
    let key = raw.first().ok_or("no photo was uploaded")?;
    stored(stage, key).await?;
    let photo = Ask::of("get-photo").id(&threads.photo_id).expect(stage, "upload", 200).await?;
    report.equal(&photo["state"], &json!("ready"), "S3's event makes the photo ready");
    check_renditions(stage, report, &photo);
    let detail = Ask::of("get-charger").id(&threads.charger_id).expect(stage, "chargers", 200).await?;
    let is_shown = detail["photos"][0]["id"] == *threads.photo_id && detail["photos"][0]["state"] == "ready";
    report.check(is_shown, "the detail of its charger shows it ready");
    let before = stage.store.keys(PHOTOS, "processed/");
    stored(stage, key).await?;
    report.equal(stage.store.keys(PHOTOS, "processed/"), before, "the same event once more changes nothing");
    ends(stage, report, threads).await
}

/// A photo that is uploaded twice and then removed.
async fn ends(stage: &Stage, report: &mut Report, threads: &Threads) -> Result<(), Trouble> {
    let others = stage.store.keys(PHOTOS, "");
    let (first, second) = (pictures::jpeg(1.0)?, pictures::jpeg(2.0)?);
    let promised = promise(stage, &threads.charger_id, first.len()).await?;
    let (form, id) = (&promised["upload"], promised["photo_id"].as_str().unwrap_or_default());
    let key = form["fields"]["key"].as_str().unwrap_or_default();
    let mut renditions = Vec::new();
    for photo in [&first, &second] {
        post(form, photo).await?;
        stored(stage, key).await?;
        let mut own = stage.store.keys(PHOTOS, "processed/");
        own.retain(|key| !others.contains(key));
        renditions.push(own);
    }
    let are_replaced = !renditions[1].is_empty() && renditions[1].iter().all(|key| !renditions[0].contains(key));
    report.check(are_replaced, "other bytes by the same form: their renditions take the place of the ones before");
    Ask::of("delete-photo").id(id).expect(stage, "upload", 204).await?;
    report.equal(stage.store.keys(PHOTOS, ""), others, "who uploaded a photo removes it, with all of its objects");
    let removed = renditions[1].first().ok_or("nothing was removed")?;
    let told = stage.invoke("invalidate-cdn", &object_event("s3-removed.rendition", PHOTOS, removed, b"")).await?;
    report.check(told["paths"].as_u64().is_some_and(|paths| paths > 0), "S3's event of the removal reaches CloudFront");
    let invalidated = stage.aws.invalidations().await?;
    report.equal(invalidated, 1, "which has the invalidation");
    Ok(())
}

/// Tells the optimizer of an object, as S3 does.
pub(super) async fn stored(stage: &Stage, key: &str) -> Result<Value, Trouble> {
    let bytes = stage.store.read(PHOTOS, key).ok_or_else(|| format!("{key} is not stored"))?;
    stage.invoke("optimize-photo", &object_event("s3-put", PHOTOS, key, &bytes)).await
}

/// Fetches every rendition that a photo names, and decodes it.
fn check_renditions(stage: &Stage, report: &mut Report, photo: &Value) {
    let renditions = photo["renditions"].as_array().cloned().unwrap_or_default();
    let is_a_picture = |rendition: &Value| {
        let key = rendition["url"].as_str().and_then(|url| url.split_once("/processed/")).map(|(_, rest)| rest);
        let bytes = key.and_then(|key| stage.store.read(PHOTOS, &format!("processed/{key}")));
        let size_px = bytes.as_deref().and_then(pictures::size_px);
        size_px.is_some_and(|(width, height)| rendition["width"] == width && rendition["height"] == height)
            && bytes.is_some_and(|bytes| rendition["bytes"] == bytes.len())
    };
    let wrong: Vec<&Value> =
        renditions.iter().filter(|rendition| !is_a_picture(rendition)).map(|one| &one["url"]).collect();
    let count = renditions.len();
    report.check(
        count >= 8 && wrong.is_empty(),
        format!("all {count} renditions are pictures of the size that is said {wrong:?}"),
    );
}
