//! Behind the back of `db`: statements of the tests' own, to see and to disturb what its functions do not show.

use db::Db;

/// Runs a statement and says how many rows it changed.
///
/// # Errors
/// The driver's.
pub async fn execute(db: &Db, sql: &str) -> Result<u64, sqlx::Error> {
    let sql = sqlx::AssertSqlSafe(sql);
    Ok(match db {
        Db::Postgres(postgres) => sqlx::query(sql).execute(postgres.pool()).await?.rows_affected(),
        Db::Sqlite(sqlite) => sqlx::query(sql).execute(sqlite.pool()).await?.rows_affected(),
    })
}

/// Counts, or whatever else a statement has one number for.
pub async fn number(db: &Db, sql: &str) -> i64 {
    let sql = sqlx::AssertSqlSafe(sql);
    match db {
        Db::Postgres(postgres) => sqlx::query_scalar(sql).fetch_one(postgres.pool()).await.unwrap(),
        Db::Sqlite(sqlite) => sqlx::query_scalar(sql).fetch_one(sqlite.pool()).await.unwrap(),
    }
}

/// Rows of two texts.
pub async fn pairs(db: &Db, sql: &str) -> Vec<(String, String)> {
    let sql = sqlx::AssertSqlSafe(sql);
    match db {
        Db::Postgres(postgres) => sqlx::query_as(sql).fetch_all(postgres.pool()).await.unwrap(),
        Db::Sqlite(sqlite) => sqlx::query_as(sql).fetch_all(sqlite.pool()).await.unwrap(),
    }
}
