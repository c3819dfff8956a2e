//! `infra/openapi.json` is what the code says, and the running server does what it says.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(dead_code, reason = "the end-to-end tests use more of these than is needed here")]

mod agreement;
mod answers;
#[path = "../end_to_end/binaries.rs"]
mod binaries;
mod document;
mod examples;
#[path = "../end_to_end/http.rs"]
mod http;
mod parameters;
#[path = "../end_to_end/pictures.rs"]
mod pictures;
#[path = "../end_to_end/server.rs"]
mod server;
#[path = "../end_to_end/uploads.rs"]
mod uploads;
