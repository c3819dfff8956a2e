//! The custom resource of the template.

use crate::Trouble;
use crate::event::command;
use crate::report::Report;
use crate::stage::Stage;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;

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
    let health = crate::event::Ask::of("get-health").send(stage, "chargers").await?;
    report.equal(health.status, 200, "and takes nothing away: the health of Chargers is 200");
    Ok(())
}

/// Sends Ops what CloudFormation would, and answers what Ops puts to the address that CloudFormation gives.
async fn ask(stage: &Stage, kind: &str, physical_id: &Value) -> Result<Value, Trouble> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}/arn%3Aaws%3Acloudformation?X-Amz-Signature=1", listener.local_addr()?);
    let answer = Arc::new(Mutex::new(Value::Null));
    let waiting = tokio::spawn(take(listener, answer.clone()));
    let mut event = json!({
        "RequestType": kind,
        "ResponseURL": address,
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
    waiting.abort();
    let answer = answer.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match (invoked, answer) {
        (Err(trouble), Value::Null) => Err(trouble),
        (_, answer) => Ok(answer),
    }
}

async fn take(listener: TcpListener, answer: Arc<Mutex<Value>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let answer = answer.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let answer = answer.clone();
            async move {
                let is_put = request.method() == hyper::Method::PUT;
                let body = request.into_body().collect().await?.to_bytes();
                if is_put {
                    *answer.lock().unwrap_or_else(PoisonError::into_inner) =
                        serde_json::from_slice(&body).unwrap_or_default();
                }
                Ok::<_, hyper::Error>(Response::new(Full::new(Bytes::new())))
            }
        });
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}
