//! Pictures in memory, read and written apart from the pipeline that is measured: no step of it judges itself.

use crate::Trouble;
use exif::{In, Tag};
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, Resizer};
use mozjpeg::{ColorSpace, Compress, Decompress, Marker};
use photo::Format;
use std::io::Cursor;

/// 8-bit RGB, rows without padding.
#[derive(Debug)]
pub(crate) struct Pixels {
    pub(crate) size: (u32, u32),
    pub(crate) rgb: Vec<u8>,
}

/// How [`Pixels::to_jpeg`] writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Jpeg {
    pub(crate) quality: f32,
    pub(crate) progressive: bool,
    /// As in EXIF, 1 to 8.
    pub(crate) orientation: u8,
}

impl Pixels {
    /// Decodes the whole picture as it is stored.
    ///
    /// # Errors
    /// Where it is neither a JPEG nor a WebP, or broken.
    pub(crate) fn decode(file: &[u8]) -> Result<Self, Trouble> {
        match photo::sniff(file)? {
            Format::Jpeg => {
                let mut jpeg = Decompress::new_mem(file)?.rgb()?;
                let size = (u32::try_from(jpeg.width())?, u32::try_from(jpeg.height())?);
                Ok(Self { size, rgb: jpeg.read_scanlines()? })
            }
            Format::Webp => {
                let picture = webp::Decoder::new(file).decode().ok_or("a WebP that cannot be read")?;
                Ok(Self { size: (picture.width(), picture.height()), rgb: picture.to_vec() })
            }
            _ => Err("neither a JPEG nor a WebP".into()),
        }
    }

    /// Decodes a photo, and turns it as its EXIF block says.
    ///
    /// # Errors
    /// Those of [`decode`](Self::decode).
    pub(crate) fn decode_upright(file: &[u8]) -> Result<Self, Trouble> {
        let stored = Self::decode(file)?;
        let block = exif::Reader::new().read_from_container(&mut Cursor::new(file)).ok();
        let orientation = block.and_then(|block| block.get_field(Tag::Orientation, In::PRIMARY)?.value.get_uint(0));
        Ok(stored.upright(orientation.unwrap_or(1)))
    }

    /// Where each pixel of the upright picture comes from, by the table of the EXIF standard.
    fn upright(self, orientation: u32) -> Self {
        let (width, height) = self.size;
        let size = if orientation >= 5 { (height, width) } else { (width, height) };
        let (right, bottom) = (width - 1, height - 1);
        let source = |x: u32, y: u32| match orientation {
            2 => (right - x, y),
            3 => (right - x, bottom - y),
            4 => (x, bottom - y),
            5 => (y, x),
            6 => (y, bottom - x),
            7 => (right - y, bottom - x),
            8 => (right - y, x),
            _ => (x, y),
        };
        if !(2..=8).contains(&orientation) {
            return self;
        }
        let mut rgb = Vec::with_capacity(self.rgb.len());
        for (x, y) in (0..size.1).flat_map(|y| (0..size.0).map(move |x| (x, y))) {
            let (from_x, from_y) = source(x, y);
            let at = (from_y as usize * width as usize + from_x as usize) * 3;
            rgb.extend_from_slice(&self.rgb[at..at + 3]);
        }
        Self { size, rgb }
    }

    /// Scaled by Lanczos3 in 16 bits: native-endian samples, three for each pixel.
    ///
    /// # Errors
    /// Where a size is zero.
    pub(crate) fn scaled_16_bit(&self, (width, height): (u32, u32)) -> Result<Vec<u8>, Trouble> {
        let samples = self.rgb.iter().flat_map(|&sample| (u16::from(sample) * 257).to_ne_bytes()).collect();
        let source = Image::from_vec_u8(self.size.0, self.size.1, samples, PixelType::U16x3)?;
        let mut scaled = Image::new(width, height, PixelType::U16x3);
        Resizer::new().resize(&source, &mut scaled, None)?;
        Ok(scaled.into_vec())
    }

    /// Scaled by Lanczos3.
    ///
    /// # Errors
    /// Where a size is zero.
    pub(crate) fn scaled(&self, size: (u32, u32)) -> Result<Self, Trouble> {
        let source = ImageRef::new(self.size.0, self.size.1, &self.rgb, PixelType::U8x3)?;
        let mut scaled = Image::new(size.0, size.1, PixelType::U8x3);
        Resizer::new().resize(&source, &mut scaled, None)?;
        Ok(Self { size, rgb: scaled.into_vec() })
    }

    /// A JPEG as a camera writes one, 4:2:0.
    ///
    /// # Errors
    /// Those of the encoder.
    pub(crate) fn to_jpeg(&self, how: Jpeg) -> Result<Vec<u8>, Trouble> {
        let mut jpeg = Compress::new(ColorSpace::JCS_RGB);
        jpeg.set_size(self.size.0 as usize, self.size.1 as usize);
        jpeg.set_fastest_defaults();
        jpeg.set_quality(how.quality);
        jpeg.set_chroma_sampling_pixel_sizes((2, 2), (2, 2));
        if how.progressive {
            jpeg.set_progressive_mode();
        }
        let mut started = jpeg.start_compress(Vec::new())?;
        // One directory with one entry: the orientation, a short.
        let directory = [1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, how.orientation, 0, 0, 0, 0, 0, 0, 0];
        started.write_marker(Marker::APP(1), &[b"Exif\0\0II*\0\x08\0\0\0", &directory[..]].concat());
        started.write_scanlines(&self.rgb)?;
        Ok(started.finish()?)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn each_orientation_moves_each_pixel_where_exif_says() {
        let names = |orientation| {
            let rgb = [1, 2, 3, 4, 5, 6].iter().flat_map(|&name| [name; 3]).collect();
            let turned = Pixels { size: (3, 2), rgb }.upright(orientation);
            (turned.size.0, turned.rgb.into_iter().step_by(3).collect::<Vec<_>>())
        };
        assert_eq!(names(1), (3, vec![1, 2, 3, 4, 5, 6]));
        assert_eq!(names(2), (3, vec![3, 2, 1, 6, 5, 4]));
        assert_eq!(names(3), (3, vec![6, 5, 4, 3, 2, 1]));
        assert_eq!(names(4), (3, vec![4, 5, 6, 1, 2, 3]));
        assert_eq!(names(5), (2, vec![1, 4, 2, 5, 3, 6]));
        assert_eq!(names(6), (2, vec![4, 1, 5, 2, 6, 3]));
        assert_eq!(names(7), (2, vec![6, 3, 5, 2, 4, 1]));
        assert_eq!(names(8), (2, vec![3, 6, 2, 5, 1, 4]));
    }

    #[test]
    fn the_orientation_that_is_written_is_read() {
        let rgb = (0..32 * 16).flat_map(|at: u32| [(at % 32 * 8) as u8; 3]).collect();
        let how = Jpeg { quality: 95.0, progressive: true, orientation: 6 };
        let file = Pixels { size: (32, 16), rgb }.to_jpeg(how).unwrap();
        assert_eq!(Pixels::decode(&file).unwrap().size, (32, 16));
        assert_eq!(Pixels::decode_upright(&file).unwrap().size, (16, 32));
    }
}
