//! Walks the structure of the written files: whatever is not needed to draw the picture is metadata.

// said in full, for the fuzz target that borrows this file
#[path = "markers/avif.rs"]
mod avif;

use photo::Format;

/// Fails on any marker, chunk or box of a rendition that could carry metadata, and on bytes after the end.
#[track_caller]
pub(crate) fn assert_no_metadata(format: Format, file: &[u8]) {
    match format.content_type() {
        "image/jpeg" => walk_jpeg(file),
        "image/webp" => walk_webp(file),
        "image/avif" => avif::walk(file),
        other => panic!("renditions are never {other}"),
    }
}

fn walk_jpeg(file: &[u8]) {
    assert_eq!(file[..2], [0xFF, 0xD8]);
    let mut at = 2;
    loop {
        assert_eq!(file[at], 0xFF, "a marker at {at}");
        let marker = file[at + 1];
        if marker == 0xD9 {
            assert_eq!(at + 2, file.len(), "nothing after the end");
            return;
        }
        let length = usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        let payload = &file[at + 4..at + 2 + length];
        match marker {
            0xE0 => assert!(payload.starts_with(b"JFIF\0") && payload.len() == 14, "JFIF without a thumbnail"),
            0xC0 | 0xC2 | 0xC4 | 0xDB | 0xDA | 0xDD => {}
            other => panic!("marker {other:02X} has no place in a rendition"),
        }
        at += 2 + length;
        if marker == 0xDA {
            while !(file[at] == 0xFF && file[at + 1] != 0 && !(0xD0..=0xD7).contains(&file[at + 1])) {
                at += 1;
            }
        }
    }
}

fn walk_webp(file: &[u8]) {
    assert_eq!((&file[..4], &file[8..12]), (&b"RIFF"[..], &b"WEBP"[..]));
    assert_eq!(u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize + 8, file.len());
    assert_eq!(&file[12..16], b"VP8 ", "the plain lossy form has no room for metadata");
    let length = u32::from_le_bytes(file[16..20].try_into().unwrap()) as usize;
    assert_eq!(20 + length + length % 2, file.len(), "one chunk and nothing after it");
}

/// Width and height as the container says them.
pub(crate) fn avif_size(file: &[u8]) -> (u32, u32) {
    let at = file.windows(4).position(|name| name == b"ispe").unwrap() + 8;
    let number = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().unwrap());
    (number(at), number(at + 4))
}
