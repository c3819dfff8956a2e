//! Whole functions: event file in, handler, snapshot out. The database is real and holds known chargers; a snapshot must be the
//! same on both engines.

#![allow(clippy::unwrap_used, reason = "tests")]

mod bad_input;
mod contribute;
mod deliveries;
mod listing;
mod optimize_photo;
mod outages;
mod route_search;
mod stage;
mod town;
mod upload;
