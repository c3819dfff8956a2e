//! Photos kept in the planes that they are stored in, against the same pixels taken through RGB; and how much memory the
//! whole process has at most.
#![allow(clippy::unwrap_used)]

#[cfg(target_os = "linux")]
#[path = "it/apart.rs"]
mod apart;
#[path = "it/files.rs"]
#[allow(dead_code, reason = "shared with the other tests")]
mod files;

use files::Picture;
use mozjpeg::{ColorSpace, Compress};
use photo::{Optimized, Settings, optimize};

fn only_main() -> Settings {
    Settings { thumbnail_widths_px: Vec::new(), jpeg_quality: 95, ..Settings::default() }
}

/// Bright enough from side to side that any turn shows, but soft in colour, however small: chroma is halved on the way out,
/// and what is compared is where things are and not how edges blur.
fn gradient(width: usize, height: usize) -> Picture {
    let color_span = |side: usize| (4 * side).min(60) as f64;
    let mut rgb = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let (x, y) = ((x as f64 + 0.5) / width as f64, (y as f64 + 0.5) / height as f64);
            let grey = 50.0 + 80.0 * x + 60.0 * y;
            let (red, blue) = (color_span(width) * (x - 0.5), color_span(height) * (y - 0.5));
            rgb.extend([grey + red, grey, grey + blue].map(|value| value as u8));
        }
    }
    Picture { width, height, rgb }
}

/// `sampling` are the factors of the three components, across and down.
fn subsampled(picture: &Picture, sampling: [(i32, i32); 3], orientation: u8, progressive: bool) -> Vec<u8> {
    let mut compress = Compress::new(ColorSpace::JCS_RGB);
    compress.set_size(picture.width, picture.height);
    compress.set_fastest_defaults();
    compress.set_quality(95.0);
    if progressive {
        compress.set_progressive_mode();
    }
    for (component, (across, down)) in compress.components_mut().iter_mut().zip(sampling) {
        (component.h_samp_factor, component.v_samp_factor) = (across, down);
    }
    let mut started = compress.start_compress(Vec::new()).unwrap();
    started.write_marker(mozjpeg::Marker::APP(1), &files::exif(orientation));
    started.write_scanlines(&picture.rgb).unwrap();
    started.finish().unwrap()
}

/// With bytes behind the picture, as moving photos have: a picture that is not reduced may have as many bytes as the file,
/// and of these tiny ones only a coarse one has. What is compared is where things are, not how coarse.
fn roomy(mut raw: Vec<u8>) -> Vec<u8> {
    raw.resize(raw.len() + 64 * 1024, 0);
    raw
}

const SAMPLINGS: [[(i32, i32); 3]; 5] = [
    [(1, 1), (1, 1), (1, 1)],
    [(2, 1), (1, 1), (1, 1)],
    [(1, 2), (1, 1), (1, 1)],
    [(2, 2), (1, 1), (1, 1)],
    [(4, 1), (1, 1), (1, 1)],
];

/// What an EXIF orientation asks for, pixel by pixel.
fn turned(picture: &Picture, orientation: u8) -> Picture {
    let (w, h) = (picture.width, picture.height);
    let (width, height) = if orientation > 4 { (h, w) } else { (w, h) };
    let mut rgb = Vec::with_capacity(picture.rgb.len());
    for y in 0..height {
        for x in 0..width {
            let (from_x, from_y) = match orientation {
                1 => (x, y),
                2 => (w - 1 - x, y),
                3 => (w - 1 - x, h - 1 - y),
                4 => (x, h - 1 - y),
                5 => (y, x),
                6 => (y, h - 1 - x),
                7 => (w - 1 - y, h - 1 - x),
                _ => (w - 1 - y, x),
            };
            rgb.extend(picture.at(from_x, from_y));
        }
    }
    Picture { width, height, rgb }
}

fn main_picture(optimized: &Optimized) -> Picture {
    files::main_picture(optimized)
}

#[test]
fn every_size_subsampling_and_orientation_comes_out_as_the_picture_that_went_in() {
    for (width, height) in [(1, 1), (2, 1), (1, 3), (5, 7), (16, 16), (17, 33), (40, 31), (63, 64)] {
        let picture = gradient(width, height);
        for sampling in SAMPLINGS {
            for orientation in 1..=8 {
                let raw = roomy(subsampled(&picture, sampling, orientation, false));
                let seen = main_picture(&optimize(&raw, &only_main()).unwrap());
                let difference = seen.difference(&turned(&files::decode_jpeg(&raw), orientation));
                assert!(difference < 2.0, "{width}×{height} {sampling:?} {orientation}: {difference}");
            }
        }
    }
}

#[test]
fn a_scaled_picture_keeps_its_place_under_every_subsampling_and_orientation() {
    let picture = gradient(401, 299);
    let settings = Settings { max_width_px: 151, ..only_main() };
    for sampling in SAMPLINGS {
        for orientation in 1..=8 {
            let raw = subsampled(&picture, sampling, orientation, false);
            let seen = main_picture(&optimize(&raw, &settings).unwrap());
            let upright =
                turned(&gradient(seen_size(&seen, orientation).0, seen_size(&seen, orientation).1), orientation);
            let difference = seen.difference(&upright);
            assert!(difference < 1.5, "{sampling:?} {orientation}: {difference}");
        }
    }
}

/// The size before turning.
fn seen_size(picture: &Picture, orientation: u8) -> (usize, usize) {
    if orientation > 4 { (picture.height, picture.width) } else { (picture.width, picture.height) }
}

fn large(width: usize, height: usize, progressive: bool) -> Vec<u8> {
    let picture = gradient(width, height);
    subsampled(&picture, SAMPLINGS[3], 1, progressive)
}

/// Of a process of its own, in megabytes of 1,048,576 bytes: program, file and the C libraries' share included.
#[cfg(target_os = "linux")]
fn assert_peak(name: &str, raw: &[u8], limit_mb: u64) {
    let outcome = apart::optimize_apart(name, raw);
    println!("{name}: {outcome:?}");
    assert_eq!(outcome.code, "accepted", "{name}: {}", outcome.reason);
    assert!(outcome.peak_mb <= limit_mb, "{name}: {outcome:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_photo_of_12_megapixels_needs_39_megabytes() {
    assert_peak("12 megapixels", &large(4000, 3000, false), 39);
}

#[test]
#[cfg(target_os = "linux")]
fn a_photo_of_48_megapixels_needs_64_megabytes_or_progressive_200() {
    for (name, progressive, limit_mb) in [("48 megapixels", false, 61), ("48 progressive megapixels", true, 190)] {
        assert_peak(name, &large(8000, 6000, progressive), limit_mb);
    }
}
