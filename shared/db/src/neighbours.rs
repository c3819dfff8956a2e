//! Who stands there already: name and operator of the chargers in key ranges.

use crate::column::Id;
use crate::engine::Engine;
use domain::duplicate::Neighbour;
use domain::geo::Point;
use domain::{Error, Result};

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    id: Id,
    lat: f64,
    lng: f64,
    name: String,
    operator: Option<String>,
}

/// The loops in the order in which they are written, as in `candidates`: ranges outside, index inside.
pub(crate) fn statement(engine: Engine) -> &'static str {
    engine.pick(
        "/* neighbours.in_ranges */ SELECT c.id, c.lat, c.lng, c.name, c.operator
         FROM unnest($1::int8[], $2::int8[]) r(lo, hi) CROSS JOIN LATERAL
         (SELECT c.id, c.lat, c.lng, c.name, c.operator FROM chargers c WHERE c.cell BETWEEN r.lo AND r.hi OFFSET 0) c",
        "/* neighbours.in_ranges */ SELECT c.id, c.lat, c.lng, c.name, c.operator FROM json_each($1) r CROSS JOIN chargers c
         WHERE c.cell BETWEEN json_extract(r.value, '$[0]') AND json_extract(r.value, '$[1]')",
    )
}

/// Every charger of the ranges, in no order, in one statement inside a transaction; the ranges must be disjoint.
macro_rules! neighbours {
    ($tx:expr, $engine:expr, $ranges:expr) => {{
        let ranges: &[domain::geo::KeyRange] = $ranges;
        let found = sqlx::query_as($crate::neighbours::statement($engine)).bind($crate::column::Lows(ranges));
        let found = found.bind($crate::column::Highs(ranges));
        let found: Vec<$crate::neighbours::Row> = found.fetch_all(&mut *$tx).await.map_err($crate::failure::failed)?;
        $crate::neighbours::from_rows(found)?
    }};
}

pub(crate) use neighbours;

pub(crate) fn from_rows(rows: Vec<Row>) -> Result<Vec<Neighbour>> {
    rows.into_iter().map(neighbour).collect()
}

fn neighbour(row: Row) -> Result<Neighbour> {
    let point = Point::new(row.lat, row.lng).ok_or_else(|| Error::internal("a charger at no place on Earth"))?;
    Ok(Neighbour { id: row.id.0, point, name: row.name, operator: row.operator })
}
