//! The custom resource of the template.

use crate::Trouble;
use crate::event::{Ask, command};
use crate::report::Report;
use crate::stage::Stage;
use serde_json::{Value, json};
use tests::inbox::Inbox;

pub(super) async fn tell(stage: &Stage, report: &mut Report) -> Result<(), Trouble> {
    let created = ask(stage, "Create", &json!({})).await?;
    report.equal(&created["Status"], &json!("SUCCESS"), "Create makes logins and schema and says so to CloudFormation");
    if created["Status"] != "SUCCESS" {
        return Err(format!("{created}\n{}", stage.logs()).into());
    }
    let status = stage.invoke("ops", &command("migration-status")).await?;
    report.check(!status.to_string().contains("\"is_applied\":false"), "no migration is missing");
    let again = ask(stage, "Update", &created["PhysicalResourceId"]).await?;
    report.check(again["Status"] == "SUCCESS", format!("Update may be repeated {}", again["Reason"]));
    let is_the_same = again["PhysicalResourceId"] == created["PhysicalResourceId"];
    report.check(is_the_same, "the resource keeps its id, so that nothing is replaced");
    let deleted = ask(stage, "Delete", &created["PhysicalResourceId"]).await?;
    report.equal(&deleted["Status"], &json!("SUCCESS"), "Delete succeeds");
    let health = Ask::of("get-health").send(stage, "chargers").await?;
    report.equal(health.status, 200, "and takes nothing away: the health of Chargers is 200");
    Ok(())
}

/// Sends Ops what CloudFormation would, and answers what Ops puts to the address that CloudFormation gives.
async fn ask(stage: &Stage, kind: &str, physical_id: &Value) -> Result<Value, Trouble> {
    let inbox = Inbox::open().await;
    let mut event = json!({
        "RequestType": kind,
        "ResponseURL": inbox.url(),
        "StackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/sharaspot-dev/1",
        "RequestId": format!("of-{kind}"),
        "ResourceType": "Custom::Migrations",
        "LogicalResourceId": "Migrations",
        "ResourceProperties": stage.migrations,
    });
    if physical_id.is_string() {
        event["PhysicalResourceId"] = physical_id.clone();
    }
    let invoked = stage.invoke("ops", &event).await;
    match (invoked, inbox.letters().pop()) {
        (Err(trouble), None) => Err(trouble),
        (_, letter) => Ok(letter.map_or(Value::Null, |letter| letter.body)),
    }
}
