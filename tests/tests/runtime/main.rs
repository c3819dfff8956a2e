//! The real binaries of the functions, as processes behind a Lambda Runtime API: boot, payloads of `events/`, errors, sequences.
//! What the answers must be in detail is for `functions`; here counts that the protocol is kept and no process dies.

#![allow(clippy::unwrap_used, reason = "tests")]

mod boot;
mod crashes;
mod invalidations;
mod invocations;
mod log;
mod repeats;
mod shared_cache;
