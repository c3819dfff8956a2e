//! The whole way from raw bytes to renditions: no panic leaves, and what is published is sound.
#![no_main]

#[path = "../../../shared/photo/tests/it/markers.rs"]
mod markers;

use libfuzzer_sys::fuzz_target;
use photo::{Settings, optimize};

fuzz_target!(|raw: &[u8]| {
    let settings =
        Settings { max_width_px: 120, max_pixels: 300_000, thumbnail_widths_px: vec![60], ..Settings::default() };
    match optimize(raw, &settings) {
        Ok(optimized) => {
            assert!((1..=settings.max_width_px).contains(&optimized.width) && optimized.height >= 1);
            assert!((5..=25).contains(&optimized.thumbhash.len()));
            assert!(!optimized.renditions.is_empty());
            for rendition in &optimized.renditions {
                assert!(rendition.width >= 1 && rendition.width <= optimized.width && rendition.height >= 1);
                markers::assert_no_metadata(rendition.format, &rendition.bytes);
            }
        }
        Err(rejection) => assert!(rejection.reason.ends_with('.'), "{rejection:?}"),
    }
});
