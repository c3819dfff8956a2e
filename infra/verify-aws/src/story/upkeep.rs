//! What Ops is woken for.

use super::{BACKUPS, PHOTOS, Threads};
use crate::Trouble;
use crate::event::{Ask, command};
use crate::report::Report;
use crate::stage::Stage;
use serde_json::{Value, json};
use uuid::Uuid;

/// Older than backups are kept, and than what a sweep leaves alone.
const DAYS: u64 = 10;

pub(super) async fn tell(stage: &Stage, report: &mut Report, threads: &Threads) -> Result<(), Trouble> {
    let examined = stage.invoke("ops", &command("doctor")).await?;
    let findings = examined["findings"].as_array().cloned().unwrap_or_default();
    let failed: Vec<&Value> = findings.iter().filter(|finding| finding["state"] == "failed").collect();
    report.check(findings.len() > 5 && failed.is_empty(), format!("doctor finds nothing wrong {failed:?}"));

    backups(stage, report).await?;
    let scored = stage.invoke("ops", &command("rescore")).await;
    report.check(scored.is_ok(), "rescore scores");
    let again = stage.invoke("ops", &json!({"command": "reprocess", "all": true})).await?;
    report.check(again["ready"] == 1 && again["failed"] == 0, format!("reprocess makes the photo again {again}"));
    sweep(stage, report).await?;
    let detail = Ask::of("get-charger").id(&threads.charger_id).expect(stage, "chargers", 200).await?;
    report.equal(&detail["photos"][0]["state"], &json!("ready"), "and after all of that the charger shows its photo");
    Ok(())
}

async fn backups(stage: &Stage, report: &mut Report) -> Result<(), Trouble> {
    let first = stage.invoke("ops", &command("backup")).await?;
    report.check(first["complete"] == true, "a backup is complete");
    let name = first["name"].as_str().ok_or("a backup without a name")?;
    let drilled = stage.invoke("ops", &command("restore-drill")).await;
    report.check(
        drilled.is_ok(),
        format!("and can be restored {}", drilled.err().map_or(String::new(), |said| said.to_string())),
    );
    // As if it had been made in another year.
    let old = format!("sharaspot-backup-2020{}", &name["sharaspot-backup-2020".len()..]);
    stage.store.rename(BACKUPS, name, &old)?;
    let second = stage.invoke("ops", &command("backup")).await?;
    let folders: Vec<String> = stage.store.keys(BACKUPS, "").into_iter().filter(|key| key.starts_with(&old)).collect();
    report.check(second["complete"] == true && folders.is_empty(), "an old one goes when a new one is complete");
    Ok(())
}

async fn sweep(stage: &Stage, report: &mut Report) -> Result<(), Trouble> {
    let named = stage.store.keys(PHOTOS, "");
    let strays = [
        format!("raw/charger/20260301/{}", Uuid::new_v4()),
        format!("processed/charger/20260301/{}_0badcafe.jpg", Uuid::new_v4()),
    ];
    for stray in &strays {
        stage.store.put(PHOTOS, stray, b"of nobody")?;
    }
    stage.store.age(PHOTOS, DAYS)?;
    let swept = stage.invoke("ops", &command("sweep")).await?;
    report.equal(&swept["objects"], &json!(strays.len()), "sweep removes what no row names");
    report.equal(stage.store.keys(PHOTOS, ""), named, "and nothing else");
    Ok(())
}
