//! (a) The system that this one replaces, as it asks its own tables: OFFSET without an index for its order, every verification of
//! every charger of a page, the distance of every charger in the application, and twenty vertices of a route.

use super::candidate::{Answer, no_way};
use super::places::Edges;
use super::question::{Question, Wish};
use super::route::Route;
use crate::Trouble;
use domain::geo::{Point, distance_m};
use futures_util::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row};
use std::fmt::Write;
use std::time::Instant;
use uuid::Uuid;

/// Vertices that it looks at.
const SAMPLED: usize = 20;
const VERIFICATIONS: &str = "SELECT * FROM replaced.verification_actions WHERE charger_id = ANY($1)";

/// The replaced system.
#[derive(Debug)]
pub(crate) struct Replaced(pub(crate) PgConnection);

impl Replaced {
    pub(crate) async fn answer(&mut self, question: &Question) -> Result<Answer, Trouble> {
        match question {
            Question::Page { wish, number, size, .. } => self.page(wish, *number, *size).await,
            Question::Total { wish } => {
                let started = Instant::now();
                let total = self.count(wish).await?;
                Ok(Answer { total, ..Answer::of_all(started.elapsed(), Vec::new()) })
            }
            Question::Near { point, radius_m, count } => {
                let mut answer = self.everything(*point, *radius_m).await?;
                answer.ids.truncate(*count as usize);
                Ok(answer)
            }
            Question::Radius { point, radius_m } => self.everything(*point, *radius_m).await,
            Question::Route(route) => self.route(route).await,
        }
    }

    async fn page(&mut self, wish: &Wish, number: u32, size: u32) -> Result<Answer, Trouble> {
        let condition = wish.replaced.ok_or_else(no_way)?;
        let sql = format!(
            "SELECT * FROM replaced.chargers WHERE {condition} ORDER BY created_at DESC OFFSET {} LIMIT {size}",
            (number - 1) * size
        );
        let started = Instant::now();
        let total = self.count(wish).await?;
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut self.0).await?;
        let names: Vec<String> = rows.iter().map(|row| row.try_get("id")).collect::<Result<_, _>>()?;
        let verifications = sqlx::query(VERIFICATIONS).bind(names).fetch_all(&mut self.0).await?;
        let took = started.elapsed();
        drop(verifications);
        let ids = rows.iter().map(id).collect::<Result<_, _>>()?;
        Ok(Answer { took, ids, total, queries: 3 })
    }

    async fn count(&mut self, wish: &Wish) -> Result<u64, Trouble> {
        let condition = wish.replaced.ok_or_else(no_way)?;
        let sql = format!("SELECT count(*) FROM replaced.chargers WHERE {condition}");
        let total: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.0).await?;
        Ok(total as u64)
    }

    /// Loads both tables and keeps what is near. Streamed, which flatters it: the replaced system held everything in memory.
    async fn everything(&mut self, center: Point, radius_m: f64) -> Result<Answer, Trouble> {
        let started = Instant::now();
        let mut found = Vec::new();
        let mut rows = sqlx::query("SELECT * FROM replaced.chargers").fetch(&mut self.0);
        while let Some(row) = rows.try_next().await? {
            let (lat, lng) = (row.try_get("latitude")?, row.try_get("longitude")?);
            let distance_m = distance_m(center, Point::new(lat, lng).ok_or("nowhere on Earth")?);
            if distance_m <= radius_m {
                found.push((distance_m, id(&row)?));
            }
        }
        drop(rows);
        let mut rows = sqlx::query("SELECT * FROM replaced.verification_actions").fetch(&mut self.0);
        while rows.try_next().await?.is_some() {}
        found.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let ids = found.into_iter().map(|(_, id)| id).collect();
        Ok(Answer { queries: 2, ..Answer::of_all(started.elapsed(), ids) })
    }

    /// The boxes around twenty vertices, and 500 chargers of them at most.
    async fn route(&mut self, route: &Route) -> Result<Answer, Trouble> {
        let started = Instant::now();
        let step = (route.vertices.len() / SAMPLED).max(1);
        let mut sql = "SELECT * FROM replaced.chargers WHERE false".to_owned();
        for vertex in route.vertices.iter().step_by(step).take(SAMPLED) {
            let Edges { south, north, west, east } = Edges::around(&[*vertex], route.radius_m);
            write!(sql, " OR (latitude BETWEEN {south} AND {north} AND longitude BETWEEN {west} AND {east})")?;
        }
        sql.push_str(" LIMIT 500");
        let rows = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch_all(&mut self.0).await?;
        let took = started.elapsed();
        Ok(Answer::of_all(took, rows.iter().map(id).collect::<Result<_, _>>()?))
    }
}

fn id(row: &PgRow) -> Result<Uuid, Trouble> {
    Ok(row.try_get::<&str, _>("id")?.parse()?)
}
