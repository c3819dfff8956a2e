//! Limits and settings of photos.

use crate::{ConfigError, Env};
use std::ops::RangeInclusive;

/// Limits and settings of photos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photos {
    /// The largest upload, in bytes.
    pub max_bytes: u64,
    /// The largest picture, in pixels.
    pub max_pixels: u64,
    /// Width of the main rendition at most.
    pub max_width_px: u32,
    /// JPEG quality of every rendition.
    pub jpeg_quality: u8,
    /// Whether JPEG encoding takes the time to search for the smallest file (trellis quantisation).
    pub jpeg_trellis: bool,
    /// Whether every rendition is written as AVIF, too.
    pub avif: bool,
    /// Widths of the thumbnails in pixels, in descending order.
    pub thumbnail_widths_px: Vec<u32>,
}

/// More would be files that nobody asks for.
const MAX_THUMBNAILS: usize = 8;
const THUMBNAIL_WIDTHS_PX: RangeInclusive<u32> = 16..=4_096;

impl Photos {
    pub(crate) fn read(env: &Env<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            max_bytes: env.within("PHOTO_MAX_BYTES", 25 << 20, 1_024..=100 << 20)? as u64,
            max_pixels: env.within("PHOTO_MAX_PIXELS", 64_000_000, 1_000_000..=200_000_000)? as u64,
            max_width_px: env.within("PHOTO_MAX_WIDTH", 1920, 240..=8_192)? as u32,
            jpeg_quality: env.within("PHOTO_JPEG_QUALITY", 85, 1..=100)? as u8,
            jpeg_trellis: env.choice("PHOTO_JPEG_TRELLIS", false, SWITCH)?,
            avif: env.choice("PHOTO_AVIF", false, SWITCH)?,
            thumbnail_widths_px: thumbnail_widths(env)?,
        })
    }
}

const SWITCH: &[(&str, bool)] = &[("true", true), ("false", false)];

/// Widths with commas in between, in any order; `none` for no thumbnails at all.
fn thumbnail_widths(env: &Env<'_>) -> Result<Vec<u32>, ConfigError> {
    const NAME: &str = "PHOTO_RENDITIONS";
    let text = env.text(NAME).unwrap_or_else(|| "960,480,240".to_owned());
    if text.eq_ignore_ascii_case("none") {
        return Ok(Vec::new());
    }
    let widths: Option<Vec<u32>> = text
        .split(',')
        .map(|width| width.trim().parse().ok().filter(|width| THUMBNAIL_WIDTHS_PX.contains(width)))
        .collect();
    let mut widths = widths.filter(|widths| widths.len() <= MAX_THUMBNAILS).ok_or_else(|| ConfigError {
        variable: NAME,
        detail: format!(
            "must be none, or up to {MAX_THUMBNAILS} widths from {} to {} with commas in between",
            THUMBNAIL_WIDTHS_PX.start(),
            THUMBNAIL_WIDTHS_PX.end()
        ),
    })?;
    widths.sort_unstable_by(|a, b| b.cmp(a));
    widths.dedup();
    Ok(widths)
}
