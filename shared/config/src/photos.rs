//! Limits and settings of photos.

use crate::{ConfigError, Env};
use std::ops::RangeInclusive;

/// Limits and settings of photos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Photos {
    /// The largest upload, in bytes.
    pub max_bytes: u64,
    /// The largest picture, in pixels.
    pub max_pixels: u64,
    /// Width of the main rendition at most.
    pub max_width_px: u32,
    /// JPEG quality of every rendition.
    pub jpeg_quality: u8,
}

impl Photos {
    pub(crate) fn read(env: &Env<'_>) -> Result<Self, ConfigError> {
        let within = |name: &'static str, default: u64, range: RangeInclusive<u64>| {
            let value = env.number(name, default)?;
            let detail = || format!("must be from {} to {}", range.start(), range.end());
            if range.contains(&value) { Ok(value) } else { Err(ConfigError { variable: name, detail: detail() }) }
        };
        Ok(Self {
            max_bytes: within("PHOTO_MAX_BYTES", 25 << 20, 1_024..=100 << 20)?,
            max_pixels: within("PHOTO_MAX_PIXELS", 64_000_000, 1_000_000..=200_000_000)?,
            max_width_px: within("PHOTO_MAX_WIDTH", 1920, 240..=8_192)? as u32,
            jpeg_quality: within("PHOTO_JPEG_QUALITY", 85, 1..=100)? as u8,
        })
    }
}
