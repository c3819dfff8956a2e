mod avif;
mod jpeg;
mod webp;

use crate::pixels::Pixels;
use crate::quality::{FLOOR, Quality};
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

/// How far quality goes down at a time where a file is too large: from 85 that makes three more tries at most.
const STEP: u8 = 15;

/// Last step: each picture as JPEG, then as WebP and AVIF where that is wanted. A sibling that is not smaller than the JPEG
/// is left out: a client that prefers its format would load more for the same picture.
///
/// `main_max_bytes` is what the main rendition should keep within, where the raw file has no more pixels; each thumbnail should
/// keep within the JPEG before it. It can be missed: a drawing of few colours may be smaller as a PNG than as any JPEG.
pub(crate) fn all(
    pictures: &[Picture],
    quality: Quality,
    main_max_bytes: Option<usize>,
    settings: &Settings,
) -> Result<Vec<Rendition>, Rejection> {
    let mut renditions = Vec::with_capacity(pictures.len() * 3);
    let mut max_bytes = main_max_bytes.unwrap_or(usize::MAX);
    for Picture { name, pixels } in pictures {
        let (jpeg, quality) = jpeg_within(max_bytes, pixels, quality, settings.jpeg_trellis)?;
        let jpeg_bytes = jpeg.len();
        max_bytes = jpeg_bytes;
        let files = [(Format::Jpeg, jpeg)].into_iter().chain(siblings(pixels, quality, settings)?);
        let files = files.filter(|(format, bytes)| *format == Format::Jpeg || bytes.len() < jpeg_bytes);
        let (width, height) = (pixels.width, pixels.height);
        renditions.extend(files.map(|(format, bytes)| Rendition { name: name.clone(), format, width, height, bytes }));
    }
    Ok(renditions)
}

/// The JPEG, as fine as asked for if that keeps within `max_bytes`, else coarser; the smallest where none does.
fn jpeg_within(
    max_bytes: usize,
    pixels: &Pixels,
    mut quality: Quality,
    trellis: bool,
) -> Result<(Vec<u8>, Quality), Rejection> {
    let mut smallest = jpeg::encode(pixels, quality.jpeg, trellis)?;
    while smallest.len() > max_bytes && quality.jpeg > FLOOR {
        quality = quality.at_most(quality.jpeg.saturating_sub(STEP).max(FLOOR));
        let coarser = jpeg::encode(pixels, quality.jpeg, trellis)?;
        if coarser.len() < smallest.len() {
            smallest = coarser;
        }
    }
    Ok((smallest, quality))
}

fn siblings(pixels: &Pixels, quality: Quality, settings: &Settings) -> Result<Vec<(Format, Vec<u8>)>, Rejection> {
    let size = (pixels.width, pixels.height);
    let is_avif_made = settings.avif && u64::from(size.0) * u64::from(size.1) <= avif::MAX_PIXELS;
    let mut files = Vec::new();
    if settings.webp || is_avif_made {
        let rgb = pixels.rgb();
        if settings.webp {
            files.push((Format::Webp, webp::encode(&rgb, size, quality.webp)?));
        }
        if is_avif_made {
            files.push((Format::Avif, avif::encode(&rgb, size, quality.avif)?));
        }
    }
    Ok(files)
}
