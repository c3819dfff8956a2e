use super::jpeg_errors::{Source, error_manager, reset_warnings, warnings};
use super::{Decoded, jpeg_layout};
use crate::color::{self, MAX_PROFILE_BYTES, Profile};
use crate::pixels::Pixels;
use crate::plan::{Plan, plan};
use crate::quiet::quietly;
use crate::{Rejection, Settings, exif};
use mozjpeg::decompress::DecompressBuilder;
use mozjpeg::{ColorSpace, Decompress, Marker};

/// The part of libjpeg's reduction that is left to the final filter: at least 1.5 times the target.
const HEADROOM: f64 = 1.5;

const MARKERS: &[Marker] = &[Marker::APP(1), Marker::APP(2), Marker::APP(14)];

pub(super) fn decode(raw: &[u8], settings: &Settings) -> Result<Decoded, Rejection> {
    jpeg_layout::check(raw)?;
    let (source, ran_out) = Source::new(raw);
    reset_warnings();
    // libjpeg's fatal errors arrive as unwinding
    let decoded = quietly(|| read(source, settings)).unwrap_or_else(|| Err(Rejection::corrupt()));
    match decoded {
        // the header decides first: a photo that is too large stays so when it is sent again in full
        Err(rejection) if rejection.code == "too_many_pixels" => Err(rejection),
        _ if ran_out.get() => Err(Rejection::truncated()),
        decoded => decoded,
    }
}

fn read(source: Source<'_>, settings: &Settings) -> Result<Decoded, Rejection> {
    let mut jpeg = DecompressBuilder::new()
        .with_err(error_manager())
        .with_markers(MARKERS)
        .from_reader(source)
        .map_err(|_| Rejection::corrupt())?;
    let header = Header::of(&jpeg);
    let stored = (jpeg.width() as u32, jpeg.height() as u32);
    let plan = plan(stored, exif::orientation(header.exif.as_deref().unwrap_or_default()), settings)?;
    let eighths = eighths(&plan);
    jpeg.scale(eighths);
    let pixels = read_pixels(jpeg, &header)?;
    let reduced = |length: u32| f64::from(length) * f64::from(eighths) / 8.0;
    Ok(Decoded { pixels, covers: (reduced(stored.0), reduced(stored.1)), plan, profile: header.profile() })
}

/// The smallest reduction to `n / 8` that leaves the headroom; 8 is full size.
fn eighths(plan: &Plan) -> u8 {
    let enough =
        |stored: u32, target: u32, n: u8| f64::from(stored) * f64::from(n) / 8.0 >= f64::from(target) * HEADROOM;
    (1..8).find(|&n| enough(plan.stored.0, plan.target.0, n) && enough(plan.stored.1, plan.target.1, n)).unwrap_or(8)
}

fn read_pixels(jpeg: Decompress<Source<'_>>, header: &Header) -> Result<Pixels, Rejection> {
    let before = warnings();
    let mut started = jpeg.to_colorspace(header.read_as()).map_err(|_| Rejection::corrupt())?;
    let (width, height) = (started.width() as u32, started.height() as u32);
    let samples: Vec<u8> = started.read_scanlines().map_err(|_| Rejection::corrupt())?;
    // what comes after the last row (padding, a second picture) may be untidy; the rows may not
    let damaged = warnings() > before;
    started.finish().map_err(|_| Rejection::corrupt())?;
    if damaged {
        return Err(Rejection::corrupt());
    }
    let rgb = match header.read_as() {
        ColorSpace::JCS_CMYK => color::cmyk_to_rgb(&header.ink(samples), header.icc.as_deref()),
        _ => samples,
    };
    Ok(Pixels { width, height, rgb })
}

/// What the markers say.
struct Header {
    color_space: ColorSpace,
    exif: Option<Vec<u8>>,
    icc: Option<Vec<u8>>,
    adobe: bool,
}

impl Header {
    fn of(jpeg: &Decompress<Source<'_>>) -> Self {
        let mut header = Self { color_space: jpeg.color_space(), exif: None, icc: None, adobe: false };
        let mut chunks: Vec<&[u8]> = Vec::new();
        for marker in jpeg.markers() {
            match marker.marker {
                Marker::APP(1) if header.exif.is_none() && marker.data.starts_with(b"Exif\0\0") => {
                    header.exif = Some(marker.data.to_vec());
                }
                Marker::APP(2) => chunks.extend(marker.data.strip_prefix(b"ICC_PROFILE\0")),
                Marker::APP(14) if marker.data.starts_with(b"Adobe") => header.adobe = true,
                _ => {}
            }
        }
        header.icc = join_icc(chunks);
        header
    }

    fn read_as(&self) -> ColorSpace {
        match self.color_space {
            ColorSpace::JCS_CMYK | ColorSpace::JCS_YCCK => ColorSpace::JCS_CMYK,
            _ => ColorSpace::JCS_RGB,
        }
    }

    /// Adobe programs store ink inverted, 255 for none, and say so by their marker.
    fn ink(&self, mut samples: Vec<u8>) -> Vec<u8> {
        if self.adobe {
            samples.iter_mut().for_each(|sample| *sample = 255 - *sample);
        }
        samples
    }

    fn profile(self) -> Option<Profile> {
        let grey = self.color_space == ColorSpace::JCS_GRAYSCALE;
        match self.read_as() {
            ColorSpace::JCS_CMYK => None,
            _ => self.icc.map(|icc| Profile { icc, grey }),
        }
    }
}

/// A profile is cut into numbered chunks, each after its number and the count. `None` unless all are there.
fn join_icc(mut chunks: Vec<&[u8]>) -> Option<Vec<u8>> {
    chunks.retain(|chunk| chunk.len() > 2);
    chunks.sort_by_key(|chunk| chunk[0]);
    let count = usize::from(chunks.first()?[1]);
    let complete = chunks.len() == count && chunks.iter().zip(1..=u8::MAX).all(|(chunk, number)| chunk[0] == number);
    let size: usize = chunks.iter().map(|chunk| chunk.len() - 2).sum();
    (complete && size <= MAX_PROFILE_BYTES).then(|| chunks.iter().flat_map(|chunk| &chunk[2..]).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_joined_from_its_chunks_in_any_order_and_only_when_complete() {
        assert_eq!(join_icc(vec![&[2, 2, 30], &[1, 2, 10, 20]]), Some(vec![10, 20, 30]));
        assert_eq!(join_icc(vec![&[2, 2, 30]]), None);
        assert_eq!(join_icc(vec![&[1, 2, 1], &[1, 2, 1]]), None);
        assert_eq!(join_icc(vec![&[1]]), None);
    }
}
