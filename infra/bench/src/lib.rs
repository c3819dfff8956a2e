//! What the system costs, beside what it replaces and what it might have been: measured, never guessed.
//!
//! Each bench is a program of its own in `src/bin`, with a folder here: [`db`] asks every question of the listing and the route
//! search of our handlers and of four other ways to answer it, [`cold_start`] starts the real binaries under a Lambda Runtime API,
//! [`backup`] runs `ops backup` and `ops restore` beside `pg_dump | gzip`. All start a PostgreSQL server of their own ([`server`]). A target that is missed is part of the report; a wrong answer is a
//! failure.
//!
//! Long runs, so no part of `make test`: `make bench-db`, `make bench-cold-start` and `make bench-backup`.

pub mod backup;
pub mod cold_start;
pub mod db;
pub mod samples;
pub mod server;
pub mod table;

/// Whatever ends a bench before its time.
pub type Trouble = Box<dyn std::error::Error + Send + Sync>;
