use crate::Rejection;
use ravif::{AlphaColorMode, BitDepth, Encoder, Img, RGBA8};

/// rav1e's effort, 10 for the least; 9 takes half as long again for files a tenth smaller.
const SPEED: u8 = 10;

/// The encoder keeps some 27 bytes for each pixel. Only a tall panorama, or a main rendition wider than 1920 pixels, has more.
pub(super) const MAX_PIXELS: u64 = 8_000_000;

/// AVIF, 4:4:4, 8 bits, full range, without metadata. Ten bits looked no better and took a quarter longer.
pub(super) fn encode(rgb: &[u8], (width, height): (u32, u32), quality: f32) -> Result<Vec<u8>, Rejection> {
    // With alpha, although every pixel is opaque (and the file has none then): ravif's functions for RGB are generic, so that
    // the whole encoder would be compiled with this crate, for minutes.
    let rgba: Vec<RGBA8> = rgb.chunks_exact(3).map(|pixel| RGBA8::new(pixel[0], pixel[1], pixel[2], 255)).collect();
    let encoder = Encoder::new()
        .with_quality(quality.clamp(1.0, 100.0))
        .with_speed(SPEED)
        .with_bit_depth(BitDepth::Eight)
        .with_alpha_color_mode(AlphaColorMode::UnassociatedDirty)
        .with_num_threads(Some(1));
    let picture = Img::new(rgba.as_slice(), width as usize, height as usize);
    encoder.encode_rgba(picture).map(|encoded| encoded.avif_file).map_err(|_| Rejection::unprocessable())
}
