use crate::Rejection;
use crate::pixels::{Pixels, Plane};
use mozjpeg::{ColorSpace, Compress};
use std::borrow::Cow;
use std::io::ErrorKind;

const BLOCK: usize = 8;

/// Progressive JPEG, 4:2:0, standard tables, optimised Huffman codes.
///
/// mozjpeg's own defaults (trellis) make the file some 10 % smaller and take twice the time; the time is what users
/// of a serverless function wait for and pay.
pub(crate) fn encode(pixels: &Pixels, quality: u8) -> Result<Vec<u8>, Rejection> {
    let [first, ..] = pixels.planes.as_slice() else { return Err(Rejection::unprocessable()) };
    let mut compress = Compress::new(match (pixels.planes.len(), first.channels) {
        (1, 3) => ColorSpace::JCS_RGB,
        (1, _) => ColorSpace::JCS_GRAYSCALE,
        _ => ColorSpace::JCS_YCbCr,
    });
    compress.set_size(pixels.width as usize, pixels.height as usize);
    compress.set_fastest_defaults();
    compress.set_quality(f32::from(quality.clamp(1, 100)));
    if (pixels.planes.len(), first.channels) != (1, 1) {
        compress.set_chroma_sampling_pixel_sizes((2, 2), (2, 2));
    }
    compress.set_optimize_coding(true);
    compress.set_progressive_mode();
    let ready = first.channels == 1;
    compress.set_raw_data_in(ready);
    let write = || {
        let mut started = compress.start_compress(Vec::new())?;
        if ready {
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
