//! `contribute`: what signed-in people add and change.

use crate::operation::Operation;
use crate::schemas::Schemas;
use domain::charger::ChargerView;
use domain::describe;
use domain::new_charger::NewCharger;
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
    ]
}

const NEW_CHARGER: [(&str, &str); 7] = [
    ("allow_duplicate", "Add it even where a like charger stands within 30 m."),
    ("connectors", "Instead of `port_types`; without `total_ports` the counts must add up to at most 100."),
    ("connectors.count", "1 unless told otherwise."),
    ("photos", "Ids of uploaded photos, or base64 (with `data:` prefix or without), 4.5 MB decoded in all."),
    ("port_types", "Instead of `connectors`."),
    ("total_ports", "Required with `port_types`; else the sum of the counts."),
    ("notes", "Lists leave it out."),
];
