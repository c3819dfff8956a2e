//! Plain SQL on our own tables and indexes: whole rows by OFFSET, and counts of every row.

use super::candidate::{Answer, no_way};
use super::question::Question;
use crate::Trouble;
use sqlx::{AssertSqlSafe, PgConnection, Row};
use std::time::Instant;

/// Plain SQL.
#[derive(Debug)]
pub(crate) struct Plain(pub(crate) PgConnection);

impl Plain {
    pub(crate) async fn answer(&mut self, question: &Question) -> Result<Answer, Trouble> {
        match question {
            Question::Page { wish, number, size, .. } => {
                let sql = format!(
                    "SELECT c.* FROM chargers c WHERE {} ORDER BY c.created_at DESC, c.id DESC LIMIT {size} OFFSET {}",
                    wish.plain,
                    (number - 1) * size
                );
                let started = Instant::now();
                let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut self.0).await?;
                let took = started.elapsed();
                let ids = rows.iter().map(|row| row.try_get("id")).collect::<Result<_, _>>()?;
                Ok(Answer::of_all(took, ids))
            }
            Question::Total { wish } => {
                let sql = format!("SELECT count(*) FROM chargers c WHERE {}", wish.plain);
                let started = Instant::now();
                let total: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.0).await?;
                Ok(Answer { took: started.elapsed(), ids: Vec::new(), total: total as u64, queries: 1 })
            }
            _ => Err(no_way()),
        }
    }
}
