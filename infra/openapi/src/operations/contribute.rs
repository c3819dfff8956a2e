//! `contribute`: what signed-in people add and change.

use crate::operation::Operation;
use crate::schemas::Schemas;
use domain::charger::ChargerView;
use domain::describe;
use domain::new_charger::NewCharger;
use domain::verification::report::Report;
use serde_json::json;

pub(super) fn operations(schemas: &mut Schemas) -> Vec<Operation> {
    let candidates = json!({"candidates": {"type": "array", "items": schemas.of::<ChargerView<'_>>()}});
    let duplicate = json!({"allOf": [schemas.of::<api::Problem<'_>>()], "properties": candidates});
    vec![
        Operation::new("POST /api/chargers", "createCharger", "Adds a charger")
            .body(schemas.request("NewCharger", describe::body(NewCharger::from_body), &NEW_CHARGER))
            .answers(
                "201",
                "The charger. Trouble with a photo does not fail it.",
                schemas.of::<contribute::Created<'_>>(),
            )
            .with_headers(&["Location"])
            .write()
            .leads_to("getCharger", "id", "/charger/id")
            .problem("409", "A like charger stands here already: the `candidates`.", duplicate),
        Operation::new("POST /api/chargers/{id}/verify", "verifyCharger", "Says what somebody found at a charger")
            .about("At most one verification of a charger in a while, and twelve in an hour, of each contributor: else 429.")
            .body(schemas.request("Report", describe::body(|body| Report::from_body(body, PHOTOS)), &REPORT))
            .answers("201", "It is recorded, and this follows from it.", schemas.of::<contribute::Recorded>())
            .write()
            .refers("404", "NotFound"),
    ]
}

/// Whatever the address of processed photos is.
const PHOTOS: &str = "https://photos.example";

const REPORT: [(&str, &str); 4] = [
    ("photo_id", "A photo of the kind `verification` that the caller has uploaded."),
    ("photo_url", "The same by its address, as older apps name it."),
    ("ports_available", "Ports that were free."),
    ("wait_time", "Minutes."),
];

const NEW_CHARGER: [(&str, &str); 7] = [
    ("allow_duplicate", "Add it even where a like charger stands within 30 m."),
    ("connectors", "Instead of `port_types`; without `total_ports` the counts must add up to at most 100."),
    ("connectors.count", "1 unless told otherwise."),
    ("photos", "Ids of uploaded photos, or base64 (with `data:` prefix or without), 4.5 MB decoded in all."),
    ("port_types", "Instead of `connectors`."),
    ("total_ports", "Required with `port_types`; else the sum of the counts."),
    ("notes", "Lists leave it out."),
];
