//! `contribute`: what signed-in people add and change.

use crate::operation::Operation;
use crate::schemas::Schemas;
use domain::batch::Batch;
use domain::charger::{ChargerDetail, ChargerView};
use domain::charger_patch::ChargerPatch;
use domain::contributor::{Change, Shown};
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
        Operation::new("PATCH /api/chargers/{id}", "changeCharger", "Changes a charger")
            .about("For who added it and for the group `admin`; one of a data set for admins only. What is left out stays.")
            .body(schemas.request("ChargerPatch", describe::body(ChargerPatch::from_body), &CHARGER_PATCH))
            .answers("200", "The charger as it is now.", schemas.of::<ChargerDetail<'_>>())
            .write()
            .refers("404", "NotFound"),
        Operation::new("DELETE /api/chargers/{id}", "deleteCharger", "Removes a charger with its verifications and photos")
            .about("For who added it and for the group `admin`. A 503 says to ask again, which finishes what was left half done.")
            .answers_nothing("204", "It is gone; `GET /api/changes` keeps its tombstone.")
            .write()
            .refers("404", "NotFound"),
        Operation::new("POST /api/chargers/batch", "createChargers", "Adds up to 1,000 chargers at once")
            .about("For the group `admin`. A charger that is not valid does not fail the others.")
            .body(schemas.request("Batch", describe::body(Batch::from_body), &BATCH))
            .answers("200", "What became of each; those that are good are added all together.", schemas.of::<contribute::BatchReport>())
            .write(),
        Operation::new("GET /api/me", "getMe", "Who calls, and what they have contributed, the newest first")
            .query(describe::query(|query| Shown::from_query(query, "")), &SHOWN)
            .answers("200", "Of somebody who has never written anything, all is zero.", schemas.of::<contribute::Me<'_>>())
            .with_headers(&["Cache-Control"]),
        Operation::new("PATCH /api/me", "changeMe", "Attaches a profile picture, or takes it away")
            .body(schemas.request("Change", describe::body(Change::from_body), &CHANGE))
            .answers("200", "As it is now.", schemas.of::<contribute::Me<'_>>())
            .with_headers(&["Cache-Control"])
            .write(),
        Operation::new("DELETE /api/me", "deleteMe", "Removes personal data and pictures, and keeps the chargers")
            .about("A 503 says to ask again: more is to be removed than one request has time for.")
            .answers_nothing("204", "Nothing is left that leads to them.")
            .write(),
        Operation::new("POST /api/chargers/{id}/verify", "verifyCharger", "Says what somebody found at a charger")
            .about("At most one verification of a charger in five minutes, and twelve in an hour, of each contributor: else 429.")
            .body(schemas.request("Report", describe::body(|body| Report::from_body(body, PHOTOS)), &REPORT))
            .answers("201", "It is recorded, and this follows from it.", schemas.of::<contribute::Recorded>())
            .write()
            .refers("404", "NotFound"),
    ]
}

const CHARGER_PATCH: [(&str, &str); 5] = [
    ("available_ports", "At most `total_ports`; `null` where it is not known."),
    ("connectors", "Instead of `port_types`; without `total_ports` the counts add up to it."),
    ("notes", "`null` takes them away."),
    ("operator", "`null` takes it away."),
    ("port_types", "Power and count of the kinds that stay are kept."),
];

const BATCH: [(&str, &str); 2] = [
    ("allow_duplicate", "Holds for every charger."),
    ("chargers", "Each as `POST /api/chargers` takes it, without photos; one that is not is `invalid` in the answer."),
];

const SHOWN: [(&str, &str); 3] = [
    ("chargers_cursor", "`contributions.chargers.next_cursor` of the answer before."),
    ("page_size", "Contributions of each sort; 20 unless told otherwise."),
    ("verifications_cursor", "`contributions.verifications.next_cursor` of the answer before."),
];

const CHANGE: [(&str, &str); 1] =
    [("photo_id", "A photo of the kind `profile` that the caller has uploaded; `null` takes it away.")];

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
