//! Test pictures, made here or read from the folder of real ones, and a way to look at results.

use mozjpeg::{ColorSpace, Compress, Decompress};
use std::path::PathBuf;

/// A decoded picture: 8-bit RGB rows without padding.
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) rgb: Vec<u8>,
}

impl Picture {
    pub(crate) fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y * self.width + x) * 3;
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }

    /// Mean absolute difference per channel. The sizes must agree.
    pub(crate) fn difference(&self, other: &Picture) -> f64 {
        assert_eq!((self.width, self.height), (other.width, other.height));
        let sum: u64 = self.rgb.iter().zip(&other.rgb).map(|(&a, &b)| u64::from(a.abs_diff(b))).sum();
        sum as f64 / self.rgb.len() as f64
    }
}

/// Red, green, blue and yellow quarters: upper left, upper right, lower left, lower right.
pub(crate) fn quarters(width: usize, height: usize) -> Picture {
    let mut rgb = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            rgb.extend_from_slice(match (x * 2 < width, y * 2 < height) {
                (true, true) => &[230, 20, 20],
                (false, true) => &[20, 200, 20],
                (true, false) => &[20, 20, 220],
                (false, false) => &[230, 220, 20],
            });
        }
    }
    Picture { width, height, rgb }
}

pub(crate) fn jpeg(picture: &Picture, markers: &[(u8, &[u8])]) -> Vec<u8> {
    encode_jpeg(ColorSpace::JCS_RGB, picture.width, picture.height, &picture.rgb, markers, false)
}

pub(crate) fn progressive_jpeg(picture: &Picture) -> Vec<u8> {
    encode_jpeg(ColorSpace::JCS_RGB, picture.width, picture.height, &picture.rgb, &[], true)
}

/// `markers` are APP numbers with their data.
pub(crate) fn encode_jpeg(
    space: ColorSpace,
    width: usize,
    height: usize,
    samples: &[u8],
    markers: &[(u8, &[u8])],
    progressive: bool,
) -> Vec<u8> {
    let mut compress = Compress::new(space);
    compress.set_size(width, height);
    compress.set_fastest_defaults();
    compress.set_quality(92.0);
    if progressive {
        compress.set_progressive_mode();
    }
    if space == ColorSpace::JCS_CMYK {
        // libjpeg refuses files in which no component is unscaled; its CMYK default has all at 1
        compress.set_color_space(ColorSpace::JCS_CMYK);
    }
    let mut started = compress.start_compress(Vec::new()).unwrap();
    for (number, data) in markers {
        started.write_marker(mozjpeg::Marker::APP(*number), data);
    }
    started.write_scanlines(samples).unwrap();
    started.finish().unwrap()
}

pub(crate) fn png(width: u32, height: u32, color: png::ColorType, samples: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(color);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(samples).unwrap();
    writer.finish().unwrap();
    file
}

/// An EXIF block with an orientation and a GPS directory, as a phone writes them.
pub(crate) fn exif(orientation: u8) -> Vec<u8> {
    let mut block = b"Exif\0\0MM\0*\0\0\0\x08\0\x02".to_vec();
    block.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    block.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0x26]);
    block.extend([0; 4]);
    block.extend(b"\0\x01\0\x01\0\x02\0\0\0\x02N\0\0\0\0\0\0\0");
    block
}

pub(crate) fn decode_jpeg(file: &[u8]) -> Picture {
    let mut started = Decompress::new_mem(file).unwrap().rgb().unwrap();
    let (width, height) = (started.width(), started.height());
    Picture { width, height, rgb: started.read_scanlines().unwrap() }
}

pub(crate) fn decode_webp(file: &[u8]) -> Picture {
    let decoded = webp::Decoder::new(file).decode().unwrap();
    assert!(!decoded.is_alpha());
    Picture { width: decoded.width() as usize, height: decoded.height() as usize, rgb: decoded.to_vec() }
}

/// The main rendition as JPEG.
pub(crate) fn main_picture(optimized: &photo::Optimized) -> Picture {
    decode_jpeg(&optimized.renditions[0].bytes)
}

/// A file of the folder of real photos, which is beside the repository and not in it; `None` where it is absent.
pub(crate) fn real(name: &str) -> Option<Vec<u8>> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/photos"));
    if !folder.is_dir() {
        println!("skipped: ../shared/data is absent");
        return None;
    }
    Some(std::fs::read(folder.join(name)).unwrap())
}
