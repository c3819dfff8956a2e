//! What the fuzz targets start from: small files of every kind. `make fuzz` runs this test, and takes what it leaves.

use crate::craft::png::{GREY, GREY_ALPHA, INDEXED, RGB, RGBA, Storage};
use crate::craft::{exif, jpeg, png, webp};
use crate::files;
use photo::{Settings, optimize};
use std::path::Path;

#[test]
fn every_seed_of_the_fuzz_targets_is_a_photo() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("seeds");
    std::fs::create_dir_all(&folder).unwrap();
    for (number, block) in blocks().iter().enumerate() {
        std::fs::write(folder.join(format!("exif-{number}")), block).unwrap();
    }
    for (name, files) in [("jpeg", jpegs()), ("png", pngs()), ("webp", webps())] {
        for (number, file) in files.iter().enumerate() {
            std::fs::write(folder.join(format!("{name}-{number}")), file).unwrap();
            let answer = optimize(file, &Settings::default());
            assert!(answer.is_ok(), "{name}-{number}: {:?}", answer.err());
        }
    }
}

fn blocks() -> Vec<Vec<u8>> {
    (1..=8).flat_map(|orientation| [files::exif(orientation), exif::stuffed(orientation, |_| vec![7; 5])]).collect()
}

fn jpegs() -> Vec<Vec<u8>> {
    let picture = files::quarters(40, 24);
    let plain = files::jpeg(&picture, &[]);
    let grey = files::encode_jpeg(mozjpeg::ColorSpace::JCS_GRAYSCALE, 40, 24, &[90; 960], &[], true);
    let cmyk = files::encode_jpeg(mozjpeg::ColorSpace::JCS_CMYK, 24, 16, &[90; 1536], &[], false);
    let large = files::jpeg(&files::quarters(500, 300), &[]);
    let profile = jpeg::with_segments(&plain, &jpeg::icc(&[7; 200], 100));
    let turned = jpeg::with_segments(&plain, &[jpeg::segment(jpeg::APP1, &files::exif(6))]);
    vec![plain, files::progressive_jpeg(&picture), grey, cmyk, large, profile, turned]
}

fn pngs() -> Vec<Vec<u8>> {
    let mut made = Vec::new();
    for (color, channels, depths) in [
        (GREY, 1, &[1, 2, 4, 8, 16][..]),
        (RGB, 3, &[8, 16]),
        (INDEXED, 1, &[1, 4, 8]),
        (GREY_ALPHA, 2, &[8, 16]),
        (RGBA, 4, &[8, 16]),
    ] {
        for &depth in depths {
            for interlaced in [false, true] {
                let palette = [png::chunk(b"PLTE", &[9, 90, 190, 200, 100, 0]), png::chunk(b"tRNS", &[99])];
                let more = if color == INDEXED { &palette[..] } else { &[] };
                let storage = Storage { color, depth, interlaced };
                made.push(png::picture((13, 9), storage, more, |x, y| vec![((x + y) % 2) as u16; channels]));
            }
        }
    }
    let picture = files::quarters(300, 40);
    let large = files::png(300, 40, ::png::ColorType::Rgb, &picture.rgb);
    let turned = png::chunk(b"eXIf", &files::exif(8)[6..]);
    let colors = [png::chunk(b"gAMA", &100_000_u32.to_be_bytes()), png::chunk(b"cICP", &[12, 13, 0, 1])];
    let profile = png::chunk(b"iCCP", &[b"p\0\0".to_vec(), png::deflate(&[7; 300])].concat());
    made.push(png::with_chunks(&large, b"IDAT", &[turned, colors.concat()]));
    made.push(png::with_chunks(&large, b"IEND", &[profile]));
    made
}

fn webps() -> Vec<Vec<u8>> {
    let picture = files::quarters(40, 24);
    let rgba: Vec<u8> = picture.rgb.chunks(3).flat_map(|p| [p[0], p[1], p[2], p[2]]).collect();
    let opaque = ::webp::Encoder::from_rgb(&picture.rgb, 40, 24);
    let alpha = ::webp::Encoder::from_rgba(&rgba, 40, 24);
    let mut made: Vec<Vec<u8>> =
        [opaque.encode(80.0), opaque.encode_lossless(), alpha.encode(80.0), alpha.encode_lossless()]
            .map(|file| file.to_vec())
            .into();
    for still in made.clone() {
        let parts = webp::picture(&still);
        let exif = webp::chunk(b"EXIF", &files::exif(5));
        made.push(webp::file(&[
            webp::extended(webp::EXIF | webp::ICC, 40, 24),
            webp::chunk(b"ICCP", &[7; 99]),
            parts.clone(),
            exif,
        ]));
        let frame = webp::frame((2, 4), (40, 24), &parts);
        made.push(webp::file(&[webp::extended(webp::ANIMATED, 50, 30), webp::animation([0; 4]), frame.clone(), frame]));
    }
    made
}
