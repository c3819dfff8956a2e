//! PNG chunks and pictures of every colour type.

/// Length, kind, data and checksum.
pub(crate) fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [kind, data].concat();
    let length = (data.len() as u32).to_be_bytes();
    [&length[..], &named, &crc32fast::hash(&named).to_be_bytes()].concat()
}

pub(crate) fn deflate(data: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(data, 6)
}

/// The file with more chunks before the first chunk of this kind.
pub(crate) fn with_chunks(file: &[u8], before: &[u8; 4], chunks: &[Vec<u8>]) -> Vec<u8> {
    let at = file.windows(4).position(|kind| kind == before).unwrap() - 4;
    [&file[..at], &chunks.concat(), &file[at..]].concat()
}

/// How a picture is stored: the colour type's number, bits a sample, and whether it arrives in seven passes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Storage {
    pub(crate) color: u8,
    pub(crate) depth: u8,
    pub(crate) interlaced: bool,
}

pub(crate) const GREY: u8 = 0;
pub(crate) const RGB: u8 = 2;
pub(crate) const INDEXED: u8 = 3;
pub(crate) const GREY_ALPHA: u8 = 4;
pub(crate) const RGBA: u8 = 6;

/// A whole file. `more` are chunks between the header and the picture, `samples` those of the pixel at a place.
pub(crate) fn picture(
    (width, height): (u32, u32),
    storage: Storage,
    more: &[Vec<u8>],
    samples: impl Fn(u32, u32) -> Vec<u16>,
) -> Vec<u8> {
    // first column, first row, columns apart, rows apart
    const PASSES: [(u32, u32, usize, usize); 7] =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
    let passes = if storage.interlaced { &PASSES[..] } else { &[(0, 0, 1, 1)] };
    let mut rows = Vec::new();
    for &(left, top, right, down) in passes {
        for y in (top..height).step_by(down) {
            let row: Vec<u16> = (left..width).step_by(right).flat_map(|x| samples(x, y)).collect();
            if !row.is_empty() {
                rows.push(0); // filter: none
                rows.extend(pack(&row, storage.depth));
            }
        }
    }
    let mut file = b"\x89PNG\r\n\x1A\n".to_vec();
    file.extend(header(width, height, storage));
    file.extend(more.concat());
    file.extend(chunk(b"IDAT", &deflate(&rows)));
    file.extend(chunk(b"IEND", &[]));
    file
}

pub(crate) fn header(width: u32, height: u32, storage: Storage) -> Vec<u8> {
    let kind = [storage.depth, storage.color, 0, 0, u8::from(storage.interlaced)];
    chunk(b"IHDR", &[&width.to_be_bytes()[..], &height.to_be_bytes(), &kind].concat())
}

/// Samples from the high bits down, rows to whole bytes.
fn pack(samples: &[u16], depth: u8) -> Vec<u8> {
    match depth {
        16 => samples.iter().flat_map(|sample| sample.to_be_bytes()).collect(),
        8 => samples.iter().map(|&sample| sample as u8).collect(),
        bits => samples
            .chunks(8 / usize::from(bits))
            .map(|byte| {
                let filled = byte.iter().fold(0, |byte, &sample| byte << bits | sample as u8);
                filled << (usize::from(bits) * (8 / usize::from(bits) - byte.len()))
            })
            .collect(),
    }
}
