//! Every colour type, depth and order of rows that a PNG has, and the chunks that say how it looks.

use crate::craft::png::{GREY, GREY_ALPHA, INDEXED, RGB, RGBA, Storage, chunk, deflate, picture, with_chunks};
use crate::files::{self, quarters};
use crate::look::{QUARTERS, assert_quarters, assert_upright_quarters, near, published, within};

const SIZE: (u32, u32) = (61, 43);

fn quarter(x: u32, y: u32) -> usize {
    usize::from(x * 2 >= SIZE.0) + 2 * usize::from(y * 2 >= SIZE.1)
}

/// An 8-bit value at another depth; exact for what the tests ask.
fn at_depth(value: u8, depth: u8) -> u16 {
    match depth {
        16 => u16::from(value) * 257,
        depth => (u32::from(value) * ((1 << depth) - 1) / 255) as u16,
    }
}

fn storages(color: u8, depths: &[u8]) -> impl Iterator<Item = Storage> {
    let both = |&depth| [false, true].map(|interlaced| Storage { color, depth, interlaced });
    depths.iter().flat_map(both).collect::<Vec<_>>().into_iter()
}

#[test]
fn rgb_is_read_at_both_depths_in_rows_and_in_passes() {
    for storage in storages(RGB, &[8, 16]) {
        let raw =
            picture(SIZE, storage, &[], |x, y| QUARTERS[quarter(x, y)].map(|v| at_depth(v, storage.depth)).to_vec());
        assert_upright_quarters(&published(&raw), &format!("{storage:?}"));
    }
}

#[test]
fn rgba_is_put_on_white() {
    for storage in storages(RGBA, &[8, 16]) {
        let raw = picture(SIZE, storage, &[], |x, y| {
            let [r, g, b] = QUARTERS[quarter(x, y)];
            let alpha = [255, 0, 128, 255][quarter(x, y)];
            [r, g, b, alpha].map(|v| at_depth(v, storage.depth)).to_vec()
        });
        let expected = [QUARTERS[0], [255; 3], [137, 137, 238], QUARTERS[3]];
        assert_quarters(&published(&raw), expected, &format!("{storage:?}"));
    }
}

#[test]
fn grey_is_read_at_every_depth() {
    for storage in storages(GREY, &[1, 2, 4, 8, 16]) {
        let greys = [0, 255, 255, 0];
        let raw = picture(SIZE, storage, &[], |x, y| vec![at_depth(greys[quarter(x, y)], storage.depth)]);
        assert_quarters(&published(&raw), greys.map(|grey| [grey; 3]), &format!("{storage:?}"));
    }
}

#[test]
fn grey_with_alpha_is_put_on_white() {
    for storage in storages(GREY_ALPHA, &[8, 16]) {
        let raw = picture(SIZE, storage, &[], |x, y| {
            let alpha = [255, 0, 128, 255][quarter(x, y)];
            vec![at_depth(60, storage.depth), at_depth(alpha, storage.depth)]
        });
        assert_quarters(&published(&raw), [[60; 3], [255; 3], [157; 3], [60; 3]], &format!("{storage:?}"));
    }
}

#[test]
fn a_palette_is_read_at_every_depth_with_and_without_transparency() {
    for storage in storages(INDEXED, &[1, 2, 4, 8]) {
        let colors = if storage.depth == 1 { 2 } else { 4 };
        let palette = chunk(b"PLTE", &QUARTERS[..colors].concat());
        let index = |x, y| vec![(quarter(x, y) % colors) as u16];
        let expected = [0, 1, 2 % colors, 3 % colors].map(|index| QUARTERS[index]);
        let raw = picture(SIZE, storage, std::slice::from_ref(&palette), index);
        assert_quarters(&published(&raw), expected, &format!("{storage:?}"));
        // the first colour is clear, those after the second have no entry and stay opaque
        let raw = picture(SIZE, storage, &[palette, chunk(b"tRNS", &[0, 255])], index);
        let clear = [0, 1, 2 % colors, 3 % colors].map(|index| if index == 0 { [255; 3] } else { QUARTERS[index] });
        assert_quarters(&published(&raw), clear, &format!("{storage:?} with tRNS"));
    }
}

#[test]
fn one_colour_of_grey_and_rgb_may_be_declared_clear() {
    for depth in [8, 16] {
        let clear = QUARTERS[1].map(|v| at_depth(v, depth).to_be_bytes()).concat();
        let storage = Storage { color: RGB, depth, interlaced: false };
        let raw = picture(SIZE, storage, &[chunk(b"tRNS", &clear)], |x, y| {
            QUARTERS[quarter(x, y)].map(|v| at_depth(v, depth)).to_vec()
        });
        let expected = [QUARTERS[0], [255; 3], QUARTERS[2], QUARTERS[3]];
        assert_quarters(&published(&raw), expected, &format!("{depth} bits"));
    }
    let storage = Storage { color: GREY, depth: 8, interlaced: true };
    let raw = picture(SIZE, storage, &[chunk(b"tRNS", &[0, 60])], |x, y| vec![[60, 90, 60, 90][quarter(x, y)]]);
    assert_quarters(&published(&raw), [[255; 3], [90; 3], [255; 3], [90; 3]], "grey");
}

#[test]
fn pictures_smaller_than_the_seven_passes_are_read() {
    for (width, height) in [(1, 1), (2, 1), (1, 2), (3, 3), (4, 5), (5, 9), (9, 2)] {
        let storage = Storage { color: RGB, depth: 8, interlaced: true };
        let seen = published(&picture((width, height), storage, &[], |_, _| vec![200, 100, 50]));
        assert_eq!((seen.width as u32, seen.height as u32), (width, height));
        assert!(near(seen.at(seen.width - 1, seen.height - 1), [200, 100, 50]));
    }
}

fn flat(color: [u16; 3], chunks: &[Vec<u8>]) -> Vec<u8> {
    picture((32, 32), Storage { color: RGB, depth: 8, interlaced: false }, chunks, |_, _| color.to_vec())
}

fn gamma(scaled: u32) -> Vec<u8> {
    chunk(b"gAMA", &scaled.to_be_bytes())
}

fn chromaticities(xy: [u32; 8]) -> Vec<u8> {
    chunk(b"cHRM", &xy.map(u32::to_be_bytes).concat())
}

const SRGB_PRIMARIES: [u32; 8] = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000];
const P3_PRIMARIES: [u32; 8] = [31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000];

#[test]
fn gamma_and_chromaticities_count_where_there_is_neither_srgb_nor_icc() {
    let color = [150, 100, 80];
    let same = [150, 100, 80];
    // Display P3 (150, 100, 80) in sRGB, by the matrices of CSS Color 4
    let from_p3 = [159, 97, 76];
    // a linear 0.5 is sRGB 188: by the curve of IEC 61966-2-1
    let linear = [(150.0_f64 / 255.0), 100.0 / 255.0, 80.0 / 255.0]
        .map(|v| ((1.055 * v.powf(1.0 / 2.4) - 0.055) * 255.0).round() as u8);
    let srgb = chunk(b"sRGB", &[0]);
    for (name, chunks, expected) in [
        ("sRGB as it was written before", vec![gamma(45_455), chromaticities(SRGB_PRIMARIES)], same),
        ("a gamma of 2.2", vec![gamma(45_455)], same),
        ("linear", vec![gamma(100_000)], linear),
        ("linear, but sRGB says otherwise", vec![gamma(100_000), srgb.clone()], same),
        ("P3 primaries", vec![gamma(45_455), chromaticities(P3_PRIMARIES)], from_p3),
        ("P3 primaries alone", vec![chromaticities(P3_PRIMARIES)], from_p3),
        ("P3 primaries, but sRGB says otherwise", vec![chromaticities(P3_PRIMARIES), srgb], same),
        ("an impossible gamma", vec![gamma(0)], same),
        ("another", vec![gamma(u32::MAX)], same),
        ("impossible primaries", vec![chromaticities([0; 8])], same),
        ("others", vec![chromaticities([u32::MAX; 8])], same),
        ("Display P3 by code points", vec![chunk(b"cICP", &[12, 13, 0, 1])], from_p3),
        ("high dynamic range", vec![chunk(b"cICP", &[9, 16, 0, 1])], same),
        ("unknown code points", vec![chunk(b"cICP", &[200, 13, 0, 1])], same),
    ] {
        let seen = published(&flat(color, &chunks)).at(16, 16);
        assert!(within(seen, expected, 4), "{name}: {seen:?} is not {expected:?}");
    }
}

#[test]
fn an_animated_png_shows_its_still_picture() {
    let numbers = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<_>>();
    let control =
        |sequence: u32| chunk(b"fcTL", &[numbers(&[sequence, 61, 43, 0, 0]), vec![0, 1, 0, 10, 0, 0]].concat());
    let red = |_, _| vec![230, 20, 20];
    let green_rows = [vec![0], [20, 200, 20].repeat(61)].concat().repeat(43);
    let green = |sequence: u32| chunk(b"fdAT", &[numbers(&[sequence]), deflate(&green_rows)].concat());
    let frames = |count: u32| chunk(b"acTL", &numbers(&[count, 0]));
    let storage = Storage { color: RGB, depth: 8, interlaced: false };
    let first_is_still = picture(SIZE, storage, &[frames(2), control(0)], red);
    let raw = with_chunks(&first_is_still, b"IEND", &[control(1), green(2)]);
    assert!(near(published(&raw).at(30, 20), [230, 20, 20]), "the still picture is the first frame");
    // without a frame control before it, it is what programs show that do not animate
    let still_apart = picture(SIZE, storage, &[frames(1)], red);
    let raw = with_chunks(&still_apart, b"IEND", &[control(0), green(1)]);
    assert!(near(published(&raw).at(30, 20), [230, 20, 20]), "the still picture is no frame");
}

#[test]
fn a_large_png_is_reduced_while_reading_and_looks_the_same() {
    let picture = quarters(5000, 1001);
    let raw = files::png(5000, 1001, png::ColorType::Rgb, &picture.rgb);
    let settings = photo::Settings { max_width_px: 500, ..Default::default() };
    let optimized = photo::optimize(&raw, &settings).unwrap();
    assert_eq!((optimized.width, optimized.height), (500, 100));
    assert!(files::main_picture(&optimized).difference(&quarters(500, 100)) < 2.0);
}

#[test]
fn chunks_of_every_kind_do_not_disturb() {
    let plain = files::png(64, 48, png::ColorType::Rgb, &quarters(64, 48).rgb);
    let expected = published(&plain).rgb;
    let text = chunk(b"tEXt", b"Comment\0hello");
    let packed = chunk(b"zTXt", &[b"Comment\0\0".to_vec(), deflate(&[b'x'; 1000])].concat());
    let private = [chunk(b"prVt", &[7; 300]), chunk(b"vpAg", &[0; 9]), chunk(b"tIME", &[7, 234, 1, 1, 0, 0, 0])];
    let raw = with_chunks(&plain, b"IDAT", &[&[text.clone(), packed][..], &private].concat());
    assert_eq!(published(&raw).rgb, expected, "before the picture");
    assert_eq!(published(&with_chunks(&plain, b"IEND", &[text])).rgb, expected, "after it");
    assert_eq!(published(&[plain, b"PK\x03\x04".to_vec()].concat()).rgb, expected, "after the end");
}
