//! What a reader would take, said by the very getters that read it.
//!
//! Within [`body`] and [`query`] a reader reads nothing: its getters write down what they would take, as JSON Schema, and every one
//! of them answers `None`. So a limit is written once, where it is kept. All of this is the cargo feature `openapi`; without it
//! the recorder is empty and so is everything that it is told.

#[cfg(feature = "openapi")]
mod recorder;
#[cfg(not(feature = "openapi"))]
#[path = "describe/no_recorder.rs"]
mod recorder;
#[cfg(feature = "openapi")]
mod session;

pub(crate) use recorder::Recorder;
#[cfg(feature = "openapi")]
pub use session::{body, query};
