//! Chargers that people add, and everybody finds.

use super::Threads;
use crate::Trouble;
use crate::event::Ask;
use crate::report::Report;
use crate::stage::Stage;
use serde_json::json;

/// Where the charger of `post-chargers` stands.
const NEARBY: &str = "user_lat=42.6526&user_lng=-73.7562&max_distance=25&sort=distance";

pub(super) async fn tell(stage: &Stage, report: &mut Report, threads: &mut Threads) -> Result<(), Trouble> {
    let body = json!({"name": "Washington Park", "address": "Willett Street, Albany", "latitude": 42.6571, "longitude": -73.7693,
                      "port_types": ["CCS"], "total_ports": 2});
    let made = Ask::of("post-chargers").body(&body).expect(stage, "contribute", 201).await?;
    threads.charger_id = made["charger"]["id"].as_str().ok_or("a charger without an id")?.to_owned();
    let id = &threads.charger_id;
    report.check(true, "POST /api/chargers adds a charger");

    let listed = Ask::of("get-chargers.nearby").query(NEARBY).expect(stage, "chargers", 200).await?;
    report.check(listed["items"][0]["id"] == **id && listed["total"] == 1, "the listing near it has it");
    let detail = Ask::of("get-charger").id(id).expect(stage, "chargers", 200).await?;
    report.equal(&detail["name"], &body["name"], "its detail has its name");
    let history = Ask::of("get-verifications").id(id).query("").expect(stage, "chargers", 200).await?;
    report.equal(&history["total"], &json!(1), "its history has its author's verification");
    let changes = Ask::of("get-changes").query("").expect(stage, "chargers", 200).await?;
    report.equal(&changes["items"][0]["id"], &json!(id), "the changes have it");
    let refused = Ask::of("get-chargers.unknown-parameter").send(stage, "chargers").await?;
    report.equal(refused.status, 400, "a bad question is a 400");

    let route = json!({"route": {"origin": {"lat": 42.60, "lng": -73.80}, "destination": {"lat": 42.70, "lng": -73.75}}, "max_detour_km": 10});
    let found = Ask::of("post-routing-calculate.great-circle").body(&route).expect(stage, "route-search", 200).await?;
    report.check(
        found["items"][0]["charger"]["id"] == **id && found["total"] == 1,
        "the route search finds it by the way",
    );

    let verified = Ask::of("post-verify").id(id).from("bob").expect(stage, "contribute", 201).await?;
    report.check(verified["new_level"].is_number(), "somebody else verifies it");
    let changed =
        Ask::of("patch-charger").id(id).body(&json!({"operator": "Voltway"})).expect(stage, "contribute", 200).await?;
    report.equal(&changed["operator"], &json!("Voltway"), "its author changes it");
    let detail = Ask::of("get-charger").id(id).expect(stage, "chargers", 200).await?;
    report.equal(&detail["operator"], &json!("Voltway"), "and the next read shows it");
    Ok(())
}
