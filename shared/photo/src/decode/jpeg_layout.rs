use crate::Rejection;

/// Encoders write about ten. Each scan of a progressive file walks the whole picture, however few bytes it has, so that
/// a small file with many of them would keep the decoder busy for many minutes: the larger the photo, the fewer.
const SCANS: std::ops::RangeInclusive<u64> = 20..=100;

/// What all scans together may walk over, in pixels, unless they are fewer than the least number above.
const MAX_SCANNED_PIXELS: u64 = 1_280_000_000;

/// libjpeg's own limit, told before it is met there.
const MAX_SIDE_PX: u16 = 65_500;

/// Walks the markers up to the end of the picture, and refuses what no decoding should be tried on: the kinds of JPEG
/// that neither browsers nor our decoder read, and files made of endless scans.
///
/// What is malformed is left to the decoder, which knows a better word for it. What follows the picture (the film of a
/// moving photo, a second picture) is not looked at.
///
/// # Errors
/// `unsupported_format`, `too_many_pixels` or `too_many_scans`.
pub(super) fn check(raw: &[u8]) -> Result<(), Rejection> {
    let (mut scans, mut pixels) = (0, 0_u64);
    let mut rest = raw.get(2..).unwrap_or_default();
    while let Some((marker, after)) = next_marker(rest) {
        match marker {
            END => break,
            SCAN => scans += 1,
            0xC0..=0xCF | 0xDE | 0xF7 => pixels = pixels.max(check_frame(marker, after)?),
            _ => {}
        }
        if scans > (MAX_SCANNED_PIXELS / pixels.max(1)).clamp(*SCANS.start(), *SCANS.end()) {
            let reason = "The photo is stored in too many layers. Please save it again as an ordinary JPEG.";
            return Err(Rejection::new("too_many_scans", reason));
        }
        rest = if stands_alone(marker) { after } else { after.get(segment_length(after)..).unwrap_or_default() };
    }
    Ok(())
}

/// Refuses a frame that is not of a photo for the web; else its pixels.
fn check_frame(marker: u8, segment: &[u8]) -> Result<u64, Rejection> {
    if let Some(kind) = unreadable(marker, segment.get(2).copied()) {
        let reason = format!("This is {kind}, which browsers do not show. Accepted are JPEG, PNG and WebP photos.");
        return Err(Rejection::new("unsupported_format", reason));
    }
    let [_, _, _, h0, h1, w0, w1, ..] = *segment else { return Ok(0) };
    if !is_frame(marker) {
        return Ok(0);
    }
    let (width, height) = (u16::from_be_bytes([w0, w1]), u16::from_be_bytes([h0, h1]));
    if width > MAX_SIDE_PX || height > MAX_SIDE_PX {
        let reason =
            format!("The photo is {width} × {height} pixels; a side of a JPEG may have at most {MAX_SIDE_PX}.");
        return Err(Rejection::new("too_many_pixels", reason));
    }
    Ok(u64::from(width) * u64::from(height))
}

const END: u8 = 0xD9;
const SCAN: u8 = 0xDA;

/// The next marker and what follows it. Within a scan a byte `FF` is followed by a stuffed zero; before a marker there
/// may be any number of them.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let at = bytes.windows(2).position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xFF))?;
    Some((bytes[at + 1], &bytes[at + 2..]))
}

/// Markers without a segment: restarts, start and end.
fn stands_alone(marker: u8) -> bool {
    matches!(marker, 0x01 | 0xD0..=0xD9)
}

/// Counts the two bytes of the length itself.
fn segment_length(segment: &[u8]) -> usize {
    segment.first_chunk::<2>().map_or(0, |&length| usize::from(u16::from_be_bytes(length)))
}

/// The frames that can be read: baseline, extended and progressive. Between their markers stand those of tables.
fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xC2)
}

/// The name of a kind of JPEG that is not for photos on the web, from the marker of its frame and its sample depth.
fn unreadable(marker: u8, bits: Option<u8>) -> Option<&'static str> {
    match (marker, bits) {
        (0xC3, _) => Some("a lossless JPEG"),
        (0xC5..=0xC7 | 0xCD..=0xCF | 0xDE, _) => Some("a hierarchical JPEG"),
        (0xC9..=0xCC, _) => Some("a JPEG with arithmetic coding"),
        (0xF7, _) => Some("a JPEG-LS picture"),
        (0xC0..=0xC2, Some(12)) => Some("a JPEG with 12 bits a colour"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(marker: u8, bits: u8) -> Vec<u8> {
        vec![0xFF, 0xD8, 0xFF, 0xFF, marker, 0, 11, bits, 0, 1, 0, 1, 1, 1, 0x11, 0, 0xFF, 0xD9]
    }

    #[test]
    fn the_kinds_of_jpeg_that_nobody_shows_are_called_by_their_names() {
        for (marker, bits, name) in [
            (0xC3, 8, "lossless"),
            (0xC9, 8, "arithmetic"),
            (0xC5, 8, "hierarchical"),
            (0xC1, 12, "12 bits"),
            (0xF7, 8, "LS"),
        ] {
            let rejection = check(&frame(marker, bits)).unwrap_err();
            assert!(rejection.code == "unsupported_format" && rejection.reason.contains(name), "{}", rejection.reason);
        }
        for marker in [0xC0, 0xC1, 0xC2] {
            assert_eq!(check(&frame(marker, 8)), Ok(()));
        }
    }

    #[test]
    fn only_scans_of_the_picture_itself_count() {
        let scan = [0xFF, SCAN, 0, 2, 0x12, 0xFF, 0, 0x34, 0xFF, 0xD0];
        let picture = |scans: usize| [&[0xFF, 0xD8][..], &scan.repeat(scans), &[0xFF, END]].concat();
        assert_eq!(check(&picture(100)), Ok(()));
        assert_eq!(check(&picture(101)).unwrap_err().code, "too_many_scans");
        assert_eq!(check(&[picture(1), scan.repeat(100)].concat()), Ok(()), "after the end");
        let thumbnail =
            [&[0xFF, 0xD8, 0xFF, 0xE1, 0x10, 0][..], &[0xFF, SCAN].repeat(0x7FF), &picture(1)[2..]].concat();
        assert_eq!(check(&thumbnail), Ok(()), "inside a segment");
    }

    #[test]
    fn the_larger_the_photo_the_fewer_scans_it_may_have() {
        let picture = |side: u16, scans: usize| {
            let [high, low] = side.to_be_bytes();
            let frame = [0xFF, 0xD8, 0xFF, 0xC2, 0, 11, 8, high, low, high, low, 1, 1, 0x11, 0];
            [&frame[..], &[0xFF, SCAN, 0, 2].repeat(scans)].concat()
        };
        assert_eq!(check(&picture(8000, 20)), Ok(()));
        assert_eq!(check(&picture(8000, 21)).unwrap_err().code, "too_many_scans");
        assert_eq!(check(&picture(3000, 100)), Ok(()));
        assert_eq!(check(&picture(65_501, 1)).unwrap_err().code, "too_many_pixels");
    }

    #[test]
    fn whatever_is_cut_off_is_left_to_the_decoder() {
        for raw in [
            &[][..],
            &[0xFF],
            &[0xFF, 0xD8],
            &[0xFF, 0xD8, 0xFF],
            &[0xFF, 0xD8, 0xFF, 0xE0, 0xFF],
            &[0xFF, 0xD8, 0xFF, 0xE0, 0, 0],
        ] {
            assert_eq!(check(raw), Ok(()));
        }
    }
}
