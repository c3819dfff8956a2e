use super::jpeg_errors::Source;
use crate::color::{MAX_PROFILE_BYTES, Profile};
use mozjpeg::{ColorSpace, Decompress, Marker};

pub(super) const MARKERS: &[Marker] = &[Marker::APP(1), Marker::APP(2), Marker::APP(14)];

/// What the markers say.
pub(super) struct Header {
    pub(super) color_space: ColorSpace,
    pub(super) exif: Option<Vec<u8>>,
    pub(super) icc: Option<Vec<u8>>,
    adobe: bool,
}

impl Header {
    pub(super) fn of(jpeg: &Decompress<Source<'_>>) -> Self {
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

    pub(super) fn read_as(&self) -> ColorSpace {
        match self.color_space {
            ColorSpace::JCS_CMYK | ColorSpace::JCS_YCCK => ColorSpace::JCS_CMYK,
            _ => ColorSpace::JCS_RGB,
        }
    }

    /// Adobe programs store ink inverted, 255 for none, and say so by their marker.
    pub(super) fn ink(&self, mut samples: Vec<u8>) -> Vec<u8> {
        if self.adobe {
            samples.iter_mut().for_each(|sample| *sample = 255 - *sample);
        }
        samples
    }

    pub(super) fn profile(self) -> Option<Profile> {
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
