//! Pictures made here, good and bad, and a look for metadata in those that come back.

use mozjpeg::{ColorSpace, Compress, Marker};

/// A JPEG as a phone writes it: stored lying on its side (orientation 6) and with a place in its EXIF block.
pub(crate) fn phone_photo(stored_width: usize, stored_height: usize) -> Vec<u8> {
    let mut compress = Compress::new(ColorSpace::JCS_RGB);
    compress.set_size(stored_width, stored_height);
    compress.set_fastest_defaults();
    let mut started = compress.start_compress(Vec::new()).unwrap();
    started.write_marker(Marker::APP(1), &exif_with_place());
    let row = |y: usize| (0..stored_width).flat_map(move |x| [(x % 256) as u8, (y % 256) as u8, 90]);
    started.write_scanlines(&(0..stored_height).flat_map(row).collect::<Vec<_>>()).unwrap();
    started.finish().unwrap()
}

/// Orientation 6 and a GPS directory.
fn exif_with_place() -> Vec<u8> {
    let mut block = b"Exif\0\0MM\0*\0\0\0\x08\0\x02".to_vec();
    block.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]);
    block.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0x26]);
    block.extend([0; 4]);
    block.extend(b"\0\x01\0\x01\0\x02\0\0\0\x02N\0\0\0\0\0\0\0");
    block
}

/// The head of a PNG that claims 65,536 × 65,536 pixels, and a little of what should follow.
pub(crate) fn bomb() -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\x01\0\0\0\x01\0\0\x01\0\0\0\0".to_vec();
    file.extend(crc(&file[12..]).to_be_bytes());
    file.extend(b"\0\0\x10\0IDAT");
    file.extend([0; 2048]);
    file
}

/// CRC-32 as PNG wants it.
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

/// Whether a rendition holds anything but the picture: walks the structure, since any bytes may occur in a picture.
pub(crate) fn has_metadata(content_type: &str, file: &[u8]) -> bool {
    match content_type {
        "image/jpeg" => jpeg_markers(file).iter().any(|marker| matches!(marker, 0xE1..=0xEF | 0xFE)),
        // The plain lossy form is one chunk; there is room for metadata only in the extended one.
        _ => &file[12..16] != b"VP8 " || file.len() > 20 + 1 + u32_at(file, 16),
    }
}

/// The markers of a JPEG up to its first scan, and every marker between scans.
fn jpeg_markers(file: &[u8]) -> Vec<u8> {
    let (mut markers, mut at) = (Vec::new(), 2);
    while file[at + 1] != 0xD9 {
        markers.push(file[at + 1]);
        let is_scan = file[at + 1] == 0xDA;
        at += 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        while is_scan && !(file[at] == 0xFF && file[at + 1] != 0 && !(0xD0..=0xD7).contains(&file[at + 1])) {
            at += 1;
        }
    }
    markers
}

fn u32_at(file: &[u8], at: usize) -> usize {
    u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize
}

/// Width and height in the head of a JPEG.
pub(crate) fn jpeg_size(file: &[u8]) -> (u16, u16) {
    let mut at = 2;
    while !matches!(file[at + 1], 0xC0 | 0xC2) {
        at += 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
    }
    let number = |at: usize| u16::from_be_bytes([file[at], file[at + 1]]);
    (number(at + 7), number(at + 5))
}
