//! `POST /api/chargers/batch`: adds many chargers, each judged for itself.

use crate::App;
use api::{Answer, Call};
use db::contributions::Contribution;
use domain::batch::{Batch, ItemResult};
use domain::derived_id::derived_id;
use domain::query::Query;
use domain::{Error, Kind, Result};
use serde::Serialize;

/// A report, not a resource: 200 also where every charger was added.
#[derive(Serialize)]
struct Report {
    created: usize,
    invalid: usize,
    duplicate: usize,
    results: Vec<ItemResult>,
}

pub(crate) async fn add(app: &App, call: &Call<'_>) -> Result<Answer> {
    let caller = call.caller()?.require_writer()?;
    if !caller.is_admin() {
        return Err(Error::new(Kind::Forbidden, "Only the group admin may add many chargers at once."));
    }
    Query::parse(call.raw_query()).finish()?;
    let batch_id = (app.world.new_id)();
    let batch = Batch::from_body(call.body())?;

    let neighbours = app.db.neighbours(&batch.ranges()).await?;
    let results = batch.decide(neighbours, |index| derived_id(batch_id, index, "charger"));
    let count = |is_it: fn(&ItemResult) -> bool| results.iter().filter(|result| is_it(result)).count();
    let report = Report {
        created: count(|result| matches!(result, ItemResult::Created { .. })),
        invalid: count(|result| matches!(result, ItemResult::Invalid { .. })),
        duplicate: count(|result| matches!(result, ItemResult::Duplicate { .. })),
        results,
    };
    let now = (app.world.now)();
    let contributions: Vec<Contribution<'_>> = batch
        .valid()
        .filter_map(|(index, charger)| match report.results[index] {
            ItemResult::Created { id, .. } => Some(Contribution {
                charger_id: id,
                verification_id: derived_id(batch_id, index, "verification"),
                author: &caller.sub,
                charger,
                new_photos: &[],
                photo_ids: &[],
                now,
            }),
            _ => None,
        })
        .collect();
    if !contributions.is_empty() {
        app.db.add_chargers(&caller.sub, &contributions, now).await?;
    }
    Ok(Answer::ok(&report)?.consistent(app.db.consistency_token().await))
}
