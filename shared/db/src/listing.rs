//! Pages of all chargers, newest first, and how many there are.

use crate::Db;
use crate::column::{Id, Time};
use crate::engine::read;
use crate::filter::{bind_filter, filter_sql, filtered_sql};
use domain::filter::Filter;
use domain::page::Total;
use domain::{Result, Timestamp};
use uuid::Uuid;

/// Where counting stops when no counter knows the answer.
pub const COUNT_CAP: u64 = 10_000;

#[derive(sqlx::FromRow)]
struct Row {
    id: Id,
    created_at: Time,
}

impl Db {
    /// The newest chargers that match: at most `limit` of them behind `after`, the first `offset` passed over.
    ///
    /// # Errors
    /// As every query: unavailable when the database does not answer, internal else.
    pub async fn newest_chargers(
        &self,
        filter: &Filter,
        after: Option<(Timestamp, Uuid)>,
        offset: u64,
        limit: u32,
    ) -> Result<Vec<(Timestamp, Uuid)>> {
        // Without a start there is nothing to compare each entry with: of 1,000,000 that are passed over, that shows.
        let sql = match after {
            Some(_) => filtered_sql!(
                filter,
                "/* chargers.newest_after */ SELECT c.id, c.created_at FROM chargers c WHERE ",
                " AND (c.created_at, c.id) < ($6, $7) ORDER BY c.created_at DESC, c.id DESC LIMIT $8 OFFSET $9"
            ),
            None => filtered_sql!(
                filter,
                "/* chargers.newest */ SELECT c.id, c.created_at FROM chargers c WHERE ",
                " ORDER BY c.created_at DESC, c.id DESC LIMIT $8 OFFSET $9"
            ),
        };
        let (time, id) = after.unzip();
        let rows: Vec<Row> = read!(self, |session| bind_filter!(sqlx::query_as(sql), filter)
            .bind(time.map(Time))
            .bind(id.map(Id))
            .bind(i64::from(limit))
            .bind(offset as i64)
            .fetch_all(session)
            .await?);
        Ok(rows.into_iter().map(|row| (row.created_at.0, row.id.0)).collect())
    }

    /// How many chargers match: exact from the counters where level, port and amenity decide, else counted up to [`COUNT_CAP`].
    ///
    /// # Errors
    /// As every query.
    pub async fn count_chargers(&self, filter: &Filter) -> Result<Total> {
        const FACETS: &str = "/* facets.total */ SELECT CAST(coalesce(sum(n), 0) AS bigint) FROM charger_facets
             WHERE verification_level >= $1 AND ($2 = 0 OR (port_mask & $2) <> 0) AND (amenity_mask & $3) = $3";
        const COUNT: &str = concat!(
            "/* chargers.count */ SELECT count(*) FROM (SELECT 1 FROM chargers c WHERE ",
            filter_sql!(full),
            " LIMIT $6) counted"
        );
        let count: i64 = if filter.is_indexed() {
            read!(self, |session| sqlx::query_scalar(FACETS)
                .bind(filter.min_level)
                .bind(filter.port_mask)
                .bind(filter.amenity_mask)
                .fetch_one(session)
                .await?)
        } else {
            read!(self, |session| bind_filter!(sqlx::query_scalar(COUNT), filter)
                .bind(COUNT_CAP as i64 + 1)
                .fetch_one(session)
                .await?)
        };
        let is_capped = !filter.is_indexed() && count as u64 > COUNT_CAP;
        Ok(Total { count: if is_capped { COUNT_CAP } else { count as u64 }, is_capped })
    }
}
