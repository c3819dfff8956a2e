//! Who sends photos along with a charger, and who goes.

use super::photos::stored;
use super::{PHOTOS, Threads};
use crate::Trouble;
use crate::event::Ask;
use crate::report::Report;
use crate::stage::Stage;
use serde_json::{Value, json};
use tests::repository::event;

const CAROL: &str = "carol";

pub(super) async fn tell(stage: &Stage, report: &mut Report, threads: &Threads) -> Result<(), Trouble> {
    let others = stage.store.keys(PHOTOS, "");
    let made = add(stage).await?;
    let kept = |prefix: &str| stage.store.keys(PHOTOS, prefix).iter().filter(|key| !others.contains(key)).count();
    report.check(kept("raw/") == 1 && kept("processed/") > 0, "a photo that is sent as base64 goes the same way");
    let id = made["charger"]["id"].as_str().unwrap_or_default();
    Ask::of("delete-charger").id(id).from(CAROL).expect(stage, "contribute", 204).await?;
    report.equal(stage.store.keys(PHOTOS, ""), others.clone(), "a charger goes with the objects of its photos");

    add(stage).await?;
    Ask::of("delete-me").from(CAROL).expect(stage, "contribute", 204).await?;
    report.equal(stage.store.keys(PHOTOS, ""), others, "a person goes with the objects of their photos");
    let detail = Ask::of("get-charger").id(&threads.charger_id).expect(stage, "chargers", 200).await?;
    report.equal(&detail["photos"][0]["state"], &json!("ready"), "and what others uploaded stays");
    Ok(())
}

/// Carol adds a charger with a photo, whose event is delivered.
async fn add(stage: &Stage) -> Result<Value, Trouble> {
    let case = "post-chargers.base64-photo";
    let mut body: Value = serde_json::from_str(event(case)["body"].as_str().unwrap_or_default())?;
    body["allow_duplicate"] = true.into();
    let before = stage.store.keys(PHOTOS, "raw/");
    let made = Ask::of(case).from(CAROL).body(&body).expect(stage, "contribute", 201).await?;
    for key in stage.store.keys(PHOTOS, "raw/").iter().filter(|key| !before.contains(key)) {
        stored(stage, key).await?;
    }
    Ok(made)
}
