//! RIFF chunks of WebP files.

pub(crate) const ANIMATED: u8 = 0x02;
pub(crate) const XMP: u8 = 0x04;
pub(crate) const EXIF: u8 = 0x08;
pub(crate) const ALPHA: u8 = 0x10;
pub(crate) const ICC: u8 = 0x20;

/// Kind, length, data and the padding to an even length.
pub(crate) fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u32).to_le_bytes();
    let padding = &[0][..data.len() % 2];
    [kind, &length[..], data, padding].concat()
}

/// A whole file of these chunks.
pub(crate) fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = [b"WEBP".to_vec(), chunks.concat()].concat();
    [b"RIFF".to_vec(), (body.len() as u32).to_le_bytes().to_vec(), body].concat()
}

/// The header of the extended form: what there is (the flags above), and the size of the canvas.
pub(crate) fn extended(flags: u8, width: u32, height: u32) -> Vec<u8> {
    chunk(b"VP8X", &[&[flags, 0, 0, 0], &three_bytes(width - 1)[..], &three_bytes(height - 1)].concat())
}

/// The chunks of a file's picture, without its headers and metadata.
pub(crate) fn picture(file: &[u8]) -> Vec<u8> {
    let mut rest = &file[12..];
    let mut kept = Vec::new();
    while let Some((head, after)) = rest.split_first_chunk::<8>() {
        let length = u32::from_le_bytes(head[4..].try_into().unwrap()) as usize;
        if [b"VP8 ", b"VP8L", b"ALPH"].iter().any(|kind| head.starts_with(*kind)) {
            kept.extend(chunk(head[..4].try_into().unwrap(), &after[..length]));
        }
        rest = &after[length + length % 2..];
    }
    kept
}

/// Background colour (which browsers ignore) and endless repetition.
pub(crate) fn animation(background_bgra: [u8; 4]) -> Vec<u8> {
    chunk(b"ANIM", &[&background_bgra[..], &[0, 0]].concat())
}

/// A frame at an even place of the canvas, shown for 100 ms, put over what is there.
pub(crate) fn frame((x, y): (u32, u32), (width, height): (u32, u32), picture: &[u8]) -> Vec<u8> {
    let numbers = [x / 2, y / 2, width - 1, height - 1, 100].map(three_bytes).concat();
    chunk(b"ANMF", &[&numbers[..], &[0], picture].concat())
}

fn three_bytes(number: u32) -> [u8; 3] {
    let [a, b, c, _] = number.to_le_bytes();
    [a, b, c]
}
