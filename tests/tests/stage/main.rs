//! The stage for the tests that do hard things, by itself: what it promises is so, seen with nothing of ours in between.

#![allow(clippy::unwrap_used, reason = "tests")]

mod cloudfront;
mod ends;
mod pooler;
mod replica;
mod secret_store;
mod server;
mod tls;

use sqlx::PgConnection;

/// The SQLSTATE of an error that the server sent.
fn code(error: &sqlx::Error) -> String {
    error.as_database_error().unwrap_or_else(|| panic!("{error}")).code().unwrap().into_owned()
}

async fn number(connection: &mut PgConnection, question: &'static str) -> i64 {
    sqlx::query_scalar(question).fetch_one(connection).await.unwrap()
}
