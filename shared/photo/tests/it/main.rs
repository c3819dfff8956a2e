//! The crate from outside: raw bytes in, [`photo::Optimized`] or [`photo::Rejection`] out.
//!
//! Start at `generated.rs` for the main paths on pictures made here; `real_photos.rs` repeats them on camera files where
//! those are at hand, `hostile.rs` feeds what is cut off, mutated or made to exhaust the decoder.
#![allow(clippy::unwrap_used)]

mod files;
mod generated;
mod hostile;
mod markers;
mod outputs;
mod real_photos;
mod simd;
