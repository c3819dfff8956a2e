//! Upkeep, `ops reprocess`, `ops sweep` and `ops rescore`: both engines, and both stores (the folder, and S3's protocol over it).

#![allow(clippy::unwrap_used, reason = "tests")]

mod reprocess;
mod rescore;
mod rows;
mod stage;
mod sweep;
