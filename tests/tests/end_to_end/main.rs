//! The whole system, as somebody who has just cloned it meets it: the real server and the real command line as processes, real
//! chargers and photos where `../shared/data` is there and made ones everywhere.

#![allow(clippy::unwrap_used)]

mod attacks;
mod bad_input;
mod binaries;
mod crashes;
mod data;
mod geometry;
mod http;
mod lifecycle;
mod listing;
mod photos;
mod pictures;
mod population;
mod reprocess;
mod routes;
mod server;
mod uploads;
