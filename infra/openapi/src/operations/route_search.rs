//! `route-search`: chargers along a route.

use crate::operation::Operation;
use crate::schemas::Schemas;
use domain::describe;
use domain::route::{RouteAnswer, RouteSearch};

pub(super) fn operations(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        Operation::new("POST /api/routing/calculate", "searchRoute", "Chargers along a route")
            .body(schemas.request("RouteSearch", describe::body(RouteSearch::from_body), &SEARCH))
            .about(
                "A question that changes nothing, and a `POST` only because a route is too long for an address: it is answered as a \
                 `GET` is, 304 where the client has the answer.",
            )
            .answers("200", "A page of chargers in the order asked for.", schemas.of::<RouteAnswer<'_>>())
            .kept(),
    ]
}

const SEARCH: [(&str, &str); 10] = [
    ("route", "An encoded polyline, a GeoJSON line, or stops that a great circle joins; at most 50,000 km long."),
    ("route.polyline", "Google's encoded polyline."),
    ("route.coordinates", "`[longitude, latitude]` in degrees; an altitude is passed over."),
    ("amenity", "All of these."),
    ("cursor", "`next_cursor` of the answer before."),
    ("limit", "Items of an answer; 100 unless told otherwise."),
    ("max_detour_km", "How far from the route a charger may be; 5 unless told otherwise."),
    ("order", "`along_route` unless told otherwise."),
    ("port_type", "Any of these."),
    (
        "spread_km",
        "At most one charger for each stretch of so many kilometres, counted from the start: the highest level, then the nearest \
            to the route.",
    ),
];
