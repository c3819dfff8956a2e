//! Files built part by part: what no encoder writes, and what no honest one would.

pub(crate) mod exif;
pub(crate) mod jpeg;
pub(crate) mod png;
pub(crate) mod webp;
