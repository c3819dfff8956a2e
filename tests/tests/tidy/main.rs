//! The invariants of the layout (`ARCHITECTURE.md`), as tests that can fail: who may depend on whom, where a thing may be named,
//! and which files must agree with each other.

#![allow(clippy::unwrap_used, reason = "tests")]

mod agreement;
mod cdn;
mod cloudformation;
mod commands;
mod connections;
mod dashboard;
mod dependencies;
mod deployment;
mod licenses;
mod monitoring;
mod places;
mod rights;
mod sources;
mod stacks;
mod statements;
mod template;
mod workspace;
