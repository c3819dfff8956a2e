//! The contract of `db`: every statement does the same on SQLite and on PostgreSQL, and what its doc comment says.
//!
//! Each sentence is a function over a database; `on_both_engines!` makes a test of it for each engine. What the database
//! answers is held against a plain computation in memory.

#![allow(clippy::unwrap_used, reason = "tests")]

mod changes;
mod circles;
mod contributions;
mod dump;
mod edits;
mod facets;
mod hydrate;
mod idempotency;
mod imports;
mod listing;
mod migrations;
mod outages;
mod photo_crowds;
mod photos;
mod population;
mod ranges;
mod report;
mod rescore;
mod stamps;
mod totals;
mod verification_limits;
mod verifications;
