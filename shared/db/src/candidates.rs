//! The spatial read of both databases: every charger whose cell lies in one of the ranges, one round trip, streamed.
//!
//! PostgreSQL sends a row for each range with its chargers in arrays: most of the time of a long route went into the making and
//! reading of rows (XX ms → YY ms for ZZ chargers). SQLite lives in this process and sends a row for each charger.

use crate::Db;
use crate::engine::read;
use crate::filter::{bind_filter, filter_sql, filtered_sql};
use crate::session::Session;
use domain::charger::Candidate;
use domain::filter::Filter;
use domain::geo::{KeyRange, Point};
use domain::{Result, Timestamp};
use futures_util::TryStreamExt;
use sqlx::types::time::OffsetDateTime;
use uuid::Uuid;

/// The chargers of one range.
type Arrays = (Vec<Uuid>, Vec<f64>, Vec<f64>, Vec<OffsetDateTime>, Vec<i16>);

/// A connection that finds chargers in the way of its engine.
trait Candidates {
    async fn fold<S>(
        &mut self,
        ranges: &[KeyRange],
        filter: &Filter,
        state: S,
        visit: impl Fn(&mut S, Candidate),
    ) -> Result<S, sqlx::Error>;
}

impl Db {
    /// Folds every matching charger of the ranges, in no order, into a state. The rows are streamed: memory is what the state
    /// keeps, and on PostgreSQL one region (some 150 km across) besides. `start` makes an empty state, once for each try. The
    /// ranges must be disjoint, else a charger comes twice.
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
        Ok(read!(self, |session| session.fold(ranges, filter, start(), &visit).await?))
    }
}

impl Candidates for Session<sqlx::Postgres> {
    async fn fold<S>(
        &mut self,
        ranges: &[KeyRange],
        filter: &Filter,
        mut state: S,
        visit: impl Fn(&mut S, Candidate),
    ) -> Result<S, sqlx::Error> {
        let sql = filtered_sql!(
            filter,
            "/* candidates.in_ranges */ SELECT c.ids, c.lats, c.lngs, c.times, c.levels
             FROM unnest($6::int8[], $7::int8[]) r(lo, hi) CROSS JOIN LATERAL
             (SELECT array_agg(c.id) ids, array_agg(c.lat) lats, array_agg(c.lng) lngs, array_agg(c.created_at) times,
                     array_agg(c.verification_level) levels
              FROM chargers c WHERE c.cell BETWEEN r.lo AND r.hi AND ",
            ") c WHERE c.ids IS NOT NULL"
        );
        let (lo, hi): (Vec<i64>, Vec<i64>) =
            ranges.iter().flat_map(|range| range.by_region()).map(|range| (range.lo, range.hi)).unzip();
        let mut rows = bind_filter!(sqlx::query_as(sql), filter).bind(lo).bind(hi).fetch(self);
        while let Some((ids, lats, lngs, times, levels)) = rows.try_next().await? as Option<Arrays> {
            for (id, ((lat, lng), (created_at, level))) in
                ids.into_iter().zip(lats.into_iter().zip(lngs).zip(times.into_iter().zip(levels)))
            {
                visit(&mut state, candidate(id, lat, lng, created_at.into(), level)?);
            }
        }
        Ok(state)
    }
}

#[cfg(feature = "embedded")]
impl Candidates for Session<sqlx::Sqlite> {
    async fn fold<S>(
        &mut self,
        ranges: &[KeyRange],
        filter: &Filter,
        mut state: S,
        visit: impl Fn(&mut S, Candidate),
    ) -> Result<S, sqlx::Error> {
        use crate::column::{Id, Time};
        // `CROSS JOIN` fixes the order of the loops: ranges outside, index inside.
        let sql = filtered_sql!(
            filter,
            "/* candidates.in_ranges */ SELECT c.id, c.lat, c.lng, c.created_at, c.verification_level
             FROM json_each($6) r CROSS JOIN chargers c
             WHERE c.cell BETWEEN json_extract(r.value, '$[0]') AND json_extract(r.value, '$[1]') AND ",
            ""
        );
        let pairs: Vec<[i64; 2]> = ranges.iter().map(|range| [range.lo, range.hi]).collect();
        let mut rows = bind_filter!(sqlx::query_as(sql), filter).bind(sqlx::types::Json(pairs)).fetch(self);
        while let Some((id, lat, lng, created_at, level)) = rows.try_next().await? as Option<(Id, f64, f64, Time, i16)>
        {
            visit(&mut state, candidate(id.0, lat, lng, created_at.0, level)?);
        }
        Ok(state)
    }
}

fn candidate(id: Uuid, lat: f64, lng: f64, created_at: Timestamp, level: i16) -> Result<Candidate, sqlx::Error> {
    let point = Point::new(lat, lng).ok_or_else(|| sqlx::Error::Decode("no place on Earth".into()))?;
    Ok(Candidate { id, point, created_at, verification_level: level })
}
