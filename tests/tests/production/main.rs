//! PostgreSQL as production meets it: logins that change, servers that go away, a replica that lags, a pooler in between. Each
//! test does the thing to a real server and asks the real functions what a user would see.

#![allow(clippy::unwrap_used, reason = "tests")]

mod connection;
mod db_report;
mod deployment;
mod doctor;
mod failures;
mod health;
mod log;
mod poolers;
mod replicas;
mod rotation;
mod scene;
mod shared_cache;
mod silence;
mod slow_queries;
