//! Which files come out, and how large they may be.

use crate::files::{self, quarters};
use crate::markers::{assert_no_metadata, avif_size};
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
