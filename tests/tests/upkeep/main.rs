//! The upkeep of photos, `ops reprocess` and `ops sweep`: both engines, and both stores (the folder, and S3's protocol over it).

#![allow(clippy::unwrap_used, reason = "tests")]

mod reprocess;
mod rows;
mod stage;
mod sweep;
