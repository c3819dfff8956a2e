//! The main paths on pictures made here.

use crate::files::{self, Picture, quarters};
use crate::markers::assert_no_metadata;
use mozjpeg::ColorSpace;
use photo::{Format, Settings, optimize};

fn near(seen: [u8; 3], expected: [u8; 3]) -> bool {
    seen.iter().zip(expected).all(|(&a, b)| a.abs_diff(b) <= 16)
}

fn middles(picture: &Picture) -> [[u8; 3]; 4] {
    let (w, h) = (picture.width, picture.height);
    [(w / 4, h / 4), (w * 3 / 4, h / 4), (w / 4, h * 3 / 4), (w * 3 / 4, h * 3 / 4)].map(|(x, y)| picture.at(x, y))
}

fn assert_upright_quarters(picture: &Picture) {
    let expected = [[230, 20, 20], [20, 200, 20], [20, 20, 220], [230, 220, 20]];
    for (seen, expected) in middles(picture).into_iter().zip(expected) {
        assert!(near(seen, expected), "{seen:?} is not {expected:?}");
    }
}

#[test]
fn a_large_photo_becomes_a_main_rendition_and_three_thumbnails_each_as_jpeg_and_webp() {
    let raw = files::jpeg(&quarters(2400, 1600), &[(1, &files::exif(1)), (13, b"Photoshop 3.0\0")]);
    let optimized = optimize(&raw, &Settings::default()).unwrap();
    assert_eq!((optimized.format, optimized.width, optimized.height), (Format::Jpeg, 1920, 1280));
    let listed: Vec<_> = optimized.renditions.iter().map(|r| (r.name.as_str(), r.format, r.width, r.height)).collect();
    let mut expected = Vec::new();
    for (name, width, height) in [("main", 1920, 1280), ("960", 960, 640), ("480", 480, 320), ("240", 240, 160)] {
        expected.extend([Format::Jpeg, Format::Webp].map(|format| (name, format, width, height)));
    }
    assert_eq!(listed, expected);
    for rendition in &optimized.renditions {
        let picture = match rendition.format {
            Format::Jpeg => files::decode_jpeg(&rendition.bytes),
            _ => files::decode_webp(&rendition.bytes),
        };
        assert_eq!((picture.width as u32, picture.height as u32), (rendition.width, rendition.height));
        assert_upright_quarters(&picture);
        assert_no_metadata(rendition.format, &rendition.bytes);
    }
    assert!((5..=25).contains(&optimized.thumbhash.len()));
}

#[test]
fn nothing_is_enlarged_and_a_thumbnail_as_wide_as_the_main_rendition_is_left_out() {
    for (width, names) in [(480, vec!["main", "240"]), (481, vec!["main", "480", "240"]), (1, vec!["main"])] {
        let optimized = optimize(&files::jpeg(&quarters(width, 30), &[]), &Settings::default()).unwrap();
        assert_eq!((optimized.width, optimized.height), (width as u32, 30));
        let listed: Vec<_> = optimized.renditions.iter().step_by(2).map(|r| r.name.as_str()).collect();
        assert_eq!(listed, names);
    }
}

#[test]
fn every_orientation_of_a_jpeg_is_turned_upright() {
    // where the stored picture's quarters go, by orientation: upper left, upper right, lower left, lower right
    let moves = [
        [0, 1, 2, 3],
        [1, 0, 3, 2],
        [3, 2, 1, 0],
        [2, 3, 0, 1],
        [0, 2, 1, 3],
        [2, 0, 3, 1],
        [3, 1, 2, 0],
        [1, 3, 0, 2],
    ];
    let stored = quarters(320, 200);
    let colors = middles(&stored);
    for (orientation, from) in (1..=8).zip(moves) {
        let raw = files::jpeg(&stored, &[(1, &files::exif(orientation))]);
        let optimized = optimize(&raw, &Settings::default()).unwrap();
        let size = if orientation >= 5 { (200, 320) } else { (320, 200) };
        assert_eq!((optimized.width, optimized.height), size, "orientation {orientation}");
        for (seen, from) in middles(&files::main_picture(&optimized)).into_iter().zip(from) {
            assert!(near(seen, colors[from]), "orientation {orientation}: {seen:?} is not {:?}", colors[from]);
        }
        assert_no_metadata(Format::Jpeg, &optimized.renditions[0].bytes);
    }
}

#[test]
fn malformed_exif_never_costs_the_photo() {
    for block in
        [&b"Exif\0\0"[..], b"Exif\0\0MM\0*\xFF\xFF\xFF\xFF", b"Exif\0\0II*\0\x08\0\0\0\xFF\xFF", b"Exif\0\0junk"]
    {
        let optimized = optimize(&files::jpeg(&quarters(64, 32), &[(1, block)]), &Settings::default()).unwrap();
        assert_eq!((optimized.width, optimized.height), (64, 32));
    }
}

#[test]
fn a_broken_color_profile_is_ignored() {
    let plain = files::jpeg(&quarters(64, 32), &[]);
    let broken = files::jpeg(&quarters(64, 32), &[(2, b"ICC_PROFILE\0\x01\x01not a profile")]);
    let settings = Settings::default();
    let (plain, broken) = (optimize(&plain, &settings).unwrap(), optimize(&broken, &settings).unwrap());
    assert_eq!(plain.renditions[0].bytes, broken.renditions[0].bytes);
}

#[test]
fn a_display_p3_photo_keeps_its_look_in_srgb() {
    let icc = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let marker = [b"ICC_PROFILE\0\x01\x01", icc.as_slice()].concat();
    let muted = Picture { width: 32, height: 32, rgb: [150, 100, 80].repeat(32 * 32) };
    let optimized = optimize(&files::jpeg(&muted, &[(2, &marker)]), &Settings::default()).unwrap();
    // Display P3 (150, 100, 80) in sRGB, by the matrices of CSS Color 4
    let seen = files::main_picture(&optimized).at(16, 16);
    assert!(seen.iter().zip([159_u8, 97, 76]).all(|(&a, b)| a.abs_diff(b) <= 3), "{seen:?}");
}

#[test]
fn transparent_png_pixels_become_white() {
    let mut rgba = [0, 0, 0, 0].repeat(64 * 32);
    rgba.extend([200, 0, 0, 255].repeat(64 * 32));
    let raw = files::png(64, 64, png::ColorType::Rgba, &rgba);
    let optimized = optimize(&raw, &Settings::default()).unwrap();
    assert_eq!(optimized.format, Format::Png);
    let picture = files::main_picture(&optimized);
    assert!(near(picture.at(32, 10), [255, 255, 255]) && near(picture.at(32, 54), [200, 0, 0]));
}

#[test]
fn every_kind_of_png_is_read() {
    use png::{BitDepth, ColorType};
    for (color, depth, row_bytes) in [
        (ColorType::Grayscale, BitDepth::One, 5),
        (ColorType::Grayscale, BitDepth::Sixteen, 80),
        (ColorType::GrayscaleAlpha, BitDepth::Eight, 80),
        (ColorType::Indexed, BitDepth::Four, 20),
        (ColorType::Rgb, BitDepth::Sixteen, 240),
        (ColorType::Rgba, BitDepth::Sixteen, 320),
    ] {
        let mut raw = Vec::new();
        let mut encoder = png::Encoder::new(&mut raw, 40, 20);
        encoder.set_color(color);
        encoder.set_depth(depth);
        if color == ColorType::Indexed {
            encoder.set_palette([10, 20, 30].repeat(16));
            encoder.set_trns([255; 16].as_slice());
        }
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&vec![0; row_bytes * 20]).unwrap();
        writer.finish().unwrap();
        let optimized = optimize(&raw, &Settings::default()).unwrap();
        assert_eq!((optimized.width, optimized.height), (40, 20), "{color:?} {depth:?}");
    }
}

#[test]
fn a_large_png_is_reduced_while_reading_and_looks_the_same() {
    let picture = quarters(5000, 1001);
    let raw = files::png(5000, 1001, png::ColorType::Rgb, &picture.rgb);
    let settings = Settings { max_width_px: 500, ..Settings::default() };
    let optimized = optimize(&raw, &settings).unwrap();
    assert_eq!((optimized.width, optimized.height), (500, 100));
    let expected = quarters(500, 100);
    assert!(files::main_picture(&optimized).difference(&expected) < 2.0);
}

#[test]
fn webp_is_read_lossy_lossless_and_with_alpha() {
    let picture = quarters(200, 120);
    let rgba: Vec<u8> = picture.rgb.chunks(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
    let lossy = webp::Encoder::from_rgb(&picture.rgb, 200, 120).encode(90.0);
    let lossless = webp::Encoder::from_rgb(&picture.rgb, 200, 120).encode_lossless();
    let alpha = webp::Encoder::from_rgba(&rgba, 200, 120).encode(90.0);
    for raw in [&lossy, &lossless, &alpha] {
        let optimized = optimize(raw, &Settings::default()).unwrap();
        assert_eq!((optimized.format, optimized.width, optimized.height), (Format::Webp, 200, 120));
        assert_upright_quarters(&files::main_picture(&optimized));
    }
}

#[test]
fn adobe_cmyk_is_read_inverted_and_plain_cmyk_is_not() {
    // full magenta, as ink amounts
    let ink = [0, 255, 0, 0].repeat(32 * 32);
    let inverted: Vec<u8> = ink.iter().map(|&amount| 255 - amount).collect();
    let adobe = files::encode_jpeg(ColorSpace::JCS_CMYK, 32, 32, &inverted, &[], false);
    assert!(adobe.windows(5).any(|bytes| bytes == b"Adobe"), "libjpeg marks its CMYK files as Adobe's");
    let plain_ink = files::encode_jpeg(ColorSpace::JCS_CMYK, 32, 32, &ink, &[], false);
    let at = plain_ink.windows(5).position(|bytes| bytes == b"Adobe").unwrap();
    let plain = [&plain_ink[..at - 4], &plain_ink[at + 12..]].concat();
    for raw in [adobe, plain] {
        let optimized = optimize(&raw, &Settings::default()).unwrap();
        let seen = files::main_picture(&optimized).at(16, 16);
        assert!(near(seen, [255, 0, 255]), "{seen:?}");
    }
}

#[test]
fn grey_and_progressive_jpegs_are_read() {
    let grey = files::encode_jpeg(ColorSpace::JCS_GRAYSCALE, 48, 32, &[90; 48 * 32], &[], false);
    let optimized = optimize(&grey, &Settings::default()).unwrap();
    assert!(near(files::main_picture(&optimized).at(20, 20), [90, 90, 90]));
    assert_eq!(optimized.dominant_color, [90, 90, 90]);
    let progressive = files::progressive_jpeg(&quarters(300, 200));
    assert_upright_quarters(&files::main_picture(&optimize(&progressive, &Settings::default()).unwrap()));
}

#[test]
fn the_same_bytes_give_the_same_renditions() {
    let raw = files::jpeg(&quarters(700, 500), &[]);
    let once = optimize(&raw, &Settings::default()).unwrap();
    let twice = optimize(&raw, &Settings::default()).unwrap();
    assert_eq!(once.thumbhash, twice.thumbhash);
    for (a, b) in once.renditions.iter().zip(&twice.renditions) {
        assert_eq!(a.bytes, b.bytes);
    }
}
