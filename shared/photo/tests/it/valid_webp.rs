//! WebP lossy, lossless, with alpha, extended and animated.

use crate::craft::webp::{ALPHA, ANIMATED, EXIF, ICC, XMP, animation, chunk, extended, file, frame, picture};
use crate::files::{self, Picture, quarters};
use crate::look::{
    QUARTERS, assert_quarters, assert_upright_quarters, middles, near, published, published_coarse, within,
};

fn lossy(picture: &Picture) -> Vec<u8> {
    webp::Encoder::from_rgb(&picture.rgb, picture.width as u32, picture.height as u32).encode(95.0).to_vec()
}

fn lossless(picture: &Picture) -> Vec<u8> {
    webp::Encoder::from_rgb(&picture.rgb, picture.width as u32, picture.height as u32).encode_lossless().to_vec()
}

/// The upper half clear, but for its hidden colour.
fn half_clear(picture: &Picture) -> Vec<u8> {
    let upper = picture.rgb.len() / 6;
    let pixels = picture.rgb.chunks(3).enumerate();
    pixels.flat_map(|(at, p)| [p[0], p[1], p[2], if at < upper { 0 } else { 255 }]).collect()
}

#[test]
fn lossy_and_lossless_are_read_at_odd_sizes() {
    for (width, height) in [(200, 120), (61, 43), (17, 33)] {
        let picture = quarters(width, height);
        for (raw, what) in [(lossy(&picture), "lossy"), (lossless(&picture), "lossless")] {
            // coarse, since the main rendition may have no more bytes than these few
            let seen = middles(&published(&raw));
            assert!(seen.iter().zip(QUARTERS).all(|(&seen, expected)| within(seen, expected, 24)), "{what}: {seen:?}");
        }
    }
    for (width, height) in [(1, 1), (2, 1), (1, 3), (129, 1), (1, 130)] {
        let flat = Picture { width, height, rgb: [60, 140, 200].repeat(width * height) };
        for raw in [lossy(&flat), lossless(&flat)] {
            let seen = published(&raw);
            assert_eq!((seen.width, seen.height), (width, height));
            assert!(near(seen.at(width - 1, height - 1), [60, 140, 200]));
        }
    }
}

#[test]
fn another_encoder_s_lossless_is_read() {
    let mut raw = Vec::new();
    let encoder = image_webp::WebPEncoder::new(&mut raw);
    encoder.encode(&quarters(90, 70).rgb, 90, 70, image_webp::ColorType::Rgb8).unwrap();
    assert_upright_quarters(&published(&raw), "image-webp");
}

#[test]
fn what_is_clear_becomes_white_in_lossy_and_lossless_files() {
    let rgba = half_clear(&quarters(200, 120));
    let encoder = webp::Encoder::from_rgba(&rgba, 200, 120);
    for raw in [encoder.encode(95.0).to_vec(), encoder.encode_lossless().to_vec()] {
        assert_quarters(&published(&raw), [[255; 3], [255; 3], QUARTERS[2], QUARTERS[3]], "half clear");
    }
}

#[test]
fn the_extended_form_is_read_with_its_metadata_before_and_after_the_picture() {
    let plain = lossy(&quarters(200, 120));
    let icc = chunk(b"ICCP", &moxcms::ColorProfile::new_srgb().encode().unwrap());
    let exif = chunk(b"EXIF", &files::exif(1)[6..]);
    let xmp = chunk(b"XMP ", b"<x:xmpmeta/>");
    let unknown = chunk(b"MINE", &[1, 2, 3]);
    let header = extended(ICC | EXIF | XMP, 200, 120);
    let raw = file(&[header.clone(), icc.clone(), picture(&plain), exif.clone(), xmp.clone(), unknown.clone()]);
    assert_upright_quarters(&published(&raw), "in order");
    let raw = file(&[header, unknown, xmp, exif, icc, picture(&plain)]);
    assert_upright_quarters(&published(&raw), "out of order");
    let raw = file(&[extended(0, 200, 120), picture(&plain)]);
    assert_upright_quarters(&published(&raw), "nothing but the picture");
}

#[test]
fn of_an_animation_the_first_frame_is_shown_on_white() {
    let (red, green) = ([230, 20, 20], [20, 200, 20]);
    let flat = |color: [u8; 3]| Picture { width: 50, height: 40, rgb: color.repeat(50 * 40) };
    // the canvas is larger than the frame, which stands at its lower right; the background is declared blue
    for flags in [ANIMATED, ANIMATED | ALPHA] {
        for encode in [lossy, lossless] {
            let frames = [red, green].map(|color| frame((50, 40), (50, 40), &picture(&encode(&flat(color)))));
            let raw = file(&[extended(flags, 100, 80), animation([220, 20, 20, 255]), frames.concat()]);
            let seen = published(&raw);
            assert_eq!((seen.width, seen.height), (100, 80));
            assert_quarters(&seen, [[255; 3], [255; 3], [255; 3], red], &format!("flags {flags}"));
        }
    }
}

#[test]
fn a_half_clear_first_frame_is_put_on_white() {
    let rgba = half_clear(&quarters(60, 40));
    let encoder = webp::Encoder::from_rgba(&rgba, 60, 40);
    for still in [encoder.encode(95.0).to_vec(), encoder.encode_lossless().to_vec()] {
        let frame = frame((0, 0), (60, 40), &picture(&still));
        let raw = file(&[extended(ANIMATED | ALPHA, 60, 40), animation([0; 4]), frame]);
        let seen = middles(&published(&raw));
        assert!(near(seen[0], [255; 3]) && near(seen[1], [255; 3]), "{seen:?}");
        assert!(near(seen[2], QUARTERS[2]) && near(seen[3], QUARTERS[3]), "{seen:?}");
    }
}

#[test]
fn bytes_after_the_declared_end_do_not_disturb() {
    let plain = lossy(&quarters(200, 120));
    assert_eq!(published_coarse(&[plain.clone(), vec![7; 999]].concat()).rgb, published_coarse(&plain).rgb);
}
