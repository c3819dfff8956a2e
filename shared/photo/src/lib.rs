//! Raw photo bytes to optimised photo bytes, pure.
//!
//! Here lives everything that happens to an uploaded photo between `raw/` and `processed/`: the checks that
//! refuse it, the decoding, the turning upright, the colours, the renditions. What never lives here: files, the
//! network, a clock, the environment, async. The same bytes and [`Settings`] always give the same answer.
//!
//! Start at [`optimize`]: it is the list of steps, and each step is one small file. A photo that cannot be used is a
//! [`Rejection`] with a sentence for the person who uploaded it; no input makes this crate panic or print.
//!
//! A grey or YCbCr JPEG stays in the planes that it is stored in (`decode/jpeg_planes.rs`): each is scaled by itself and
//! written as it is. What is too large for that, or of another kind, goes through RGB, scaled strip by strip while it is
//! read (`scale.rs`), but for CMYK. Full size in memory are, beside those planes, a WebP, an interlaced PNG and a CMYK JPEG.
//!
//! Measured by `make bench-photos` on four camera photos: the main JPEG alone takes 1.06 times as long as sharp and 0.62 times
//! as long as Pillow, all four JPEGs 0.69 times as long as sharp, in 25 to 35 MB where sharp takes 100; the search of
//! `jpeg_trellis` makes files of 0.86 times the bytes at sharp's score. The numbers are in `infra/bench/README.md`.
//! `tests/allocations.rs` and `tests/planes.rs` hold the memory to what was measured since.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod color;
mod decode;
mod encode;
mod exif;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod limits;
mod orient;
mod pixels;
mod placeholder;
mod plan;
mod quality;
mod quiet;
mod rejection;
mod resize;
mod scale;
mod settings;
mod shrink;
mod sniff;

use quality::Quality;

pub use encode::Rendition;
pub use rejection::Rejection;
pub use settings::Settings;
pub use sniff::{Format, sniff};

/// What [`optimize`] makes of one photo.
#[derive(Debug, Clone)]
pub struct Optimized {
    /// What the raw bytes were.
    pub format: Format,
    /// Width of the main rendition in pixels, upright.
    pub width: u32,
    /// Height of the main rendition in pixels, upright.
    pub height: u32,
    /// [ThumbHash](https://evanw.github.io/thumbhash/) of the upright picture, 5 to 25 bytes.
    pub thumbhash: Vec<u8>,
    /// The colour that covers most of the picture, sRGB.
    pub dominant_color: [u8; 3],
    /// `main` first, then the thumbnails from large to small; each name as JPEG, then as WebP and AVIF where they are wanted
    /// and smaller.
    pub renditions: Vec<Rendition>,
}

/// Checks, decodes, straightens, scales and encodes one photo.
///
/// The renditions are sRGB, upright, opaque and without any metadata. None has more pixels than the raw photo: a thumbnail
/// that would not be narrower than the main rendition is left out. None is encoded finer than a JPEG source was, and a main
/// rendition of as many pixels as the raw photo has no more bytes either, down to a quality of 40, nor has the JPEG of a
/// thumbnail more than the next wider one. What cannot be promised:
/// a drawing of few colours may be smaller as a PNG, and any picture as a WebP, than as a JPEG of that quality.
///
/// # Errors
/// A [`Rejection`] for every input that is not a whole, readable photo within the limits. Asking again with the same
/// bytes gives the same rejection.
pub fn optimize(raw: &[u8], settings: &Settings) -> Result<Optimized, Rejection> {
    quiet::quietly(|| run(raw, settings)).unwrap_or_else(|| Err(Rejection::corrupt()))
}

fn run(raw: &[u8], settings: &Settings) -> Result<Optimized, Rejection> {
    limits::check_size(raw, settings)?;
    let format = sniff(raw)?;
    let decoded = decode::decode(format, raw, settings)?;
    let (orientation, profile) = (decoded.plan.orientation, decoded.profile.clone());
    let is_reduced = decoded.plan.target != decoded.plan.stored;
    let main = resize::to_target(decoded)?;
    let main = orient::upright(main, orientation);
    let main = color::to_srgb(main, profile.as_ref());
    let pictures = resize::pyramid(main, settings)?;
    let placeholder = placeholder::of(&pictures)?;
    let quality = Quality::of(format, raw, settings);
    let renditions = encode::all(&pictures, quality, (!is_reduced).then_some(raw.len()), settings)?;
    let (width, height) = pictures.first().map_or((0, 0), |main| (main.pixels.width, main.pixels.height));
    Ok(Optimized {
        format,
        width,
        height,
        thumbhash: placeholder.thumbhash,
        dominant_color: placeholder.dominant_color,
        renditions,
    })
}
