//! Colour profiles: a photo keeps its look without its profile, whatever the format.

use crate::craft::png::{GREY, Storage, picture};
use crate::craft::{jpeg, png, webp};
use crate::files::{self, Picture};
use crate::look::{published, within};
use moxcms::ColorProfile;
use mozjpeg::ColorSpace;

/// By the matrices of CSS Color 4; of Adobe RGB the curve is a gamma of 563/256.
const IN_SRGB: [(Space, [u8; 3], [u8; 3]); 4] = [
    (Space::DisplayP3, [150, 100, 80], [159, 97, 76]),
    (Space::DisplayP3, [60, 120, 180], [30, 122, 185]),
    (Space::AdobeRgb, [150, 100, 80], [167, 100, 78]),
    (Space::AdobeRgb, [60, 120, 180], [0, 121, 184]),
];

#[derive(Debug, Clone, Copy)]
enum Space {
    DisplayP3,
    AdobeRgb,
}

impl Space {
    fn profile(self) -> Vec<u8> {
        match self {
            Self::DisplayP3 => ColorProfile::new_display_p3().encode().unwrap(),
            Self::AdobeRgb => ColorProfile::new_adobe_rgb().encode().unwrap(),
        }
    }
}

fn flat(color: [u8; 3]) -> Picture {
    Picture { width: 32, height: 32, rgb: color.repeat(32 * 32) }
}

fn png_profile(profile: &[u8]) -> Vec<u8> {
    png::chunk(b"iCCP", &[b"camera\0\0".to_vec(), png::deflate(profile)].concat())
}

/// The same picture with the same profile in each format, lossless where there is a choice.
fn with_profile(color: [u8; 3], profile: &[u8]) -> [(&'static str, Vec<u8>); 3] {
    let plain = flat(color);
    let still = ::webp::Encoder::from_rgb(&plain.rgb, 32, 32).encode_lossless();
    let header = webp::extended(webp::ICC, 32, 32);
    let png = files::png(32, 32, ::png::ColorType::Rgb, &plain.rgb);
    [
        ("JPEG", jpeg::with_segments(&files::jpeg(&plain, &[]), &jpeg::icc(profile, 60_000))),
        ("PNG", png::with_chunks(&png, b"IDAT", &[png_profile(profile)])),
        ("WebP", webp::file(&[header, webp::chunk(b"ICCP", profile), webp::picture(&still)])),
    ]
}

#[test]
fn display_p3_and_adobe_rgb_photos_keep_their_look_in_every_format() {
    for (space, color, expected) in IN_SRGB {
        for (format, raw) in with_profile(color, &space.profile()) {
            let seen = published(&raw).at(16, 16);
            assert!(within(seen, expected, 4), "{format} {space:?} {color:?}: {seen:?} is not {expected:?}");
        }
    }
}

#[test]
fn a_profile_that_is_broken_or_of_another_kind_is_ignored_in_every_format() {
    let whole = Space::AdobeRgb.profile();
    let half = &whole[..whole.len() / 2];
    let grey = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
    let zeroed = [&whole[..128], &vec![0; whole.len() - 128]].concat();
    for (name, profile) in
        [("no profile", &b"not a profile"[..]), ("cut off", half), ("of grey", &grey), ("without tags", &zeroed)]
    {
        for (format, raw) in with_profile([150, 100, 80], profile) {
            let seen = published(&raw).at(16, 16);
            assert!(within(seen, [150, 100, 80], 3), "{format}, {name}: {seen:?}");
        }
    }
}

#[test]
fn grey_profiles_count_for_grey_pictures() {
    // linear 100/255 by the curve of sRGB
    let expected = [168; 3];
    let profile = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
    let grey = files::encode_jpeg(ColorSpace::JCS_GRAYSCALE, 32, 32, &[100; 32 * 32], &[], false);
    let jpeg = jpeg::with_segments(&grey, &jpeg::icc(&profile, 60_000));
    let storage = Storage { color: GREY, depth: 8, interlaced: false };
    let png = picture((32, 32), storage, &[png_profile(&profile)], |_, _| vec![100]);
    for (format, raw) in [("JPEG", jpeg), ("PNG", png)] {
        let seen = published(&raw).at(16, 16);
        assert!(within(seen, expected, 3), "{format}: {seen:?}");
    }
}

#[test]
fn pieces_of_a_profile_that_are_missing_or_double_cost_only_the_profile() {
    let pieces = jpeg::icc(&Space::AdobeRgb.profile(), 100);
    let plain = files::jpeg(&flat([150, 100, 80]), &[]);
    let double = [&pieces[..], &pieces[..1]].concat();
    for more in [&pieces[1..], &double] {
        let seen = published(&jpeg::with_segments(&plain, more)).at(16, 16);
        assert!(within(seen, [150, 100, 80], 3), "{seen:?}");
    }
    let seen = published(&jpeg::with_segments(&plain, &pieces)).at(16, 16);
    assert!(within(seen, IN_SRGB[2].2, 4), "whole: {seen:?}");
}
