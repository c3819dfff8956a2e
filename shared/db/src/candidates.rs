//! The spatial read of both databases: every charger whose cell lies in one of the ranges, one round trip, streamed.

use crate::Db;
use crate::column::{Highs, Id, Lows, Time};
use crate::engine::read;
use crate::filter::{bind_filter, filter_sql, filtered_sql};
use domain::Result;
use domain::charger::Candidate;
use domain::filter::Filter;
use domain::geo::{KeyRange, Point};
use futures_util::{Stream, TryStreamExt};

#[derive(sqlx::FromRow)]
struct Row {
    id: Id,
    lat: f64,
    lng: f64,
    created_at: Time,
    verification_level: i16,
}

/// `OFFSET 0` keeps the planner from turning the index range scans into one big join.
macro_rules! postgres_sql {
    ($filter:expr) => {
        filtered_sql!(
            $filter,
            "/* candidates.in_ranges */ SELECT c.id, c.lat, c.lng, c.created_at, c.verification_level
             FROM unnest($6::int8[], $7::int8[]) r(lo, hi) CROSS JOIN LATERAL
             (SELECT c.id, c.lat, c.lng, c.created_at, c.verification_level FROM chargers c
              WHERE c.cell BETWEEN r.lo AND r.hi AND ",
            " OFFSET 0) c"
        )
    };
}

/// `CROSS JOIN` fixes the order of the loops in SQLite: ranges outside, index inside.
macro_rules! sqlite_sql {
    ($filter:expr) => {
        filtered_sql!(
            $filter,
            "/* candidates.in_ranges */ SELECT c.id, c.lat, c.lng, c.created_at, c.verification_level
             FROM json_each($6) r CROSS JOIN chargers c
             WHERE c.cell BETWEEN json_extract(r.value, '$[0]') AND json_extract(r.value, '$[1]') AND ",
            ""
        )
    };
}

impl Db {
    /// Folds every matching charger of the ranges, in no order, into a state. The rows are streamed: memory is what the state
    /// keeps. `start` makes an empty state, once for each try. The ranges must be disjoint, else a charger comes twice.
    ///
    /// # Errors
    /// As every query.
    pub async fn fold_candidates<S>(
        &self,
        ranges: &[KeyRange],
        filter: &Filter,
        start: impl Fn() -> S,
        visit: impl Fn(&mut S, Candidate),
    ) -> Result<S> {
        let sql = self.engine().pick(postgres_sql!(filter), sqlite_sql!(filter));
        Ok(read!(self, |session| {
            let rows = bind_filter!(sqlx::query_as(sql), filter).bind(Lows(ranges)).bind(Highs(ranges));
            fold_rows(rows.fetch(&mut *session), start(), &visit).await?
        }))
    }
}

async fn fold_rows<S>(
    mut rows: impl Stream<Item = Result<Row, sqlx::Error>> + Unpin,
    mut state: S,
    visit: &impl Fn(&mut S, Candidate),
) -> Result<S, sqlx::Error> {
    while let Some(row) = rows.try_next().await? {
        let point = Point::new(row.lat, row.lng).ok_or_else(|| sqlx::Error::Decode("no place on Earth".into()))?;
        let (id, created_at) = (row.id.0, row.created_at.0);
        visit(&mut state, Candidate { id, point, created_at, verification_level: row.verification_level });
    }
    Ok(state)
}
