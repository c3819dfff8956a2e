use crate::Rejection;
use crate::pixels::Pixels;
use mozjpeg::{ColorSpace, Compress};

/// Progressive JPEG, 4:2:0, standard tables, optimised Huffman codes.
///
/// mozjpeg's own defaults (trellis) make the file some 10 % smaller and take twice the time; the time is what users
/// of a serverless function wait for and pay.
pub(super) fn encode(pixels: &Pixels, quality: u8) -> Result<Vec<u8>, Rejection> {
    let mut compress = Compress::new(ColorSpace::JCS_RGB);
    compress.set_size(pixels.width as usize, pixels.height as usize);
    compress.set_fastest_defaults();
    compress.set_quality(f32::from(quality.clamp(1, 100)));
    compress.set_chroma_sampling_pixel_sizes((2, 2), (2, 2));
    compress.set_optimize_coding(true);
    compress.set_progressive_mode();
    let write = || {
        let mut started = compress.start_compress(Vec::new())?;
        started.write_scanlines(&pixels.rgb)?;
        started.finish()
    };
    write().map_err(|_| Rejection::unprocessable())
}
