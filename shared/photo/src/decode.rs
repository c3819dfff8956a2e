mod jpeg;
mod jpeg_errors;
mod jpeg_header;
mod jpeg_layout;
mod jpeg_planes;
mod png;
mod png_chunks;
mod png_color;
mod webp;

use crate::color::Profile;
use crate::pixels::Pixels;
use crate::plan::Plan;
use crate::{Format, Rejection, Settings};

/// A photo as read: sRGB or in its own colour space, opaque, not yet upright, possibly already reduced or even scaled to
/// the planned size.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) pixels: Pixels,
    /// How much of `pixels` the photo covers, from the top left: its size divided by the reduction while reading.
    pub(crate) covers: (f64, f64),
    pub(crate) plan: Plan,
    /// To be applied to `pixels`; `None` where they are sRGB already.
    pub(crate) profile: Option<Profile>,
}

impl Decoded {
    /// Scaled as planned while it was read.
    fn at_target(pixels: Pixels, plan: Plan, profile: Option<Profile>) -> Self {
        let covers = (f64::from(pixels.width), f64::from(pixels.height));
        Self { pixels, covers, plan, profile }
    }
}

/// Step 3: reads the header, refuses by it, and only then decodes. Every decoder keeps this order.
///
/// # Errors
/// `unsupported_format`, `too_many_pixels`, `too_many_scans`, `packed_too_much`, `truncated` or `corrupt`.
pub(crate) fn decode(format: Format, raw: &[u8], settings: &Settings) -> Result<Decoded, Rejection> {
    match format {
        Format::Jpeg => jpeg::decode(raw, settings),
        Format::Png => png::decode(raw, settings),
        Format::Webp => webp::decode(raw, settings),
        // written only: `sniff` refuses it by name
        Format::Avif => Err(Rejection::corrupt()),
    }
}
