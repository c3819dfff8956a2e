use crate::Rejection;

/// The formats that are accepted, and those that renditions are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG, baseline or progressive.
    Jpeg,
    /// PNG of any colour type and depth.
    Png,
    /// WebP, lossy or lossless; of an animation the first frame.
    Webp,
    /// AVIF, 4:4:4. Written only: an upload in it is refused by name.
    Avif,
}

impl Format {
    /// The media type, as in `Content-Type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Avif => "image/avif",
        }
    }

    /// The file name extension, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Avif => "avif",
        }
    }
}

/// Step 2: tells the format from the first bytes, whatever the upload called itself.
///
/// # Errors
/// `empty`, `unsupported_format` (with the format's name where it is known) or `not_an_image`.
pub fn sniff(raw: &[u8]) -> Result<Format, Rejection> {
    match raw {
        [] => Err(Rejection::new("empty", "The file is empty.")),
        [0xFF, 0xD8, 0xFF, ..] => Ok(Format::Jpeg),
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Ok(Format::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Format::Webp),
        _ => Err(match known_but_not_accepted(raw) {
            Some(name) => {
                Rejection::new("unsupported_format", format!("This is {name}. Accepted are JPEG, PNG and WebP photos."))
            }
            None => Rejection::new("not_an_image", "This is not a photo. Accepted are JPEG, PNG and WebP photos."),
        }),
    }
}

fn known_but_not_accepted(raw: &[u8]) -> Option<&'static str> {
    match raw {
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => Some(iso_media_name(brand)),
        [0x1A, 0x45, 0xDF, 0xA3, ..] | [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..] => {
            Some("a video")
        }
        [b'G', b'I', b'F', b'8', ..] => Some("a GIF"),
        [b'I', b'I', 0x2A | 0x2B, 0, ..] | [b'M', b'M', 0, 0x2A | 0x2B, ..] => Some("a TIFF or camera RAW file"),
        [b'%', b'P', b'D', b'F', ..] => Some("a PDF"),
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => Some("a BMP"),
        [0xFF, 0x0A, ..] | [0, 0, 0, 0x0C, b'J', b'X', b'L', b' ', ..] => Some("a JPEG XL picture"),
        [0, 0, 0, 0x0C, b'j', b'P', b' ', b' ', ..] => Some("a JPEG 2000 picture"),
        [0, 0, 1, 0, count, 0, ..] if *count > 0 => Some("an icon file"),
        [b'8', b'B', b'P', b'S', ..] => Some("a Photoshop file"),
        _ if is_svg(raw) => Some("an SVG drawing"),
        _ => None,
    }
}

/// HEIC, AVIF and videos share a container: the brands after `ftyp` tell them apart.
fn iso_media_name(brands: &[u8]) -> &'static str {
    match brands.get(..4) {
        Some(b"avif" | b"avis") => "an AVIF picture",
        Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx") => "a HEIC picture",
        // the generic brand of both; the compatible brands that follow the version say which
        Some(b"mif1" | b"msf1") if brands.chunks(4).take(8).any(|b| b == b"avif") => "an AVIF picture",
        Some(b"mif1" | b"msf1") => "a HEIC picture",
        _ => "a video",
    }
}

fn is_svg(raw: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&raw[..raw.len().min(1024)]).to_ascii_lowercase();
    head.trim_start_matches('\u{feff}').trim_start().starts_with('<') && head.contains("<svg")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_that_is_not_accepted_is_called_by_its_name() {
        let cases: &[(&[u8], &str)] = &[
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIC"),
            (b"\0\0\0\x18ftypmif1\0\0\0\0avifmiaf", "AVIF"),
            (b"\0\0\0\x1cftypavif\0\0\0\0", "AVIF"),
            (b"\0\0\0\x18ftypmp42\0\0\0\0", "video"),
            (b"\x1A\x45\xDF\xA3\x9F\x42\x86", "video"),
            (b"RIFF\0\0\0\0AVI LIST", "video"),
            (b"GIF89a", "GIF"),
            (b"GIF87a", "GIF"),
            (b"II+\0\x08\0\0\0", "TIFF"),
            (b"\xFF\x0A\xFA\x1F", "JPEG XL"),
            (b"\0\0\0\x0CJXL \r\n\x87\n", "JPEG XL"),
            (b"\0\0\0\x0CjP  \r\n\x87\n", "JPEG 2000"),
            (b"\0\0\x01\0\x01\0\x10\x10", "icon"),
            (b"8BPS\0\x01", "Photoshop"),
            (b"II*\0\x08\0\0\0", "TIFF"),
            (b"MM\0*\0\0\0\x08", "TIFF"),
            (b"%PDF-1.7", "PDF"),
            (b"BM\x36\0\0\0\0\0\0\0", "BMP"),
            (b"\xEF\xBB\xBF<?xml version='1.0'?><svg xmlns='x'/>", "SVG"),
            (b"  <svg/>", "SVG"),
        ];
        for (raw, name) in cases {
            let rejection = sniff(raw).unwrap_err();
            assert_eq!(rejection.code, "unsupported_format", "{name}");
            assert!(rejection.reason.contains(name), "{name}: {}", rejection.reason);
            assert!(rejection.reason.contains("JPEG, PNG and WebP"));
        }
    }

    #[test]
    fn what_is_no_picture_at_all_is_not_an_image() {
        for raw in [&b"hello"[..], b"<html><body></body></html>", b"{\"a\":1}", b"BM hello there", b"\0", b"RIFF"] {
            assert_eq!(sniff(raw).unwrap_err().code, "not_an_image");
        }
        assert_eq!(sniff(b"").unwrap_err().code, "empty");
    }
}
