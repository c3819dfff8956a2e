//! Files that are cut off, mutated, or made to exhaust whoever reads them.

use crate::craft::jpeg::{COMMENT, data_of, segment, with_segments};
use crate::craft::png::{RGB, Storage, picture};
use crate::files::{self, Picture, quarters};
use photo::{Settings, optimize};
use proptest::prelude::*;

fn code(raw: &[u8]) -> &'static str {
    optimize(raw, &Settings::default()).map_or_else(|rejection| rejection.code, |_| "accepted")
}

fn small_files() -> Vec<Vec<u8>> {
    let picture = quarters(72, 56);
    let webp = |lossless: bool| {
        let encoder = webp::Encoder::from_rgb(&picture.rgb, 72, 56);
        if lossless { encoder.encode_lossless().to_vec() } else { encoder.encode(80.0).to_vec() }
    };
    vec![
        files::jpeg(&picture, &[(1, &files::exif(6))]),
        files::progressive_jpeg(&picture),
        files::png(72, 56, png::ColorType::Rgb, &picture.rgb),
        webp(false),
        webp(true),
    ]
}

#[test]
fn a_file_cut_at_any_byte_is_refused_as_truncated() {
    for whole in small_files() {
        assert_eq!(code(&whole), "accepted");
        for end in 12..whole.len() {
            assert_eq!(code(&whole[..end]), "truncated", "cut to {end} of {}", whole.len());
        }
    }
}

#[test]
fn bytes_after_the_end_are_harmless_and_do_not_survive() {
    for mut file in small_files() {
        let before = optimize(&file, &Settings::default()).unwrap();
        file.extend(b"trailing secret");
        let after = optimize(&file, &Settings::default()).unwrap();
        assert_eq!(before.renditions[0].bytes, after.renditions[0].bytes);
    }
}

#[test]
fn a_jpeg_with_a_hole_in_its_picture_is_corrupt() {
    let noisy: Vec<u8> = (0..300_u32 * 300 * 3).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let picture = Picture { width: 300, height: 300, rgb: noisy };
    let mut raw = files::jpeg(&picture, &[]);
    let middle = raw.len() / 2;
    raw[middle..middle + 2].copy_from_slice(&[0xFF, 0xD9]);
    assert_eq!(code(&raw), "corrupt");
}

#[test]
fn limits_are_named_in_the_reason() {
    let raw = files::jpeg(&quarters(200, 100), &[]);
    let few_pixels = Settings { max_pixels: 19_999, ..Settings::default() };
    let rejection = optimize(&raw, &few_pixels).unwrap_err();
    assert_eq!(rejection.code, "too_many_pixels");
    assert!(rejection.to_string().contains("200 × 100"));
    let few_bytes = Settings { max_bytes: raw.len() - 1, ..Settings::default() };
    assert_eq!(optimize(&raw, &few_bytes).unwrap_err().code, "too_large");
    assert_eq!(optimize(&raw, &Settings { max_bytes: raw.len(), ..Settings::default() }).unwrap().width, 200);
    assert_eq!(code(b""), "empty");
}

#[test]
fn a_picture_of_one_pixel_or_one_line_is_accepted_in_every_format() {
    let flat = |width: usize, height: usize| Picture { width, height, rgb: [90; 3].repeat(width * height) };
    let jpeg = |width, height| files::jpeg(&flat(width, height), &[]);
    let webp = |width: usize, height: usize| {
        ::webp::Encoder::from_rgb(&flat(width, height).rgb, width as u32, height as u32).encode(80.0).to_vec()
    };
    let png = |width: u32, height| {
        picture((width, height), Storage { color: RGB, depth: 8, interlaced: false }, &[], |_, _| vec![90; 3])
    };
    for (raw, size) in [
        (jpeg(1, 1), (1, 1)),
        (png(1, 1), (1, 1)),
        (webp(1, 1), (1, 1)),
        (jpeg(65_500, 1), (1920, 1)),
        (png(65_535, 1), (1920, 1)),
        (webp(16_383, 1), (1920, 1)),
        // WebP renditions cannot be taller
        (jpeg(1, 65_500), (1, 16_383)),
        (png(1, 65_535), (1, 16_383)),
        (webp(1, 16_383), (1, 16_383)),
    ] {
        let optimized = optimize(&raw, &Settings::default()).unwrap();
        assert_eq!((optimized.width, optimized.height), size);
        assert!(files::main_picture(&optimized).rgb.iter().all(|sample| sample.abs_diff(90) <= 2));
    }
}

#[test]
fn a_side_that_no_decoder_takes_is_refused_by_its_size() {
    for (width, height) in [(65_535, 1), (1, 65_535)] {
        let mut raw = files::jpeg(&quarters(16, 16), &[]);
        let size = [(height as u16).to_be_bytes(), (width as u16).to_be_bytes()].concat();
        data_of(&mut raw, 0xC0)[1..5].copy_from_slice(&size);
        let rejection = optimize(&raw, &Settings::default()).unwrap_err();
        assert_eq!(rejection.code, "too_many_pixels");
        assert!(rejection.reason.contains(&format!("{width} × {height}")), "{}", rejection.reason);
    }
}

#[test]
fn kinds_of_jpeg_that_no_browser_shows_are_refused_by_name() {
    for (marker, bits, name) in [
        (0xC9, 8, "arithmetic"),
        (0xCA, 8, "arithmetic"),
        (0xC3, 8, "lossless"),
        (0xC5, 8, "hierarchical"),
        (0xC1, 12, "12 bits"),
    ] {
        let mut raw = files::jpeg(&quarters(64, 64), &[]);
        let frame = raw.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
        (raw[frame + 1], raw[frame + 4]) = (marker, bits);
        let rejection = optimize(&raw, &Settings::default()).unwrap_err();
        assert_eq!(rejection.code, "unsupported_format", "{name}");
        assert!(rejection.reason.contains(name), "{}", rejection.reason);
    }
}

#[test]
fn heights_and_restarts_that_come_late_or_never_are_refused() {
    let whole = files::jpeg(&quarters(64, 64), &[]);
    let end = whole.len() - 2;
    let mut without_height = whole.clone();
    data_of(&mut without_height, 0xC0)[1..3].fill(0);
    let height_later = [&without_height[..end], &segment(0xDC, &[0, 64]), &[0xFF, 0xD9]].concat();
    assert_eq!((code(&without_height), code(&height_later)), ("corrupt", "corrupt"));
    // restarts are announced and do not come, or come and were not announced
    assert_eq!(code(&with_segments(&whole, &[segment(0xDD, &[0, 1])])), "corrupt");
    assert_eq!(code(&[&whole[..end - 20], &[0xFF, 0xD3].repeat(200_000), &[0xFF, 0xD9]].concat()), "corrupt");
    // an interval longer than the picture is none
    assert_eq!(code(&with_segments(&whole, &[segment(0xDD, &[0xFF, 0xFF])])), "accepted");
}

#[test]
fn exif_that_leads_in_circles_or_claims_much_ends() {
    let whole = files::jpeg(&quarters(64, 64), &[]);
    let crowded = [
        b"Exif\0\0MM\0*\0\0\0\x08\xFF\xFF".to_vec(),
        [0x01, 0x0E, 0, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 8].repeat(5000),
    ];
    let own_child = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0".to_vec();
    let many = vec![segment(0xE1, &files::exif(1)); 300];
    assert_eq!(code(&with_segments(&whole, &[segment(0xE1, &crowded.concat())])), "accepted");
    assert_eq!(code(&with_segments(&whole, &[segment(0xE1, &own_child)])), "accepted");
    assert_eq!(code(&with_segments(&whole, &many)), "accepted");
    assert_eq!(code(&with_segments(&whole, &[segment(COMMENT, b"\xFF\xD9\xFF\xDA")])), "accepted");
}

#[test]
fn a_progressive_jpeg_with_thousands_of_scans_is_refused_before_decoding() {
    let whole = files::progressive_jpeg(&quarters(64, 64));
    let scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 63, 0x10, 0];
    let raw = [&whole[..whole.len() - 2], &scan.repeat(5000), &[0xFF, 0xD9]].concat();
    assert_eq!(code(&raw), "too_many_scans");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_always_get_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let _ = optimize(&bytes, &Settings::default());
    }

    #[test]
    fn random_bytes_after_a_real_signature_always_get_an_answer(
        bytes in proptest::collection::vec(any::<u8>(), 0..2000),
        kind in 0..5_usize,
        kept in 12..200_usize,
    ) {
        let whole = &small_files()[kind];
        let raw = [&whole[..kept.min(whole.len())], &bytes].concat();
        let _ = optimize(&raw, &Settings::default());
    }

    #[test]
    fn a_mutated_file_always_gets_an_answer_with_sound_renditions(
        kind in 0..5_usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut raw = small_files()[kind].clone();
        for (at, value) in changes {
            let at = at.index(raw.len());
            raw[at] = value;
        }
        let settings = Settings { max_pixels: 4_000_000, ..Settings::default() };
        if let Ok(optimized) = optimize(&raw, &settings) {
            prop_assert!(optimized.width >= 1 && optimized.width <= 1920);
            for rendition in optimized.renditions {
                crate::markers::assert_no_metadata(rendition.format, &rendition.bytes);
            }
        }
    }
}
