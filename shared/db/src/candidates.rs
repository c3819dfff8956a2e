//! The spatial read of both databases: every charger whose cell lies in one of the ranges, one round trip, streamed.

use crate::Db;
use crate::column::{Id, Time};
use crate::failure::failed;
use crate::filter::{bind_filter, filter_sql, filtered_sql};
use domain::charger::Candidate;
use domain::filter::Filter;
use domain::geo::{KeyRange, Point};
use domain::{Error, Result};
use futures_util::{Stream, TryStreamExt};

#[derive(sqlx::FromRow)]
struct Row {
    id: Id,
    lat: f64,
    lng: f64,
    created_at: Time,
    verification_level: i16,
}

impl Db {
    /// Hands every matching charger of the ranges to `visit`, in no order. The rows are streamed: memory is what `visit` keeps.
    /// The ranges must be disjoint, else a charger comes twice.
    ///
    /// # Errors
    /// As every query.
    pub async fn visit_candidates(
        &self,
        ranges: &[KeyRange],
        filter: &Filter,
        mut visit: impl FnMut(Candidate),
    ) -> Result<()> {
        match self {
            // `OFFSET 0` keeps the planner from turning the index range scans into one big join.
            Self::Postgres(pool) => {
                let sql = filtered_sql!(
                    filter,
                    "SELECT c.id, c.lat, c.lng, c.created_at, c.verification_level
                     FROM unnest($6::int8[], $7::int8[]) r(lo, hi) CROSS JOIN LATERAL
                     (SELECT c.id, c.lat, c.lng, c.created_at, c.verification_level FROM chargers c
                      WHERE c.cell BETWEEN r.lo AND r.hi AND ",
                    " OFFSET 0) c"
                );
                let (lo, hi): (Vec<i64>, Vec<i64>) = ranges.iter().map(|range| (range.lo, range.hi)).unzip();
                let rows = bind_filter!(sqlx::query_as(sql), filter).bind(lo).bind(hi).fetch(pool);
                visit_rows(rows, &mut visit).await
            }
            // `CROSS JOIN` fixes the order of the loops in SQLite: ranges outside, index inside.
            #[cfg(feature = "embedded")]
            Self::Sqlite(pool) => {
                let sql = filtered_sql!(
                    filter,
                    "SELECT c.id, c.lat, c.lng, c.created_at, c.verification_level
                     FROM json_each($6) r CROSS JOIN chargers c
                     WHERE c.cell BETWEEN json_extract(r.value, '$[0]') AND json_extract(r.value, '$[1]') AND ",
                    ""
                );
                let pairs: Vec<[i64; 2]> = ranges.iter().map(|range| [range.lo, range.hi]).collect();
                let json = serde_json::to_string(&pairs).map_err(Error::internal)?;
                let rows = bind_filter!(sqlx::query_as(sql), filter).bind(json).fetch(pool);
                visit_rows(rows, &mut visit).await
            }
        }
    }
}

async fn visit_rows(
    mut rows: impl Stream<Item = Result<Row, sqlx::Error>> + Unpin,
    visit: &mut impl FnMut(Candidate),
) -> Result<()> {
    while let Some(row) = rows.try_next().await.map_err(failed)? {
        let point = Point::new(row.lat, row.lng).ok_or_else(|| Error::internal("a charger that is not on Earth"))?;
        visit(Candidate {
            id: row.id.0,
            point,
            created_at: row.created_at.0,
            verification_level: row.verification_level,
        });
    }
    Ok(())
}
