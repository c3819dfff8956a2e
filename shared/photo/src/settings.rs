/// Limits and qualities of [`optimize`](crate::optimize).
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Width of the main rendition at most, in pixels of the upright picture.
    pub max_width_px: u32,
    /// JPEG quality, 1 to 100, on libjpeg's scale.
    pub jpeg_quality: u8,
    /// WebP quality, 0 to 100, lossy.
    pub webp_quality: f32,
    /// Raw files above this many bytes are rejected.
    pub max_bytes: usize,
    /// Photos whose header declares more pixels are rejected before anything is decoded.
    pub max_pixels: u64,
    /// Widths of the thumbnails, in pixels of the upright picture.
    pub thumbnail_widths_px: Vec<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_width_px: 1920,
            jpeg_quality: 85,
            webp_quality: 80.0,
            max_bytes: 25 * 1024 * 1024,
            max_pixels: 64_000_000,
            thumbnail_widths_px: vec![960, 480, 240],
        }
    }
}
