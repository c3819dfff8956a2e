//! The crate from outside: raw bytes in, [`photo::Optimized`] or [`photo::Rejection`] out.
//!
//! Start at `generated.rs` for the main path on pictures made here. `valid_*.rs`, `orientation.rs` and `color.rs` go through
//! what is a photo, each with the look it must have; `hostile.rs`, `polyglots.rs` and `bombs.rs` through what is cut off,
//! mutated, two things at once or made to exhaust the decoder; `privacy.rs` proves what does not leave. `real_photos.rs` repeats
//! the main paths on camera files where those are at hand.
#![allow(clippy::unwrap_used)]

// memory is counted by /proc
#[cfg(target_os = "linux")]
mod apart;
#[cfg(target_os = "linux")]
mod bombs;
mod color;
mod craft;
mod files;
mod generated;
mod hostile;
mod look;
mod markers;
mod orientation;
mod outputs;
mod polyglots;
mod privacy;
mod real_photos;
mod seeds;
mod simd;
mod valid_jpeg;
mod valid_png;
mod valid_webp;
