//! Photos as cameras make them, and whether something is one.

use crate::Trouble;
use jpeg_encoder::{ColorType, Encoder};
use photo::Settings;

/// A landscape of slow waves, wide enough for every rendition; another `shift` is another photo.
///
/// # Errors
/// Those of the encoder.
pub(super) fn jpeg(shift: f32) -> Result<Vec<u8>, Trouble> {
    const SIZE: (u16, u16) = (2000, 1500);
    let mut pixels = Vec::with_capacity(usize::from(SIZE.0) * usize::from(SIZE.1) * 3);
    for (y, x) in (0..SIZE.1).flat_map(|y| (0..SIZE.0).map(move |x| (f32::from(y), f32::from(x)))) {
        for wave in [97.0, 61.0, 41.0] {
            pixels.push((127.5 + 90.0 * (x / wave + shift).sin() * (y / wave).cos()) as u8);
        }
    }
    let mut file = Vec::new();
    Encoder::new(&mut file, 90).encode(&pixels, SIZE.0, SIZE.1, ColorType::Rgb)?;
    Ok(file)
}

/// Width and height of a picture, which is decoded to its end by what decodes uploads; `None` where it is none.
pub(super) fn size_px(bytes: &[u8]) -> Option<(u32, u32)> {
    let decoded = photo::optimize(bytes, &Settings::default()).ok()?;
    Some((decoded.width, decoded.height))
}
