//! The main paths on pictures made here.

use crate::files::{self, quarters};
use crate::look::assert_upright_quarters;
use crate::markers::assert_no_metadata;
use photo::{Format, Settings, optimize};

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
        assert_upright_quarters(&picture, &rendition.name);
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
fn the_same_bytes_give_the_same_renditions() {
    let raw = files::jpeg(&quarters(700, 500), &[]);
    let once = optimize(&raw, &Settings::default()).unwrap();
    let twice = optimize(&raw, &Settings::default()).unwrap();
    assert_eq!(once.thumbhash, twice.thumbhash);
    for (a, b) in once.renditions.iter().zip(&twice.renditions) {
        assert_eq!(a.bytes, b.bytes);
    }
}
