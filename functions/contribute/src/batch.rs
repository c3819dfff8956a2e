//! `POST /api/chargers/batch`: adds many chargers, each judged for itself.

use crate::App;
use api::{Answer, Call};
use db::contributions::Contribution;
use domain::batch::{Batch, ItemResult};
use domain::duplicate::Neighbour;
use domain::idempotency::Effect;
use domain::query::Query;
use domain::{Error, Kind, Result};
use serde::Serialize;
use std::collections::HashSet;
use uuid::Uuid;

/// What became of each charger. A report, not a resource: 200 also where every charger was added.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct BatchReport {
    /// How many were added.
    created: usize,
    /// How many are not valid.
    invalid: usize,
    /// How many stand there already, or came twice.
    duplicate: usize,
    /// Of each charger, in the order of the batch.
    results: Vec<ItemResult>,
}

pub(crate) async fn add(app: &App, call: &Call<'_>, effect: Effect) -> Result<Answer> {
    let caller = call.caller()?.require_writer()?;
    if !caller.is_admin() {
        return Err(Error::new(Kind::Forbidden, "Only the group admin may add many chargers at once."));
    }
    Query::parse(call.raw_query()).finish()?;
    let batch = Batch::from_body(call.body())?;

    let id_of = |index| effect.part(charger_part(index));
    let added = if effect.may_exist { added_before(app, &batch, id_of).await? } else { HashSet::new() };
    let now = (app.world.now)();
    let contribution = |index, charger_id, charger| Contribution {
        charger_id,
        verification_id: effect.part(charger_part(index) + 1),
        author: &caller.sub,
        charger,
        new_photos: &[],
        photo_ids: &[],
        now,
    };
    let decide = |mut neighbours: Vec<Neighbour>| {
        // As it was decided then: without those that an earlier try of the same request has added.
        neighbours.retain(|neighbour| !added.contains(&neighbour.id));
        let results = batch.decide(neighbours, id_of);
        let created = batch.valid().filter_map(|(index, charger)| match results[index] {
            ItemResult::Created { id, .. } => Some(contribution(index, id, charger)),
            _ => None,
        });
        // All or none of them were.
        let contributions: Vec<_> = created.filter(|_| added.is_empty()).collect();
        (results, contributions)
    };
    let results = app.db.add_chargers(&caller.sub, &batch.ranges(), now, decide).await?;
    let token = app.db.consistency_token().await;
    Ok(Answer::ok(&BatchReport::of(results))?.consistent(token))
}

impl BatchReport {
    fn of(results: Vec<ItemResult>) -> Self {
        let count = |is_it: fn(&ItemResult) -> bool| results.iter().filter(|result| is_it(result)).count();
        Self {
            created: count(|result| matches!(result, ItemResult::Created { .. })),
            invalid: count(|result| matches!(result, ItemResult::Invalid { .. })),
            duplicate: count(|result| matches!(result, ItemResult::Duplicate { .. })),
            results,
        }
    }
}

/// The number of a charger among the parts of the effect; its verification follows.
fn charger_part(index: usize) -> u16 {
    2 * index as u16 + 1
}

/// Those that an earlier try of the same request has added.
async fn added_before(app: &App, batch: &Batch, id_of: impl Fn(usize) -> Uuid) -> Result<HashSet<Uuid>> {
    let ids: Vec<Uuid> = batch.valid().map(|(index, _)| id_of(index)).collect();
    Ok(app.db.chargers(&ids).await?.into_iter().map(|charger| charger.id).collect())
}
