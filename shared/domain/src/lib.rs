//! The rules of SharaSpot: what a charger, a filter, a photo or a route is, and what is refused.
//!
//! Everything here is pure. No I/O, no async, no clock, no randomness, no environment: the time and new ids are
//! parameters. Whoever wants to know whether a value is valid, how a page is cut or when a charger lies on a route
//! finds the answer here, with its table or property test.
//!
//! Start with [`charger`] (the thing itself) and [`listing`] or [`route`] (the questions that are asked about it);
//! [`error`] is the one error of the whole system, [`fields`] the way from untrusted JSON to values.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod batch;
pub mod changes;
pub mod charger;
pub mod charger_fields;
pub mod charger_patch;
pub mod connection;
pub mod consistency;
pub mod contributor;
pub mod cursor;
#[cfg(feature = "openapi")]
pub mod describe;
#[cfg(not(feature = "openapi"))]
mod describe;
pub mod duplicate;
pub mod error;
pub mod fields;
pub mod filter;
pub mod geo;
pub mod health;
pub mod idempotency;
pub mod listing;
pub mod new_charger;
pub mod notification;
pub mod page;
pub mod photo;
pub mod query;
pub mod route;
pub mod timestamp;
pub mod upload;
pub mod verification;
pub mod vocabulary;
pub mod world;

pub use consistency::ConsistencyToken;
pub use error::{Error, FieldError, Kind, Result};
pub use timestamp::Timestamp;
pub use world::World;
