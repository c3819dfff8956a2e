//! Files that are cut off, mutated, or made to exhaust whoever reads them.

use crate::files::{self, quarters};
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
    let picture = files::Picture { width: 300, height: 300, rgb: noisy };
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
fn a_size_that_only_a_header_claims_allocates_nothing() {
    // the same few bytes, claiming the largest size of each format
    let mut jpeg = files::jpeg(&quarters(16, 16), &[]);
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
    let mut png = files::png(16, 16, png::ColorType::Rgb, &[0; 768]);
    png[16..24].copy_from_slice(&[0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF]);
    // the checksum of IHDR no longer matches
    let mut webp = webp::Encoder::from_rgb(&[0; 768], 16, 16).encode(80.0).to_vec();
    webp[26..30].copy_from_slice(&[0xFF, 0x3F, 0xFF, 0x3F]);
    assert_eq!(code(&jpeg), "too_many_pixels");
    assert_eq!(code(&png), "corrupt");
    assert_eq!(code(&webp), "too_many_pixels");
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
