mod avif;
mod jpeg;
mod webp;

use crate::pixels::Pixels;
use crate::resize::Picture;
use crate::{Format, Rejection, Settings};

/// One file to publish.
#[derive(Debug, Clone)]
pub struct Rendition {
    /// `main`, or the width of the thumbnail in pixels.
    pub name: String,
    /// JPEG, WebP or AVIF.
    pub format: Format,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The whole file, without any metadata.
    pub bytes: Vec<u8>,
}

/// Last step: each picture as JPEG, then as WebP and AVIF where that is wanted.
pub(crate) fn all(pictures: &[Picture], settings: &Settings) -> Result<Vec<Rendition>, Rejection> {
    let mut renditions = Vec::with_capacity(pictures.len() * 2);
    for Picture { name, pixels } in pictures {
        let (width, height) = (pixels.width, pixels.height);
        for format in formats(settings, pixels) {
            let bytes = match format {
                Format::Avif => avif::encode(pixels, settings.avif_quality)?,
                Format::Webp => webp::encode(pixels, settings.webp_quality)?,
                _ => jpeg::encode(pixels, settings.jpeg_quality)?,
            };
            renditions.push(Rendition { name: name.clone(), format, width, height, bytes });
        }
    }
    Ok(renditions)
}

/// JPEG is what every client reads; the others are siblings of it.
fn formats(settings: &Settings, pixels: &Pixels) -> impl Iterator<Item = Format> {
    let is_avif_made = settings.avif && u64::from(pixels.width) * u64::from(pixels.height) <= avif::MAX_PIXELS;
    [(Format::Jpeg, true), (Format::Webp, settings.webp), (Format::Avif, is_avif_made)]
        .into_iter()
        .filter_map(|(format, is_made)| is_made.then_some(format))
}
