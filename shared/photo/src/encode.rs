mod jpeg;
mod webp;

use crate::resize::Picture;
use crate::{Format, Rejection, Settings};

/// One file to publish.
#[derive(Debug, Clone)]
pub struct Rendition {
    /// `main`, or the width of the thumbnail in pixels.
    pub name: String,
    /// JPEG or WebP.
    pub format: Format,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The whole file, without any metadata.
    pub bytes: Vec<u8>,
}

/// Last step: each picture as JPEG, then as WebP.
pub(crate) fn all(pictures: &[Picture], settings: &Settings) -> Result<Vec<Rendition>, Rejection> {
    let mut renditions = Vec::with_capacity(pictures.len() * 2);
    for Picture { name, pixels } in pictures {
        for (format, bytes) in [
            (Format::Jpeg, jpeg::encode(pixels, settings.jpeg_quality, settings.jpeg_trellis)?),
            (Format::Webp, webp::encode(pixels, settings.webp_quality)?),
        ] {
            let (width, height) = (pixels.width, pixels.height);
            renditions.push(Rendition { name: name.clone(), format, width, height, bytes });
        }
    }
    Ok(renditions)
}
