//! Whole functions: event file in, handler, snapshot out. The database is real and holds known chargers; a snapshot must be the
//! same on both engines.

#![allow(clippy::unwrap_used, reason = "tests")]

mod bad_input;
mod batch_chargers;
mod cache;
mod changes;
mod contribute;
mod deliveries;
mod erasure;
mod health;
mod idempotency;
mod identity;
mod listing;
mod log;
mod me;
mod optimize_photo;
mod outages;
mod patch_charger;
mod photo_settings;
#[allow(dead_code, reason = "the end-to-end tests use more of these than is needed here")]
#[path = "../end_to_end/pictures.rs"]
mod pictures;
mod remove_charger;
mod remove_photo;
mod route_search;
mod sequences;
mod stage;
mod texts;
mod town;
mod upload;
mod verify;
mod verify_together;
