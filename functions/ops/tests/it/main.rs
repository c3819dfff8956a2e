//! The commands on a real database file, and as a real process.

#![allow(clippy::unwrap_used)]

mod command_line;
mod event;
mod generate;
mod import;
mod migrations;
mod place;
