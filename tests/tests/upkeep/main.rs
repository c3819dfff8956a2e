//! Upkeep: `ops reprocess`, `ops sweep` and `ops rescore`; and of everything: backups, exports, copies. Both engines, and both stores
//! (the folder, and S3's protocol over it).

#![allow(clippy::unwrap_used, reason = "tests")]
// The futures of whole commands, within those of tests.
#![recursion_limit = "256"]

mod backup;
mod drill;
mod full_disk;
mod kills;
mod mistakes;
mod moving;
mod redrive;
mod reprocess;
mod rescore;
mod restore;
mod rows;
mod stage;
mod sweep;
mod sync;
