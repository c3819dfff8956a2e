use crate::Rejection;
use crate::pixels::{Pixels, Plane};
use mozjpeg::{ColorSpace, Compress};
use std::borrow::Cow;
use std::io::ErrorKind;

const BLOCK: usize = 8;

/// What trellis quantisation is asked for above the plain quality, to look the same.
const TRELLIS_FINER: u8 = 1;

/// Progressive JPEG, 4:2:0, optimised Huffman codes; planes are written as they are.
///
/// Plain, with the standard's tables, it takes the least time, which is what users of a serverless function wait for and
/// pay. With `trellis`, mozjpeg searches for the coefficients that cost the fewest bits, and has tables of its own. What
/// is left out there is its search for the order of the scans: half as long again, for two bytes in a thousand.
pub(super) fn encode(pixels: &Pixels, quality: u8, trellis: bool) -> Result<Vec<u8>, Rejection> {
    let [first, ..] = pixels.planes.as_slice() else { return Err(Rejection::unprocessable()) };
    let space = match (pixels.planes.len(), first.channels) {
        (1, 3) => ColorSpace::JCS_RGB,
        (1, _) => ColorSpace::JCS_GRAYSCALE,
        _ => ColorSpace::JCS_YCbCr,
    };
    let planar = first.channels == 1;
    let mut compress = configured(space, quality.clamp(1, 100), trellis);
    compress.set_size(pixels.width as usize, pixels.height as usize);
    compress.set_raw_data_in(planar);
    let write = || {
        let mut started = compress.start_compress(Vec::new())?;
        if planar {
            let planes: Vec<_> = pixels.planes.iter().map(in_blocks).collect();
            let planes: Vec<&[u8]> = planes.iter().map(|plane| &**plane).collect();
            if !started.write_raw_data(&planes) {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        } else {
            started.write_scanlines(&first.samples)?;
        }
        started.finish()
    };
    write().map_err(|_| Rejection::unprocessable())
}

fn configured(space: ColorSpace, quality: u8, trellis: bool) -> Compress {
    let mut compress = Compress::new(space);
    if trellis {
        compress.set_quality(f32::from((quality + TRELLIS_FINER).min(100)));
        compress.set_optimize_scans(false);
    } else {
        compress.set_fastest_defaults();
        compress.set_quality(f32::from(quality));
        compress.set_optimize_coding(true);
    }
    if space != ColorSpace::JCS_GRAYSCALE {
        compress.set_chroma_sampling_pixel_sizes((2, 2), (2, 2));
    }
    compress.set_progressive_mode();
    compress
}

/// Filled up to whole blocks with the outermost samples, as the encoder wants it.
fn in_blocks(plane: &Plane) -> Cow<'_, [u8]> {
    let (width, height) = (plane.width as usize, plane.height as usize);
    if (width % BLOCK, height % BLOCK) == (0, 0) {
        return Cow::Borrowed(&plane.samples);
    }
    let (columns, rows) = (width.next_multiple_of(BLOCK), height.next_multiple_of(BLOCK));
    let mut filled = Vec::with_capacity(columns * rows);
    for y in 0..rows {
        let at = y.min(height - 1) * width;
        filled.extend_from_slice(&plane.samples[at..at + width]);
        filled.resize((y + 1) * columns, plane.samples[at + width - 1]);
    }
    Cow::Owned(filled)
}
