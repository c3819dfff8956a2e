//! `ops import sharaspot`: a PostgreSQL database with the original's tables and all of its oddities, the real program, and both
//! engines to come to.

#![allow(clippy::unwrap_used, reason = "tests")]

mod bounds;
mod oddities;
mod photos;
mod repetition;
mod scene;
mod size;
