//! Nothing of what a file says beside its picture leaves: not with a rendition, not with a rejection.

use crate::craft::{exif, jpeg, png, webp};
use crate::files::{self, quarters, real};
use crate::markers::assert_no_metadata;
use photo::{Optimized, Settings, optimize};

/// What every secret begins with.
const SECRET: &str = "s3cr3t-";

fn secret(place: &str) -> Vec<u8> {
    format!("{SECRET}{place}; 52.5163N 13.3777E").into_bytes()
}

/// A profile whose texts are secrets: the converter reads it, so it must be a whole one.
fn profile() -> Vec<u8> {
    let text = |place: &str| {
        let text = String::from_utf8(secret(place)).unwrap();
        let line = moxcms::LocalizableString::new("en".to_owned(), "US".to_owned(), text);
        Some(moxcms::ProfileText::Localizable(vec![line]))
    };
    let mut profile = moxcms::ColorProfile::new_display_p3();
    profile.description = text("profile description");
    profile.copyright = text("profile copyright");
    profile.device_manufacturer = text("profile manufacturer");
    profile.encode().unwrap()
}

fn stuffed_jpeg(orientation: u8) -> Vec<u8> {
    let plain = files::jpeg(&quarters(260, 160), &[]);
    let named = |marker, name: &[u8], place: &str| jpeg::segment(marker, &[name, &secret(place)].concat());
    let exif = [b"Exif\0\0".to_vec(), exif::stuffed(orientation, secret)].concat();
    let pixels = [b"JFIF\0\x01\x02\0\0\x01\0\x01\x10\x01".to_vec(), secret("JFIF thumbnail")].concat();
    let iptc = [b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x30\x1C\x02\x78\0\x2B".to_vec(), secret("IPTC")].concat();
    let mut more = vec![
        jpeg::segment(jpeg::APP0, &[pixels, vec![7; 48]].concat()),
        jpeg::segment(jpeg::APP1, &exif),
        named(jpeg::APP0, b"JFXX\0\x10", "JFXX thumbnail"),
        named(jpeg::APP1, b"http://ns.adobe.com/xap/1.0/\0", "XMP"),
        named(jpeg::APP1, b"http://ns.adobe.com/xmp/extension/\0", "extended XMP"),
        named(jpeg::APP2, b"MPF\0", "second picture's place"),
        jpeg::segment(jpeg::APP13, &iptc),
        named(jpeg::COMMENT, b"", "comment"),
    ];
    more.extend(jpeg::icc(&profile(), 200));
    more.extend((0xE3..=0xEC).chain([0xEF]).map(|marker| named(marker, b"", &format!("APP {marker:X}"))));
    [jpeg::with_segments(&plain, &more), secret("after the end")].concat()
}

fn stuffed_png(orientation: u8) -> Vec<u8> {
    let plain = files::png(260, 160, ::png::ColorType::Rgb, &quarters(260, 160).rgb);
    let text = |kind, start: &[u8], place: &str| png::chunk(kind, &[start, &secret(place)].concat());
    let packed = |kind, start: &[u8], data: &[u8]| png::chunk(kind, &[start, &png::deflate(data)].concat());
    let before = [
        packed(b"iCCP", &[&secret("profile name")[..20], b"\0\0"].concat(), &profile()),
        png::chunk(b"eXIf", &exif::stuffed(orientation, secret)),
        text(b"tEXt", b"Comment\0", "tEXt"),
        packed(b"zTXt", b"Comment\0\0", &secret("zTXt")),
        text(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0", "XMP"),
        packed(b"iTXt", b"Comment\0\x01\0\0\0", &secret("packed iTXt")),
        png::chunk(b"tIME", &[7, 234, 11, 21, 16, 0, 0]),
        png::chunk(b"pHYs", &[0, 0, 11, 19, 0, 0, 11, 19, 1]),
        text(b"prVt", b"", "private chunk"),
    ];
    let after = [text(b"tEXt", b"Late\0", "late tEXt"), text(b"prVt", b"", "late private chunk")];
    let whole = png::with_chunks(&png::with_chunks(&plain, b"IDAT", &before), b"IEND", &after);
    [whole, secret("after the end")].concat()
}

fn stuffed_webp(orientation: u8) -> Vec<u8> {
    let still = ::webp::Encoder::from_rgb(&quarters(260, 160).rgb, 260, 160).encode(90.0);
    let whole = webp::file(&[
        webp::extended(webp::ICC | webp::EXIF | webp::XMP, 260, 160),
        webp::chunk(b"ICCP", &profile()),
        webp::chunk(b"MINE", &secret("unknown chunk")),
        webp::picture(&still),
        webp::chunk(b"EXIF", &exif::stuffed(orientation, secret)),
        webp::chunk(b"XMP ", &secret("XMP")),
        webp::chunk(b"MINE", &secret("late unknown chunk")),
    ]);
    [whole, secret("after the end")].concat()
}

fn stuffed(orientation: u8) -> [(&'static str, Vec<u8>); 3] {
    [("JPEG", stuffed_jpeg(orientation)), ("PNG", stuffed_png(orientation)), ("WebP", stuffed_webp(orientation))]
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// Neither as it stands nor in the two-byte letters of profiles.
#[track_caller]
fn assert_silent(optimized: &Optimized, texts: &[Vec<u8>], what: &str) {
    for rendition in &optimized.renditions {
        assert_no_metadata(rendition.format, &rendition.bytes);
        for text in texts {
            let wide: Vec<u8> = text.iter().flat_map(|&letter| [0, letter]).collect();
            let told = contains(&rendition.bytes, text) || contains(&rendition.bytes, &wide);
            assert!(!told, "{what}: {} tells {}", rendition.name, String::from_utf8_lossy(text));
        }
    }
}

#[test]
fn the_inputs_are_full_of_secrets() {
    // else the tests below would prove nothing
    for (format, raw, places) in
        [("JPEG", stuffed_jpeg(1), 29), ("PNG", stuffed_png(1), 15), ("WebP", stuffed_webp(1), 14)]
    {
        let found = raw.windows(SECRET.len()).filter(|window| *window == SECRET.as_bytes()).count();
        assert!(found >= places, "{format}: {found}");
    }
}

#[test]
fn no_secret_of_any_place_format_or_orientation_leaves_with_a_rendition() {
    for orientation in 1..=8 {
        for (format, raw) in stuffed(orientation) {
            let optimized = optimize(&raw, &Settings::default()).unwrap();
            let size = if orientation >= 5 { (160, 260) } else { (260, 160) };
            assert_eq!((optimized.width, optimized.height), size, "{format}: the EXIF was read");
            assert_silent(&optimized, &[SECRET.as_bytes().to_vec()], format);
        }
    }
}

#[test]
fn no_secret_leaves_with_the_other_ways_to_encode() {
    let settings = Settings { jpeg_trellis: true, avif: true, thumbnail_widths_px: vec![60], ..Settings::default() };
    for (format, raw) in stuffed(6) {
        assert_silent(&optimize(&raw, &settings).unwrap(), &[SECRET.as_bytes().to_vec()], format);
    }
}

#[test]
fn no_secret_leaves_with_a_rejection() {
    for (format, raw) in stuffed(1) {
        let few_pixels = Settings { max_pixels: 1, ..Settings::default() };
        let few_bytes = Settings { max_bytes: 1, ..Settings::default() };
        let mut rejections = vec![optimize(&raw, &few_pixels).unwrap_err(), optimize(&raw, &few_bytes).unwrap_err()];
        let end = raw.len() - secret("after the end").len();
        for part in 1..60 {
            let mut damaged = raw[..end].to_vec();
            damaged[end * part / 60..].fill(b'A');
            rejections.extend(optimize(&damaged, &Settings::default()).err());
            rejections.extend(optimize(&raw[..end * part / 60], &Settings::default()).err());
        }
        assert!(rejections.len() > 60, "{format}");
        for rejection in rejections {
            let told = format!("{rejection} {rejection:?}");
            assert!(!told.contains(SECRET) && !told.contains("52.5163"), "{told}");
        }
    }
}

#[test]
fn nothing_that_a_real_photo_says_of_its_camera_and_place_leaves() {
    for name in ["camera-3mp-orientation6-gps.jpg", "phone-8mp-gps.jpg", "phone-9mp-gps.jpg"] {
        let Some(raw) = real(name) else { return };
        let found = jpeg::segments(&raw);
        let metadata = found.iter().filter(|(marker, ..)| (0xE1..=0xEF).contains(marker) || *marker == jpeg::COMMENT);
        let mut texts: Vec<Vec<u8>> = Vec::new();
        for &(_, start, end) in metadata {
            let lines = raw[start + 4..end].split(|byte| !byte.is_ascii_graphic());
            texts.extend(lines.filter(|line| line.len() >= 8).map(<[u8]>::to_vec));
        }
        assert!(!texts.is_empty(), "{name} says something");
        texts.truncate(200);
        assert_silent(&optimize(&raw, &Settings::default()).unwrap(), &texts, name);
    }
}
