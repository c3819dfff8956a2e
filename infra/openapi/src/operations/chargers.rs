//! `chargers`: the reads.

use crate::operation::Operation;
use crate::schemas::Schemas;
use domain::changes::ChangesRequest;
use domain::charger::{ChargerDetail, ChargerView};
use domain::describe;
use domain::health::Health;
use domain::listing::Listing;
use domain::page::Page;
use domain::verification::VerificationView;
use domain::verification::history::History;
use serde_json::{Value, json};
use uuid::Uuid;

pub(super) fn operations(schemas: &mut Schemas) -> Vec<Operation> {
    let page = schemas.of::<Page<ChargerView<'_>>>();
    let collection = collection(schemas);
    vec![
        Operation::new("GET /api/chargers", "listChargers", "Chargers by filter, area and order, a page at a time")
            .query(describe::query(Listing::from_query), &LISTING)
            .answers("200", "A page; as GeoJSON, `features` stand in place of `items`.", page)
            .answers_as("200", "", "application/geo+json", collection)
            .with_headers(&["Link", "X-Total-Count"])
            .kept()
            .leads_to("getCharger", "id", "/items/0/id"),
        Operation::new(
            "GET /api/chargers/{id}",
            "getCharger",
            "One charger with connectors, photos and the latest verifications",
        )
        .answers("200", "The charger.", schemas.of::<ChargerDetail<'_>>())
        .kept()
        .refers("404", "NotFound"),
        Operation::new(
            "GET /api/chargers/{id}/verifications",
            "listVerifications",
            "Everything that was found at a charger, a page at a time",
        )
        .about("The newest come first.")
        .query(describe::query(|query| History::from_query(query, Uuid::nil())), &PAGE)
        .answers("200", "A page.", schemas.of::<Page<VerificationView<'_>>>())
        .with_headers(&["Link", "X-Total-Count"])
        .kept()
        .refers("404", "NotFound"),
        Operation::new("GET /api/changes", "listChanges", "What became of chargers since somebody last asked")
            .about(
                "The latest change of each charger that ever was, in the order of the changes. Take `created` and `changed` both as \
                 \"this is the charger now\", and take out what is `deleted`.",
            )
            .query(describe::query(ChangesRequest::from_query), &CHANGES)
            .answers("200", "What is new, perhaps nothing.", schemas.of::<chargers::Changes<'_>>())
            .cached(),
        Operation::new("GET /api/health", "getHealth", "Whether we can serve")
            .about(
                "Asks the servers of the database and waits for a second and a half at most. `degraded`: a part is down that others \
                 stand in for (the primary for its replica), so that every request is answered.",
            )
            .answers("200", "`ok` or `degraded`.", schemas.of::<Health>())
            .answers_instead("503", "`down`: the database does not answer.", schemas.of::<Health>())
            .with_headers(&["Cache-Control"]),
    ]
}

const CHANGES: [(&str, &str); 2] = [
    ("limit", "Changes on a page; 100 unless told otherwise."),
    ("since", "`next_since` of the answer before; without it from the beginning."),
];

const PAGE: [(&str, &str); 3] = [
    ("cursor", "`next_cursor` of the page before; excludes `page`."),
    ("page", "Number of the page, from 1. Page numbers reach 1,000,000 items; the cursor goes on."),
    ("page_size", "Items on a page; 100 unless told otherwise."),
];

const LISTING: [(&str, &str); 13] = [
    ("amenity", "All of these; repeat the parameter."),
    ("bbox", "`west,south,east,north` in degrees, south < north; west > east crosses the antimeridian."),
    ("cursor", "`next_cursor` of the page before; excludes `page`."),
    ("max_distance", "Kilometres from the point, geodesic."),
    ("min_power_kw", "On the same connector as `port_type`; an unknown power never matches."),
    ("page", "Number of the page, from 1. Page numbers reach 1,000,000 items; the cursor goes on."),
    ("page_size", "Items on a page; 100 unless told otherwise."),
    ("port_type", "Any of these; repeat the parameter."),
    ("sort", "`created`: newest first. `distance`: nearest first, needs the point and `max_distance`."),
    ("updated_since", "Changed then or later."),
    ("user_lat", "With `user_lng`: distances are given from here."),
    ("user_lng", "With `user_lat`."),
    ("verification_level", "This level or a higher one."),
];

/// A page as GeoJSON: `functions/chargers/src/geojson.rs` puts `features` in place of `items`.
fn collection(schemas: &mut Schemas) -> Value {
    let charger = schemas.of::<ChargerView<'_>>();
    let mut collection = schemas.look_up("ChargerPage").clone();
    let degrees = json!({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2});
    let feature = closed(json!({
        "type": {"const": "Feature"},
        "id": {"type": "string", "format": "uuid"},
        "geometry": closed(json!({"type": {"const": "Point"}, "coordinates": degrees})),
        "properties": charger,
    }));
    if let Some(properties) = collection["properties"].as_object_mut() {
        properties.remove("items");
        properties.insert("type".to_owned(), json!({"const": "FeatureCollection"}));
        properties.insert("features".to_owned(), json!({"type": "array", "items": feature}));
    }
    if let Some(required) = collection["required"].as_array_mut() {
        required.retain(|name| name != "items");
        required.extend([json!("type"), json!("features")]);
    }
    collection["description"] = json!("A page as a GeoJSON FeatureCollection (RFC 7946).");
    schemas.define("ChargerCollection", collection)
}

fn closed(properties: Value) -> Value {
    let required: Vec<_> = properties.as_object().into_iter().flat_map(|all| all.keys().cloned()).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}
