/// Limits and qualities of [`optimize`](crate::optimize).
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Width of the main rendition at most, in pixels of the upright picture.
    pub max_width_px: u32,
    /// JPEG quality at most, 1 to 100, on libjpeg's scale; a coarser source lowers it, and the others' in the same ratio.
    pub jpeg_quality: u8,
    /// Whether JPEG encoding searches for the smallest file: about a tenth smaller at the same look, in 2.2 times the time.
    pub jpeg_trellis: bool,
    /// Whether every rendition is written as WebP, too, where that is smaller.
    pub webp: bool,
    /// WebP quality, 0 to 100, lossy.
    pub webp_quality: f32,
    /// Whether every rendition of up to eight megapixels is written as AVIF, too: more than a second for a main rendition.
    pub avif: bool,
    /// AVIF quality, 1 to 100, on ravif's scale.
    pub avif_quality: f32,
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
            jpeg_trellis: false,
            webp: true,
            webp_quality: 80.0,
            avif: false,
            avif_quality: 80.0,
            max_bytes: 25 * 1024 * 1024,
            max_pixels: 64_000_000,
            thumbnail_widths_px: vec![960, 480, 240],
        }
    }
}

/// Counts the changes of this crate after which the same settings give other renditions.
const PIPELINE: u32 = 4;

impl Settings {
    /// What a photo was made with, as one word: equal where the same bytes would get the same answer.
    pub fn fingerprint(&self) -> String {
        let Self {
            max_width_px, jpeg_quality, jpeg_trellis, webp_quality, avif_quality, max_bytes, max_pixels, ..
        } = self;
        let thumbnails: Vec<String> = self.thumbnail_widths_px.iter().map(u32::to_string).collect();
        let also = |is_made: bool, format: &str, quality: &f32| {
            if is_made { format!(";{format}{quality}") } else { String::new() }
        };
        format!(
            "p{PIPELINE};w{max_width_px};t{};j{jpeg_quality}{}{}{};b{max_bytes};px{max_pixels}",
            thumbnails.join(","),
            if *jpeg_trellis { "trellis" } else { "" },
            also(self.webp, "webp", webp_quality),
            also(self.avif, "avif", avif_quality),
        )
    }
}
