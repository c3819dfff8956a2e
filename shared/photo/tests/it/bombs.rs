//! Files made to exhaust whoever reads them, each read in a process of its own with its memory and time counted.

use crate::apart::optimize_apart;
use crate::craft::png::{RGB, Storage};
use crate::craft::{jpeg, png, webp};
use crate::files::{self, quarters};

/// The program, the file and a little: nothing of the size that the file claims.
const SMALL_MB: u64 = 32;

const TRUE_COLOR: Storage = Storage { color: RGB, depth: 8, interlaced: false };

#[track_caller]
fn assert_ends(name: &str, raw: &[u8], codes: &[&str], peak_mb: u64) {
    let outcome = optimize_apart(name, raw);
    println!("{name}: {} in {} MB, of a file of {} kB", outcome.code, outcome.peak_mb, raw.len() / 1024);
    assert!(codes.contains(&outcome.code.as_str()), "{name}: {outcome:?}");
    assert!(outcome.code == "accepted" || outcome.reason.ends_with('.'), "{name}: a sentence: {outcome:?}");
    assert!(outcome.peak_mb <= peak_mb, "{name}: {outcome:?}");
}

/// A zlib stream of so many zeros, a hundred and sixtieth of their size: copies of the longest length, fixed codes.
fn zeros(mega: usize) -> Vec<u8> {
    const LONGEST: usize = 258;
    let copies = mega * 1024 * 1024 / LONGEST;
    let mut bits = Bits { bytes: vec![0x78, 0x01], filled: 0 };
    bits.push(0b011, 3); // the last block, with the fixed codes
    bits.push(0b0000_1100, 8); // the byte 0, from its high bit
    for _ in 0..copies {
        bits.push(0b1010_0011, 8); // 258 bytes
        bits.push(0, 5); // from one byte before
    }
    bits.push(0, 7); // the end
    let checksum = ((copies * LONGEST + 1) % 65_521) as u32;
    [bits.bytes, (checksum << 16 | 1).to_be_bytes().to_vec()].concat()
}

struct Bits {
    bytes: Vec<u8>,
    /// Of the last byte; none are filled before the first.
    filled: u32,
}

impl Bits {
    /// From the low bit on.
    fn push(&mut self, value: u32, count: u32) {
        for bit in 0..count {
            if self.filled.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= ((value >> bit & 1) << (self.filled % 8)) as u8;
            self.filled += 1;
        }
    }
}

#[test]
fn sizes_that_only_a_header_claims_take_no_memory() {
    let tiny = quarters(16, 16);
    for (name, mut raw, frame) in
        [("baseline", files::jpeg(&tiny, &[]), 0xC0), ("progressive", files::progressive_jpeg(&tiny), 0xC2)]
    {
        jpeg::data_of(&mut raw, frame)[1..5].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
        assert_ends(name, &raw, &["too_many_pixels"], SMALL_MB);
    }
    for side in [65_536, 0x7FFF_FFFF] {
        for interlaced in [false, true] {
            let header = png::header(side, side, Storage { interlaced, ..TRUE_COLOR });
            let raw = [b"\x89PNG\r\n\x1A\n".to_vec(), header, png::chunk(b"IDAT", &png::deflate(&[0; 999]))].concat();
            assert_ends("PNG", &raw, &["too_many_pixels"], SMALL_MB);
        }
    }
    let encoder = ::webp::Encoder::from_rgb(&tiny.rgb, 16, 16);
    let mut lossy = encoder.encode(80.0).to_vec();
    lossy[26..30].copy_from_slice(&[0xFF, 0x3F, 0xFF, 0x3F]);
    assert_ends("lossy WebP", &lossy, &["too_many_pixels"], SMALL_MB);
    let mut lossless = encoder.encode_lossless().to_vec();
    lossless[21..25].copy_from_slice(&[0xFE, 0xBF, 0xFF, 0x0F]);
    assert_ends("lossless WebP", &lossless, &["too_many_pixels"], SMALL_MB);
    for (side, code) in [(16_384, "too_many_pixels"), (65_535, "too_many_pixels"), (1 << 24, "corrupt")] {
        let raw = webp::file(&[webp::extended(0, side, side), webp::picture(&encoder.encode(80.0))]);
        assert_ends("extended WebP", &raw, &[code], SMALL_MB);
    }
}

#[test]
fn a_frame_that_is_larger_than_its_canvas_takes_no_memory() {
    let encoder = quarters(16, 16);
    let encoder = ::webp::Encoder::from_rgb(&encoder.rgb, 16, 16);
    for mut still in [encoder.encode(80.0).to_vec(), encoder.encode_lossless().to_vec()] {
        let (at, size): (_, &[u8]) =
            if &still[12..16] == b"VP8 " { (26, &[0xFF, 0x3F, 0xFF, 0x3F]) } else { (21, &[0xFE, 0xBF, 0xFF, 0x0F]) };
        still[at..at + 4].copy_from_slice(size);
        let frame = webp::frame((0, 0), (16, 16), &webp::picture(&still));
        let raw = webp::file(&[webp::extended(webp::ANIMATED, 16, 16), webp::animation([0; 4]), frame]);
        assert_ends("animated", &raw, &["too_many_pixels", "corrupt"], SMALL_MB);
        let raw = webp::file(&[webp::extended(0, 16, 16), webp::picture(&still)]);
        assert_ends("still", &raw, &["too_many_pixels", "corrupt"], SMALL_MB);
    }
}

#[test]
fn packed_text_is_unpacked_up_to_a_limit_and_refused_beyond_it() {
    let plain = files::png(16, 16, ::png::ColorType::Rgb, &[90; 768]);
    let bomb = zeros(1024);
    for (kind, start) in [(b"zTXt", &b"Comment\0\0"[..]), (b"iTXt", b"Comment\0\x01\0\0\0")] {
        let raw = png::with_chunks(&plain, b"IDAT", &[png::chunk(kind, &[start, &bomb].concat())]);
        assert_ends("packed text", &raw, &["packed_too_much"], SMALL_MB);
        let three_mega = png::chunk(kind, &[start, &zeros(3)].concat());
        let one = png::with_chunks(&plain, b"IDAT", std::slice::from_ref(&three_mega));
        assert_ends("a long text", &one, &["accepted"], SMALL_MB);
        let two = png::with_chunks(&plain, b"IDAT", &[three_mega.clone(), three_mega]);
        assert_ends("two long texts", &two, &["packed_too_much"], SMALL_MB);
    }
}

#[test]
fn a_packed_profile_is_unpacked_up_to_a_limit_and_refused_beyond_it() {
    let plain = files::png(16, 16, ::png::ColorType::Rgb, &[90; 768]);
    let raw = png::with_chunks(&plain, b"IDAT", &[png::chunk(b"iCCP", &[b"p\0\0".to_vec(), zeros(1024)].concat())]);
    assert_ends("one", &raw, &["packed_too_much"], SMALL_MB);
    let small = png::chunk(b"iCCP", &[b"p\0\0".to_vec(), zeros(20)].concat());
    assert_ends("many", &png::with_chunks(&plain, b"IDAT", &vec![small; 100]), &["packed_too_much"], SMALL_MB);
}

#[test]
fn rows_beyond_those_that_the_header_declares_are_not_kept() {
    for interlaced in [false, true] {
        let header = png::header(16, 16, Storage { interlaced, ..TRUE_COLOR });
        let picture = png::chunk(b"IDAT", &zeros(1024));
        let raw = [b"\x89PNG\r\n\x1A\n".to_vec(), header, picture, png::chunk(b"IEND", b"")].concat();
        assert_ends("endless rows", &raw, &["accepted", "corrupt"], SMALL_MB);
    }
}

#[test]
fn the_largest_profile_of_a_jpeg_is_not_joined() {
    let pieces = jpeg::icc(&vec![0x5A; 65_519 * 255], 65_519);
    assert_eq!(pieces.len(), 255);
    let raw = jpeg::with_segments(&files::jpeg(&quarters(16, 16), &[]), &pieces);
    // the file, and libjpeg's copy of its segments
    assert_ends("16 MB of profile", &raw, &["accepted"], SMALL_MB + 2 * 17);
}

#[test]
fn lengths_that_lie_are_not_believed() {
    let still = ::webp::Encoder::from_rgb(&quarters(16, 16).rgb, 16, 16).encode(80.0).to_vec();
    let lying = |kind: &[u8; 4], length: u32| [kind, &length.to_le_bytes()[..], &[7; 40]].concat();
    let flags = webp::EXIF | webp::ICC;
    for length in [0x7FFF_FFFF_u32, 0xFFFF_FFFE, 0xFFFF_FFFF, 1_000_000_000, 41] {
        for kind in [b"EXIF", b"ICCP", b"XMP ", b"ANMF", b"ALPH", b"MINE"] {
            let metadata = [webp::chunk(b"ICCP", b"icc"), webp::chunk(b"EXIF", b"exif")].concat();
            let (header, picture) = (webp::extended(flags, 16, 16), webp::picture(&still));
            for chunks in [
                [header.clone(), metadata.clone(), picture.clone(), lying(kind, length)],
                [header.clone(), lying(kind, length), picture, metadata],
            ] {
                assert_ends("a chunk", &webp::file(&chunks), &["accepted", "corrupt", "truncated"], SMALL_MB);
            }
        }
    }
    for length in [0, 4, 100, 0x7FFF_FFFF, 0xFFFF_FFFF_u32] {
        let mut raw = still.clone();
        raw[4..8].copy_from_slice(&length.to_le_bytes());
        assert_ends("the file", &raw, &["accepted", "corrupt", "truncated"], SMALL_MB);
    }
}

#[test]
fn frames_within_frames_do_not_use_up_the_stack() {
    let mut nested = Vec::new();
    let levels = 400_000_u32;
    for level in 0..levels {
        nested.extend(*b"ANMF");
        nested.extend(((levels - level) * 24 - 8).to_le_bytes());
        nested.extend([0; 16]);
    }
    let raw = webp::file(&[webp::extended(webp::ANIMATED, 16, 16), webp::animation([0; 4]), nested]);
    assert_ends("nested frames", &raw, &["corrupt", "truncated"], SMALL_MB + 10);
}

/// As few bytes as 64 megapixels of grey can have, in as many scans as that many may.
#[test]
fn a_large_picture_of_many_empty_scans_ends() {
    let mut raw = files::encode_jpeg(mozjpeg::ColorSpace::JCS_GRAYSCALE, 16, 16, &[90; 256], &[], true);
    jpeg::data_of(&mut raw, 0xC2)[1..5].copy_from_slice(&[0x1F, 0x40, 0x1F, 0x40]);
    let scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 63, 0x10, 0];
    let end = raw.len() - 2;
    let scans = raw.windows(2).filter(|pair| *pair == [0xFF, 0xDA]).count();
    let with = |more: usize| [&raw[..end], &scan.repeat(more), &[0xFF, 0xD9]].concat();
    assert_ends("the most scans", &with(20 - scans), &["corrupt"], 300);
    assert_ends("one more", &with(21 - scans), &["too_many_scans"], SMALL_MB);
}
