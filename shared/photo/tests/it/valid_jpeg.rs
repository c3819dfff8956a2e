//! Every way to store a JPEG that cameras, phones and programs use, each with the look it must have.

use crate::craft::jpeg::{APP0, APP1, APP2, APP14, COMMENT, data_of, icc, segment, segments, with_segments, without};
use crate::files::{self, Picture, quarters};
use crate::look::{assert_upright_quarters, near, published, published_coarse, within};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

const SAMPLINGS: [SamplingFactor; 8] = [
    SamplingFactor::R_4_4_4,
    SamplingFactor::R_4_2_2,
    SamplingFactor::R_4_4_0,
    SamplingFactor::R_4_2_0,
    SamplingFactor::R_4_1_1,
    SamplingFactor::R_4_1_0,
    SamplingFactor::R_4_4_1,
    SamplingFactor::R_4_2_1,
];

/// By another library than the one that reads.
fn encoded(
    color: ColorType,
    size: (usize, usize),
    samples: &[u8],
    set: impl Fn(&mut Encoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 95);
    set(&mut encoder);
    encoder.encode(samples, size.0 as u16, size.1 as u16, color).unwrap();
    file
}

fn rgb(picture: &Picture, set: impl Fn(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    encoded(ColorType::Rgb, (picture.width, picture.height), &picture.rgb, set)
}

#[test]
fn every_sampling_is_read_baseline_and_progressive() {
    let picture = quarters(230, 150);
    for sampling in SAMPLINGS {
        for progressive in [false, true] {
            let raw = rgb(&picture, |encoder| {
                encoder.set_sampling_factor(sampling);
                encoder.set_progressive(progressive);
            });
            assert_upright_quarters(&published(&raw), &format!("{sampling:?}, progressive: {progressive}"));
        }
    }
}

#[test]
fn every_sampling_is_read_at_odd_sizes_up_to_the_last_column_and_row() {
    let sizes =
        [(1, 1), (1, 7), (7, 1), (2, 3), (8, 8), (9, 9), (15, 17), (17, 15), (31, 33), (33, 63), (127, 3), (3, 129)];
    let color = [60, 140, 200];
    for (width, height) in sizes {
        let flat = Picture { width, height, rgb: color.repeat(width * height) };
        for sampling in SAMPLINGS {
            for progressive in [false, true] {
                let raw = rgb(&flat, |encoder| {
                    encoder.set_sampling_factor(sampling);
                    encoder.set_progressive(progressive);
                });
                let seen = published(&raw);
                assert_eq!((seen.width, seen.height), (width, height));
                for (x, y) in
                    [(0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1), (width / 2, height / 2)]
                {
                    assert!(within(seen.at(x, y), color, 6), "{width}×{height} {sampling:?} {:?}", seen.at(x, y));
                }
            }
        }
    }
}

#[test]
fn every_sampling_keeps_its_look_when_it_is_scaled_down() {
    let expected = quarters(480, 321);
    for sampling in SAMPLINGS {
        for (width, height) in [(2001, 1337), (4005, 2677)] {
            let raw = rgb(&quarters(width, height), |encoder| encoder.set_sampling_factor(sampling));
            let optimized =
                photo::optimize(&raw, &photo::Settings { max_width_px: 480, ..Default::default() }).unwrap();
            let difference = files::main_picture(&optimized).difference(&expected);
            assert!(difference < 1.5, "{width} px wide, {sampling:?}: {difference}");
        }
    }
}

#[test]
fn restart_intervals_change_nothing() {
    let picture = quarters(230, 150);
    let plain = published(&rgb(&picture, |_| {}));
    for interval in [1, 7, 1000] {
        for progressive in [false, true] {
            let raw = rgb(&picture, |encoder| {
                encoder.set_restart_interval(interval);
                encoder.set_progressive(progressive);
            });
            assert_eq!(published(&raw).rgb, plain.rgb, "interval {interval}, progressive: {progressive}");
        }
    }
}

#[test]
fn grey_is_read_baseline_and_progressive() {
    for progressive in [false, true] {
        let raw = encoded(ColorType::Luma, (33, 21), &[90; 33 * 21], |encoder| encoder.set_progressive(progressive));
        let seen = published(&raw);
        assert!(seen.rgb.chunks(3).all(|pixel| within([pixel[0], pixel[1], pixel[2]], [90; 3], 2)));
    }
}

#[test]
fn a_jpeg_that_stores_rgb_is_not_taken_for_ycbcr() {
    let picture = quarters(230, 150);
    // stored as they are, and marked by Adobe's transform 0
    let mut compress = mozjpeg::Compress::new(mozjpeg::ColorSpace::JCS_RGB);
    compress.set_size(230, 150);
    compress.set_color_space(mozjpeg::ColorSpace::JCS_RGB);
    compress.set_quality(95.0);
    let mut started = compress.start_compress(Vec::new()).unwrap();
    started.write_scanlines(&picture.rgb).unwrap();
    let mut raw = started.finish().unwrap();
    assert_eq!(data_of(&mut raw, APP14)[..5], *b"Adobe");
    assert_upright_quarters(&published(&raw), "Adobe marker");
    // libjpeg knows the components' names, too
    assert_upright_quarters(&published(&without(&raw, APP14)), "components R, G and B");
}

/// Ink amounts, and the colour that they look like by the plain formula.
const INKS: [([u8; 4], [u8; 3]); 4] = [
    ([0, 255, 0, 0], [255, 0, 255]),
    ([255, 0, 0, 0], [0, 255, 255]),
    ([0, 0, 0, 128], [127, 127, 127]),
    ([40, 80, 120, 60], [164, 134, 103]),
];

#[test]
fn cmyk_and_ycck_are_read_with_adobe_s_marker_and_cmyk_without() {
    for (ink, color) in INKS {
        let samples = ink.repeat(32 * 24);
        let cmyk = encoded(ColorType::Cmyk, (32, 24), &samples, |_| {});
        let ycck = encoded(ColorType::CmykAsYcck, (32, 24), &samples, |_| {});
        let progressive = encoded(ColorType::Cmyk, (32, 24), &samples, |encoder| encoder.set_progressive(true));
        for (name, raw) in [("CMYK", cmyk), ("YCCK", ycck), ("progressive", progressive)] {
            assert!(near(published(&raw).at(16, 12), color), "{name} {ink:?}: {:?}", published(&raw).at(16, 12));
        }
        // without the marker nothing says that the amounts are inverted
        let inverted: Vec<u8> = samples.iter().map(|&amount| 255 - amount).collect();
        let unmarked = without(&encoded(ColorType::Cmyk, (32, 24), &inverted, |_| {}), APP14);
        assert!(near(published(&unmarked).at(16, 12), color), "{ink:?}: {:?}", published(&unmarked).at(16, 12));
    }
}

#[test]
fn segments_of_every_kind_and_number_do_not_disturb() {
    let plain = rgb(&quarters(200, 120), |_| {});
    let expected = published_coarse(&plain);
    let xmp = segment(APP1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>");
    let exif = segment(APP1, &files::exif(1));
    let pictures = segment(APP2, b"MPF\0II*\0\x08\0\0\0\0\0");
    let wide = icc(&moxcms::ColorProfile::new_srgb().encode().unwrap(), 100);
    for (name, more) in [
        ("XMP before EXIF", vec![xmp.clone(), exif.clone()]),
        ("two EXIF blocks, the first counts", vec![exif.clone(), segment(APP1, &files::exif(6))]),
        ("MPF before ICC", [vec![pictures], wide.clone()].concat()),
        ("ICC in pieces, backwards", wide.into_iter().rev().collect()),
        (
            "two JFIF headers",
            vec![segment(APP0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"), segment(APP0, b"JFXX\0\x13\x01\x01abc")],
        ),
        ("a hundred comments", vec![segment(COMMENT, &[b'c'; 60_000]); 100]),
        ("empty segments", (APP0..=0xEF).map(|marker| segment(marker, b"")).collect()),
    ] {
        let seen = published_coarse(&with_segments(&plain, &more));
        let difference = seen.difference(&expected);
        assert!(difference < 1.5, "{name}: {difference}");
    }
}

#[test]
fn fill_bytes_and_padding_do_not_disturb() {
    let plain = rgb(&quarters(200, 120), |_| {});
    let expected = published(&plain).rgb;
    let mut filled = plain.clone();
    for (_, start, _) in segments(&plain).into_iter().rev() {
        filled.splice(start..start, [0xFF; 3]);
    }
    assert_eq!(published(&filled).rgb, expected, "fill bytes before markers");
    let end = plain.len() - 2;
    let padded = [&plain[..end], &[0xFF; 5], &plain[end..]].concat();
    assert_eq!(published(&padded).rgb, expected, "fill bytes before the end");
    for tail in [vec![0; 4096], plain.clone(), b"\0\0\0\x18ftypmp42".to_vec(), vec![0xFF; 7]] {
        assert_eq!(published(&[plain.clone(), tail].concat()).rgb, expected, "bytes after the end");
    }
}

#[test]
fn the_film_behind_a_moving_photo_is_not_counted_as_scans() {
    let plain = rgb(&quarters(200, 120), |encoder| encoder.set_progressive(true));
    // as often as by chance in some 13 MB
    let film = [b"\0\0\0\x18ftypmp42".to_vec(), [0xFF, 0xDA, 0x12].repeat(200)].concat();
    assert_eq!(published(&[plain.clone(), film].concat()).rgb, published(&plain).rgb);
}
