use crate::pixels::Pixels;
use crate::resize::Picture;
use crate::{Format, Rejection, Settings};
use mozjpeg::{ColorSpace, Compress};

/// libwebp's effort, 0 to 6. Two takes half the time of the default four, for files 4 % larger.
const WEBP_METHOD: i32 = 2;

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
        for (format, bytes) in
            [(Format::Jpeg, jpeg(pixels, settings.jpeg_quality)?), (Format::Webp, webp(pixels, settings.webp_quality)?)]
        {
            let (width, height) = (pixels.width, pixels.height);
            renditions.push(Rendition { name: name.clone(), format, width, height, bytes });
        }
    }
    Ok(renditions)
}

/// Progressive JPEG, 4:2:0, standard tables, optimised Huffman codes.
///
/// mozjpeg's own defaults (trellis) make the file some 10 % smaller and take twice the time; the time is what users
/// of a serverless function wait for and pay.
fn jpeg(pixels: &Pixels, quality: u8) -> Result<Vec<u8>, Rejection> {
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

fn webp(pixels: &Pixels, quality: f32) -> Result<Vec<u8>, Rejection> {
    let mut config = webp::WebPConfig::new().map_err(|()| Rejection::unprocessable())?;
    config.quality = quality.clamp(0.0, 100.0);
    config.method = WEBP_METHOD;
    let file = webp::Encoder::from_rgb(&pixels.rgb, pixels.width, pixels.height)
        .encode_advanced(&config)
        .map_err(|_| Rejection::unprocessable())?;
    Ok(file.to_vec())
}
