//! Between API Gateway's HTTP API (payload 2.0) and our handlers: what a request says, and how an answer looks.
//!
//! The only crate that names lambda_http's types; functions see [`Call`], [`Answer`] and `domain::Error`. Statuses and
//! headers are chosen in [`respond`] and nowhere else; errors are logged once, in [`serve`]. No database, no store, no
//! rules of the domain.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod call;
mod once;
mod respond;
mod run;
mod serve;

pub use call::{Call, Caller};
pub use lambda_http::{Body, Error, Request, Response};
pub use once::once;
pub use respond::{Answer, Problem};
pub use run::run;
pub use serve::serve;
