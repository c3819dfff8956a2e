//! `Custom::Migrations`: CloudFormation has the schema made before it lets traffic to a release.
//!
//! CloudFormation invokes the function asynchronously and waits for an answer at an address of its own, for an hour at most
//! (`ServiceTimeout`). So everything that can be answered is, also an event that is not understood; but one thing is not: a migration
//! that has no time left. That fails the invocation, which Lambda repeats twice, after one and two minutes; an index that is being
//! built meanwhile is built on, and found ready by the next try (see `db::migrations`). When the last one has no time left either, nobody
//! answers and CloudFormation gives up at the end of its hour: the schema is then what it was, plus what is done, and deploying
//! again goes on from there.
//!
//! A release that is rolled back finds a schema that is ahead of it. That is a success: a schema is only ever expanded while releases
//! overlap. Deleting the resource changes nothing, least of all data.

mod address;
mod answer;
mod deliver;
mod order;
mod summary;

pub use summary::Summary;

pub(crate) use answer::Sender;
pub(crate) use order::Order;

use crate::allowance::Allowance;
use crate::program::Program;
use crate::{App, Report, deadline, logins, sentence};
use db::migrations::Wording;
use domain::{Error, Kind, Result};
use lambda_runtime::{Context, LambdaEvent};
use serde_json::Value;
use std::time::Duration;
use telemetry::End;

/// Work that is about to end by itself is let.
const GRACE: Duration = Duration::from_secs(5);
/// An error that comes so near the end has come because of it.
const NEAR: Duration = Duration::from_secs(2);

/// Does what CloudFormation asks for and answers it.
///
/// # Errors
/// When there was no answer: no time was left, or nobody took it. What went wrong otherwise is answered, and the invocation succeeds:
/// Lambda would repeat it, when CloudFormation has turned to something else.
pub(crate) async fn serve(
    program: &Program,
    sender: Sender,
    event: LambdaEvent<Value>,
) -> Result<Value, lambda_runtime::Error> {
    let LambdaEvent { payload, context } = event;
    let measured = telemetry::Request::start("ops", &context.request_id, context.xray_trace_id.as_deref());
    let done = measured.run(answer(program, &sender, &payload, &context)).await;
    let has_failed = done.as_ref().map_or(true, |summary| summary.reason.is_some());
    measured.end(&End { command: Some("custom-resource"), has_failed, ..End::default() });
    Ok(serde_json::to_value(Report::CustomResource(done.map_err(|error| sentence(&error))?))?)
}

async fn answer(program: &Program, sender: &Sender, payload: &Value, context: &Context) -> Result<Summary> {
    let allowance = Allowance::up_to(deadline(context), config::world().now);
    let done = match Order::parse(payload) {
        Ok(order) => within(&allowance, Box::pin(carry_out(program, order, &allowance))).await?,
        Err(error) => Err(error),
    };
    let summary = done.unwrap_or_else(|error| {
        let reason = sentence(&error);
        tracing::error!(cause = reason, "the schema is not as this release needs it");
        Summary::failed(format!("{reason} More is in the log of ops, request {}.", context.request_id))
    });
    Box::pin(deliver::deliver(sender, &summary, &allowance)).await?;
    Ok(summary)
}

/// What the work comes to; an error of ours where it has no time left, and then nothing is answered.
async fn within<T>(allowance: &Allowance, work: impl Future<Output = Result<T>>) -> Result<Result<T>> {
    let over = |error: Error| Error::new(Kind::Unavailable, "No time is left; the next try goes on.").because(error);
    let done = match allowance.left() {
        None => work.await,
        Some(left) => match tokio::time::timeout(left + GRACE, work).await {
            Ok(done) => done,
            Err(_) => return Err(over(Error::internal("the work does not end"))),
        },
    };
    match done {
        Err(error) if allowance.left().is_some_and(|left| left < NEAR) => Err(over(error)),
        done => Ok(done),
    }
}

async fn carry_out(program: &Program, order: Order, allowance: &Allowance) -> Result<Summary> {
    match order {
        Order::Delete => Ok(Summary::default()),
        Order::Deploy(logins) => deploy(program.app().await?, &logins, allowance).await,
    }
}

async fn deploy(app: &App, logins: &logins::Request, allowance: &Allowance) -> Result<Summary> {
    let mut summary = Summary::default();
    if !logins.is_empty() {
        summary.logins = logins::prepare(app, logins).await?;
    }
    if is_ahead(app).await? {
        summary.is_ahead = true;
    } else {
        let run = match allowance.left() {
            Some(left) => app.db.migrate_up_for(left).await?,
            None => app.db.migrate_up().await?,
        };
        (summary.repairs, summary.steps) = (run.repairs, run.steps);
    }
    if !logins.is_empty() {
        summary.logins.add(logins::grant(app, logins).await?);
    }
    Ok(summary)
}

/// Whether a newer release has made the schema, and this one is the older of two that overlap.
///
/// # Errors
/// Conflict where each has steps that the other lacks.
async fn is_ahead(app: &App) -> Result<bool> {
    let is_unknown = app.db.migration_history().await?.iter().any(|step| step.wording == Wording::Unknown);
    if is_unknown && app.db.migration_steps().await?.iter().any(|step| !step.is_applied) {
        let detail = "The database has migrations that this release does not know, and lacks some that it does.";
        return Err(Error::new(Kind::Conflict, detail));
    }
    Ok(is_unknown)
}
