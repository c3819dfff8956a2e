//! How fine to encode: never finer than the source, since that only adds bytes.

use crate::{Format, Settings};

/// Below it a picture falls apart, whatever it saves. A source that is coarser than this is encoded a little finer than it is.
pub(crate) const FLOOR: u8 = 40;

/// Table K.1 of the JPEG standard (ITU-T T.81), in the zigzag order of a file.
const LUMINANCE: [u16; 64] = [
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
    60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113,
    121, 112, 100, 120, 92, 101, 103, 99,
];

/// What each format is encoded with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Quality {
    /// On libjpeg's scale, 1 to 100.
    pub(crate) jpeg: u8,
    pub(crate) webp: f32,
    pub(crate) avif: f32,
}

impl Quality {
    /// The settings' quality, or the source's where that is a coarser JPEG.
    pub(crate) fn of(format: Format, raw: &[u8], settings: &Settings) -> Self {
        let wanted = Self {
            jpeg: settings.jpeg_quality.clamp(1, 100),
            webp: settings.webp_quality,
            avif: settings.avif_quality,
        };
        match luminance_table(raw).filter(|_| format == Format::Jpeg) {
            Some(table) => wanted.at_most(estimate(&table).max(FLOOR)),
            None => wanted,
        }
    }

    /// Lowered so far that JPEG has at most this quality. The others keep their ratio to it: 80 beside 85 is 66 beside 70.
    pub(crate) fn at_most(self, jpeg: u8) -> Self {
        let jpeg = jpeg.min(self.jpeg);
        let ratio = f32::from(jpeg) / f32::from(self.jpeg);
        Self { jpeg, webp: self.webp * ratio, avif: self.avif * ratio }
    }
}

/// The quality whose table is nearest: exactly the one of a file that libjpeg (or one of its children) wrote with the
/// standard's table; of equally near ones the finest.
fn estimate(table: &[u16; 64]) -> u8 {
    let distance = |quality: &u8| -> f64 {
        let expected = scaled(*quality);
        let parts = table.iter().zip(expected).map(|(&a, b)| f64::from(a.abs_diff(b)) / f64::from(a + b));
        parts.sum()
    };
    let nearest = (1..=100).rev().min_by(|a, b| distance(a).total_cmp(&distance(b)));
    nearest.unwrap_or(100)
}

/// The standard's table as libjpeg scales it (`jpeg_quality_scaling`).
fn scaled(quality: u8) -> [u16; 64] {
    let quality = u32::from(quality);
    let percent = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    LUMINANCE.map(|step| ((u32::from(step) * percent + 50) / 100).clamp(1, 255) as u16)
}

/// The quantisation table of the first component, in zigzag order, its steps within 1 to 255. `None` where the markers do
/// not say it: whether the file can be read is the decoder's business.
fn luminance_table(raw: &[u8]) -> Option<[u16; 64]> {
    let mut tables = [None; 4];
    let mut first = None;
    let mut at = 2;
    loop {
        let [0xFF, marker] = *raw.get(at..at + 2)?.first_chunk()? else { return None };
        if marker == 0xFF {
            at += 1;
            continue;
        }
        let length = usize::from(u16::from_be_bytes(*raw.get(at + 2..)?.first_chunk()?));
        let segment = raw.get(at + 4..at + 2 + length)?;
        match marker {
            0xDB => read_tables(segment, &mut tables)?,
            // a frame: precision, height, width, count, then of its first component id, sampling and table
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => first = Some(usize::from(*segment.get(8)?)),
            0xDA => return *tables.get(first?)?,
            _ => {}
        }
        at += 2 + length;
    }
}

/// One segment may define several tables, each of bytes or of pairs of bytes.
fn read_tables(mut segment: &[u8], tables: &mut [Option<[u16; 64]>; 4]) -> Option<()> {
    while let [info, rest @ ..] = segment {
        let (width, number) = (usize::from(info >> 4) + 1, usize::from(info & 0x0F));
        let (values, rest) = rest.split_at_checked(64 * width)?;
        let mut table = [0; 64];
        for (step, value) in table.iter_mut().zip(values.chunks_exact(width)) {
            let value = value.iter().fold(0_u16, |value, &byte| value << 8 | u16::from(byte));
            *step = value.clamp(1, 255);
        }
        *tables.get_mut(number)? = Some(table);
        segment = rest;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mozjpeg::{ColorSpace, Compress};

    fn jpeg(quality: u8) -> Vec<u8> {
        let mut compress = Compress::new(ColorSpace::JCS_RGB);
        compress.set_size(8, 8);
        compress.set_fastest_defaults();
        compress.set_quality(f32::from(quality));
        let mut started = compress.start_compress(Vec::new()).unwrap();
        started.write_scanlines(&[128; 8 * 8 * 3]).unwrap();
        started.finish().unwrap()
    }

    #[test]
    fn the_quality_of_a_libjpeg_file_is_estimated_exactly() {
        for quality in 1..=100 {
            assert_eq!(estimate(&luminance_table(&jpeg(quality)).unwrap()), quality);
        }
    }

    #[test]
    fn a_table_of_another_kind_gets_the_nearest_quality() {
        assert_eq!(estimate(&[1; 64]), 100);
        assert_eq!(estimate(&[255; 64]), 1);
        let coarser = scaled(75).map(|step| step + step / 10);
        assert!((68..75).contains(&estimate(&coarser)), "{}", estimate(&coarser));
    }

    #[test]
    fn a_coarse_source_caps_every_format_and_a_fine_one_none() {
        let settings = Settings::default();
        let of = |quality| Quality::of(Format::Jpeg, &jpeg(quality), &settings);
        assert_eq!(of(95), Quality { jpeg: 85, webp: 80.0, avif: 80.0 });
        assert_eq!(of(68), Quality { jpeg: 68, webp: 64.0, avif: 64.0 });
        assert_eq!(of(5).jpeg, FLOOR);
        assert_eq!(Quality::of(Format::Png, &jpeg(5), &settings), of(95));
    }

    #[test]
    fn what_is_no_whole_header_caps_nothing() {
        let file = jpeg(50);
        let scan = file.windows(2).position(|marker| marker == [0xFF, 0xDA]).unwrap();
        for end in 0..scan {
            assert_eq!(luminance_table(&file[..end]), None, "{end}");
        }
    }
}
