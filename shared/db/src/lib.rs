//! The database: PostgreSQL, or SQLite for the embedded default (cargo feature `embedded`).
//!
//! The only crate that names sqlx. One file per aggregate ([`chargers`], [`listing`], [`candidates`], [`photos`], …), each
//! with its SQL beside its function. A statement is written once and compiled for both engines by the macros of `engine`;
//! where the dialects differ the difference is a visible `match` or `pick`. What a valid value is, is decided in `domain`;
//! which database to open, in `config`.
//!
//! Start with [`Db::open`], then read [`listing`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod candidates;
pub mod changes;
pub mod chargers;
pub mod checkup;
pub mod contributions;
pub mod contributors;
pub mod dump;
pub mod health;
pub mod idempotency;
pub mod imports;
pub mod listing;
pub mod logins;
pub mod migrations;
pub mod neighbours;
pub mod photos;
pub mod report;
pub mod scratch;
pub mod sharaspot;
pub mod stamps;
pub mod verifications;

mod charger_copy;
mod charger_row;
mod column;
mod consistency;
mod copy;
mod engine;
mod failure;
mod filter;
mod open;
mod patience;
mod postgres;
mod quote;
mod session;
#[cfg(feature = "embedded")]
mod sqlite;
mod wait;

pub use engine::{Db, Engine};
pub use imports::{ImportOutcome, ImportedCharger, Standing};
pub use postgres::{Logins, Postgres};
#[cfg(feature = "embedded")]
pub use sqlite::Sqlite;
