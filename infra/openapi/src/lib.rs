//! The description of the API, OpenAPI 3.1: `infra/openapi.json`, made by `make openapi`.
//!
//! What a request may hold is said by the readers of `domain` themselves (`domain::describe`), how an answer looks by the types
//! that are serialised (schemars), which route wants a token by `template.yaml`. The examples are the payloads of `events/` and
//! what the snapshots in `tests/` say was answered. Written here is only what none of these can say: summaries and which answers
//! there are, in [`operations`]. A test of the crate `tests` fails where the committed file is not what this makes.
//!
//! Start with [`operations`], a table for each function, then [`document()`].

mod document;
mod examples;
mod gateway;
mod headers;
mod notes;
mod operation;
mod operations;
mod schemas;

pub use document::{document, text};
