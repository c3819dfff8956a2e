//! Which files come out, and how large they may be.

use crate::files::{self, Picture, quarters};
use crate::markers::{assert_no_metadata, avif_size};
use mozjpeg::{ColorSpace, Compress};
use photo::{Format, Optimized, Settings, optimize};

fn formats(optimized: &Optimized, name: &str) -> Vec<Format> {
    optimized.renditions.iter().filter(|rendition| rendition.name == name).map(|rendition| rendition.format).collect()
}

#[test]
fn avif_is_made_where_it_is_asked_for_and_refused_where_it_comes_in() {
    let raw = files::jpeg(&quarters(600, 400), &[(1, &files::exif(1))]);
    let optimized = optimize(&raw, &Settings { avif: true, ..Settings::default() }).unwrap();
    for name in ["main", "480", "240"] {
        assert_eq!(formats(&optimized, name), [Format::Jpeg, Format::Webp, Format::Avif], "{name}");
    }
    for rendition in optimized.renditions.iter().filter(|rendition| rendition.format == Format::Avif) {
        assert_no_metadata(Format::Avif, &rendition.bytes);
        assert_eq!(avif_size(&rendition.bytes), (rendition.width, rendition.height));
        let rejection = optimize(&rendition.bytes, &Settings::default()).unwrap_err();
        assert_eq!(rejection.code, "unsupported_format");
        assert!(rejection.reason.contains("AVIF"));
    }
}

#[test]
fn a_picture_too_large_for_the_avif_encoder_does_without() {
    let settings = Settings { avif: true, webp: false, thumbnail_widths_px: vec![100], ..Settings::default() };
    let optimized = optimize(&files::jpeg(&quarters(600, 13_400), &[]), &settings).unwrap();
    assert_eq!(formats(&optimized, "main"), [Format::Jpeg]);
    assert_eq!(formats(&optimized, "100"), [Format::Jpeg, Format::Avif]);
}

#[test]
fn without_webp_there_are_jpegs_only() {
    let settings = Settings { webp: false, ..Settings::default() };
    let optimized = optimize(&files::jpeg(&quarters(600, 400), &[]), &settings).unwrap();
    assert!(optimized.renditions.iter().all(|rendition| rendition.format == Format::Jpeg));
    assert_eq!(optimized.renditions.len(), 3);
    assert_ne!(settings.fingerprint(), Settings::default().fingerprint());
}

/// Detail everywhere, the same each time: every quality has something to throw away.
fn noise(width: usize, height: usize) -> Picture {
    let mut state = 7_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    Picture { width, height, rgb: (0..width * height * 3).map(|_| next()).collect() }
}

fn jpeg_of_quality(picture: &Picture, quality: f32) -> Vec<u8> {
    let mut compress = Compress::new(ColorSpace::JCS_RGB);
    compress.set_size(picture.width, picture.height);
    compress.set_quality(quality);
    compress.set_chroma_sampling_pixel_sizes((2, 2), (2, 2));
    let mut started = compress.start_compress(Vec::new()).unwrap();
    started.write_scanlines(&picture.rgb).unwrap();
    started.finish().unwrap()
}

#[test]
fn a_picture_of_its_own_size_has_no_more_bytes_than_the_raw_file() {
    // libjpeg's own tables and trellis: smaller at any quality than what is written here, so the cap alone is not enough
    for quality in [95.0, 80.0, 60.0, 45.0] {
        let raw = jpeg_of_quality(&noise(300, 200), quality);
        for rendition in optimize(&raw, &Settings::default()).unwrap().renditions {
            assert!(rendition.bytes.len() <= raw.len(), "{quality}: {} > {}", rendition.bytes.len(), raw.len());
        }
    }
}

#[test]
fn a_thumbnail_has_no_more_bytes_than_a_wider_jpeg() {
    // a WebP does not cap the quality: only the size of the main rendition shows how coarse it is
    let photo = noise(500, 375);
    let raw = webp::Encoder::from_rgb(&photo.rgb, 500, 375).encode(60.0).to_vec();
    let optimized = optimize(&raw, &Settings { thumbnail_widths_px: vec![480, 240], ..Settings::default() }).unwrap();
    let jpegs = optimized.renditions.iter().filter(|rendition| rendition.format == Format::Jpeg);
    let bytes: Vec<usize> = jpegs.map(|rendition| rendition.bytes.len()).collect();
    assert!(bytes.len() == 3 && bytes.is_sorted_by(|wider, narrower| wider >= narrower), "{bytes:?}");
}

#[test]
fn a_sibling_that_is_not_smaller_than_its_jpeg_is_left_out() {
    for raw in [jpeg_of_quality(&noise(400, 300), 50.0), files::jpeg(&quarters(400, 300), &[])] {
        let settings = Settings { webp_quality: 100.0, avif: true, avif_quality: 100.0, ..Settings::default() };
        let optimized = optimize(&raw, &settings).unwrap();
        let mut jpeg_bytes = 0;
        for rendition in &optimized.renditions {
            match rendition.format {
                Format::Jpeg => jpeg_bytes = rendition.bytes.len(),
                _ => assert!(rendition.bytes.len() < jpeg_bytes, "{} {:?}", rendition.name, rendition.format),
            }
        }
    }
    let of_noise =
        optimize(&jpeg_of_quality(&noise(400, 300), 50.0), &Settings { webp_quality: 100.0, ..Settings::default() });
    assert_eq!(formats(&of_noise.unwrap(), "240"), [Format::Jpeg]);
}

#[test]
fn the_quality_and_the_widths_are_as_the_settings_say() {
    let raw = jpeg_of_quality(&noise(600, 400), 95.0);
    let bytes = |settings: Settings| {
        let optimized = optimize(&raw, &settings).unwrap();
        (optimized.width, optimized.renditions[0].bytes.len(), optimized.renditions.len())
    };
    let jpegs = || Settings { webp: false, ..Settings::default() };
    let (width, usual_bytes, count) = bytes(jpegs());
    assert_eq!((width, count), (600, 3));
    assert!(bytes(Settings { jpeg_quality: 50, ..jpegs() }).1 < usual_bytes);
    assert_eq!(bytes(Settings { max_width_px: 300, ..jpegs() }).0, 300);
    assert_eq!(bytes(Settings { thumbnail_widths_px: vec![599], ..jpegs() }).2, 2);
}
