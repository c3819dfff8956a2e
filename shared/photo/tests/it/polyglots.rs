//! Files that are two things at once, and files that are called what they are not: the first bytes decide.

use crate::craft::{jpeg, png, webp};
use crate::files::{self, quarters};
use crate::markers::assert_no_metadata;
use photo::{Format, Settings, optimize};

const ZIP: &[u8] = b"PK\x03\x04\x14\0\0\0\0\0evil.class\xCA\xFE\xBA\xBE PK\x05\x06";
const PAGE: &[u8] = b"<html><script>alert(document.domain)</script></html>";
const PHP: &[u8] = b"<?php system($_GET['c']); ?>";

fn assert_accepted_without(raw: &[u8], format: Format, stranger: &[u8]) {
    assert!(raw.windows(stranger.len()).any(|bytes| bytes == stranger));
    let optimized = optimize(raw, &Settings::default()).unwrap();
    assert_eq!(optimized.format, format);
    for rendition in &optimized.renditions {
        assert_no_metadata(rendition.format, &rendition.bytes);
        assert!(!rendition.bytes.windows(stranger.len()).any(|bytes| bytes == stranger));
    }
}

#[test]
fn a_photo_with_something_else_in_or_behind_it_is_accepted_and_leaves_it_behind() {
    let picture = quarters(64, 48);
    let jpeg = files::jpeg(&picture, &[]);
    let png = files::png(64, 48, ::png::ColorType::Rgb, &picture.rgb);
    let webp = ::webp::Encoder::from_rgb(&picture.rgb, 64, 48).encode(80.0).to_vec();
    for stranger in [ZIP, PAGE, PHP] {
        for (format, whole) in [(Format::Jpeg, &jpeg), (Format::Png, &png), (Format::Webp, &webp)] {
            assert_accepted_without(&[whole, stranger].concat(), format, stranger);
        }
        let inside = jpeg::with_segments(&jpeg, &[jpeg::segment(jpeg::COMMENT, stranger)]);
        assert_accepted_without(&inside, Format::Jpeg, stranger);
        let inside = png::with_chunks(&png, b"IDAT", &[png::chunk(b"tEXt", &[b"Comment\0", stranger].concat())]);
        assert_accepted_without(&inside, Format::Png, stranger);
        let header = webp::extended(0, 64, 48);
        let inside = webp::file(&[header, webp::picture(&webp), webp::chunk(b"EVIL", stranger)]);
        assert_accepted_without(&inside, Format::Webp, stranger);
    }
}

#[test]
fn what_begins_as_something_else_is_refused_whatever_follows() {
    let jpeg = files::jpeg(&quarters(64, 48), &[]);
    for (name, start, code, says) in [
        ("a GIF that is a program, too", b"GIF89a/*\0\0\0\0\0\0*/=1;".as_slice(), "unsupported_format", "a GIF"),
        ("a document with a photo inside", b"%PDF-1.4\n1 0 obj <<>> stream\n", "unsupported_format", "a PDF"),
        (
            "a drawing",
            b"<svg xmlns='http://www.w3.org/2000/svg'><image/></svg>",
            "unsupported_format",
            "an SVG drawing",
        ),
        ("an archive", ZIP, "not_an_image", "not a photo"),
        ("a page", PAGE, "not_an_image", "not a photo"),
        ("a program", b"\x7FELF\x02\x01\x01", "not_an_image", "not a photo"),
        ("a blank", b" ", "not_an_image", "not a photo"),
        ("a byte order mark", b"\xEF\xBB\xBF", "not_an_image", "not a photo"),
        ("a sound", b"RIFF\x24\0\0\0WAVEfmt ", "not_an_image", "not a photo"),
        ("a HEIC picture", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "unsupported_format", "a HEIC picture"),
        ("an AVIF picture", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", "unsupported_format", "an AVIF picture"),
    ] {
        let rejection = optimize(&[start, &jpeg].concat(), &Settings::default()).unwrap_err();
        assert_eq!(rejection.code, code, "{name}");
        assert!(rejection.reason.contains(says), "{name}: {}", rejection.reason);
        assert!(rejection.reason.ends_with("Accepted are JPEG, PNG and WebP photos."), "{}", rejection.reason);
    }
}

#[test]
fn a_picture_inside_another_s_wrapping_is_refused() {
    let picture = quarters(64, 48);
    let jpeg = files::jpeg(&picture, &[]);
    let as_png = [b"\x89PNG\r\n\x1A\n".as_slice(), &jpeg].concat();
    let as_webp = webp::file(&[webp::chunk(b"VP8 ", &jpeg)]);
    let as_jpeg = [&[0xFF, 0xD8, 0xFF][..], &files::png(64, 48, ::png::ColorType::Rgb, &picture.rgb)].concat();
    for raw in [as_png, as_webp, as_jpeg] {
        let rejection = optimize(&raw, &Settings::default()).unwrap_err();
        assert!(["corrupt", "truncated"].contains(&rejection.code), "{rejection:?}");
    }
}

#[test]
fn only_a_signature_is_not_a_photo() {
    for start in [
        &b"\xFF\xD8\xFF"[..],
        b"\xFF\xD8\xFF\xE0",
        b"\x89PNG\r\n\x1A\n",
        b"RIFF\0\0\0\0WEBP",
        b"RIFF\xFF\xFF\xFF\xFFWEBP",
    ] {
        let rejection = optimize(start, &Settings::default()).unwrap_err();
        assert!(["corrupt", "truncated"].contains(&rejection.code), "{rejection:?}");
    }
}
