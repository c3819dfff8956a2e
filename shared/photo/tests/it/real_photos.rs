//! Files of real cameras and of other people's test suites.

use crate::files::{self, real};
use crate::markers::assert_no_metadata;
use photo::{Format, Optimized, Settings, optimize};

fn optimized(raw: &[u8]) -> Optimized {
    let optimized = optimize(raw, &Settings::default()).unwrap();
    for rendition in &optimized.renditions {
        assert_no_metadata(rendition.format, &rendition.bytes);
    }
    optimized
}

#[test]
fn a_photo_with_orientation_6_and_gps_comes_out_upright_and_without_metadata() {
    let Some(raw) = real("camera-3mp-orientation6-gps.jpg") else {
        return;
    };
    let optimized = optimized(&raw);
    assert_eq!((optimized.width, optimized.height), (1536, 2048));
    let thumbnail = &optimized.renditions[2];
    assert_eq!((thumbnail.name.as_str(), thumbnail.width, thumbnail.height), ("960", 960, 1280));
}

#[test]
fn phone_photos_become_1920_pixels_wide() {
    for (name, height) in [("phone-12mp.jpg", 1440), ("phone-9mp-gps.jpg", 823), ("phone-8mp-gps.jpg", 1440)] {
        let Some(raw) = real(name) else { return };
        let optimized = optimized(&raw);
        assert_eq!((optimized.width, optimized.height), (1920, height), "{name}");
        assert!(optimized.renditions.iter().all(|rendition| rendition.bytes.len() < raw.len() / 2));
    }
}

#[test]
fn the_twelve_megapixel_photo_keeps_its_agreed_size_in_bytes() {
    let Some(raw) = real("phone-12mp.jpg") else { return };
    let bytes = optimized(&raw).renditions[0].bytes.len();
    assert!((460_000..=500_000).contains(&bytes), "{bytes}");
}

#[test]
fn the_eight_orientations_of_one_picture_look_alike() {
    let Some(first) = real("orientation/landscape-1.jpg") else {
        return;
    };
    let expected = files::main_picture(&optimized(&first));
    for number in 2..=8 {
        let Some(raw) = real(&format!("orientation/landscape-{number}.jpg")) else {
            return;
        };
        let picture = files::main_picture(&optimized(&raw));
        assert_eq!((picture.width, picture.height), (1800, 1200));
        // each file was encoded anew, and its labels differ
        let difference = picture.difference(&expected);
        assert!(difference < 6.0, "landscape-{number} differs by {difference}");
    }
}

#[test]
fn unusual_but_valid_files_are_read() {
    for (name, format, size) in [
        ("cmyk-icc.jpg", Format::Jpeg, (500, 333)),
        ("rgb-16bit.png", Format::Png, (900, 600)),
        ("alpha.png", Format::Png, (1024, 768)),
        ("alpha.webp", Format::Webp, (300, 300)),
        ("opaque.webp", Format::Webp, (1024, 772)),
    ] {
        let Some(raw) = real(name) else { return };
        let optimized = optimized(&raw);
        assert_eq!((optimized.format, optimized.width, optimized.height), (format, size.0, size.1), "{name}");
    }
}

#[test]
fn the_bomb_is_refused_from_its_header() {
    let Some(raw) = real("bomb-65536x65536.png") else {
        return;
    };
    let rejection = optimize(&raw, &Settings::default()).unwrap_err();
    assert_eq!(rejection.code, "too_many_pixels");
    assert!(rejection.reason.contains("65536 × 65536") && rejection.reason.contains("64 megapixels"));
    // a header is enough to be refused by
    assert_eq!(optimize(&raw[..64], &Settings::default()).unwrap_err().code, "too_many_pixels");
}

#[test]
fn files_cut_off_half_way_are_truncated() {
    for name in ["truncated.jpg", "truncated.png"] {
        let Some(raw) = real(name) else { return };
        assert_eq!(optimize(&raw, &Settings::default()).unwrap_err().code, "truncated", "{name}");
    }
}

#[test]
fn a_real_file_cut_anywhere_is_truncated() {
    for name in
        ["cmyk-icc.jpg", "camera-3mp-orientation6-gps.jpg", "alpha.png", "rgb-16bit.png", "alpha.webp", "opaque.webp"]
    {
        let Some(raw) = real(name) else { return };
        let cuts = (1..12).map(|part| raw.len() * part / 12).chain(1..=4).chain([raw.len() - 12]);
        let ends = cuts.map(|cut| raw.len() - cut).filter(|&end| end >= 64);
        for end in ends {
            let rejection = optimize(&raw[..end], &Settings::default()).expect_err(name);
            assert_eq!(rejection.code, "truncated", "{name} cut to {end} of {}", raw.len());
        }
    }
}
