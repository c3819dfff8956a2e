//! The eight EXIF orientations, in every format that carries EXIF.

use crate::craft::{exif, jpeg, png, webp};
use crate::files::{self, quarters};
use crate::look::{QUARTERS, assert_quarters, published};

/// Where the stored picture's quarters go: upper left, upper right, lower left, lower right, by orientation.
const MOVES: [[usize; 4]; 8] =
    [[0, 1, 2, 3], [1, 0, 3, 2], [3, 2, 1, 0], [2, 3, 0, 1], [0, 2, 1, 3], [2, 0, 3, 1], [3, 1, 2, 0], [1, 3, 0, 2]];

/// The stored picture is 96 × 60.
fn assert_turned(raw: &[u8], orientation: u8, what: &str) {
    let seen = published(raw);
    let size = if orientation >= 5 { (60, 96) } else { (96, 60) };
    assert_eq!((seen.width, seen.height), size, "{what}: orientation {orientation}");
    let from = MOVES[usize::from(orientation) - 1];
    assert_quarters(&seen, from.map(|quarter| QUARTERS[quarter]), &format!("{what}: orientation {orientation}"));
}

#[test]
fn jpegs_are_turned_upright() {
    let baseline = files::jpeg(&quarters(96, 60), &[]);
    let progressive = files::progressive_jpeg(&quarters(96, 60));
    for orientation in 1..=8 {
        for block in
            [files::exif(orientation), [b"Exif\0\0".to_vec(), exif::stuffed(orientation, |_| vec![7; 9])].concat()]
        {
            let more = [jpeg::segment(jpeg::APP1, &block)];
            assert_turned(&jpeg::with_segments(&baseline, &more), orientation, "baseline");
            assert_turned(&jpeg::with_segments(&progressive, &more), orientation, "progressive");
        }
    }
}

#[test]
fn pngs_are_turned_upright_wherever_their_exif_stands() {
    let plain = files::png(96, 60, ::png::ColorType::Rgb, &quarters(96, 60).rgb);
    for orientation in 1..=8 {
        let block = png::chunk(b"eXIf", &exif::stuffed(orientation, |_| vec![7; 9]));
        for before in [b"IDAT", b"IEND"] {
            let raw = png::with_chunks(&plain, before, std::slice::from_ref(&block));
            assert_turned(&raw, orientation, "PNG");
        }
    }
}

#[test]
fn webps_are_turned_upright() {
    let encoder = quarters(96, 60);
    let encoder = ::webp::Encoder::from_rgb(&encoder.rgb, 96, 60);
    for still in [encoder.encode(95.0).to_vec(), encoder.encode_lossless().to_vec()] {
        for orientation in 1..=8 {
            let tiff = exif::stuffed(orientation, |_| vec![7; 9]);
            // some programs keep the prefix that JPEG needs
            for block in [tiff.clone(), [b"Exif\0\0".to_vec(), tiff].concat()] {
                let header = webp::extended(webp::EXIF, 96, 60);
                let raw = webp::file(&[header, webp::picture(&still), webp::chunk(b"EXIF", &block)]);
                assert_turned(&raw, orientation, "WebP");
            }
        }
    }
}

#[test]
fn malformed_exif_never_costs_the_photo() {
    let plain = files::jpeg(&quarters(96, 60), &[]);
    for block in [
        &b"Exif\0\0"[..],
        b"Exif\0\0MM\0*\xFF\xFF\xFF\xFF",
        b"Exif\0\0II*\0\x08\0\0\0\xFF\xFF",
        b"Exif\0\0junk",
        // a directory that is its own next one
        b"Exif\0\0II*\0\x08\0\0\0\0\0\x08\0\0\0",
        // an orientation that is no number of the eight
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x63\0\0\0\0\0\0",
    ] {
        let raw = jpeg::with_segments(&plain, &[jpeg::segment(jpeg::APP1, block)]);
        assert_turned(&raw, 1, "malformed");
    }
}
