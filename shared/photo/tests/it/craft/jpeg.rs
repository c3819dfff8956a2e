//! JPEG marker segments.

pub(crate) const APP0: u8 = 0xE0;
pub(crate) const APP1: u8 = 0xE1;
pub(crate) const APP2: u8 = 0xE2;
pub(crate) const APP13: u8 = 0xED;
pub(crate) const APP14: u8 = 0xEE;
pub(crate) const COMMENT: u8 = 0xFE;
const START_OF_SCAN: u8 = 0xDA;

/// A marker and its data, at most 65,533 bytes.
pub(crate) fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker], &length[..], data].concat()
}

/// The file with more segments at its very front.
pub(crate) fn with_segments(file: &[u8], segments: &[Vec<u8>]) -> Vec<u8> {
    [&file[..2], &segments.concat(), &file[2..]].concat()
}

/// Where the segments before the first scan stand: marker, start and end.
pub(crate) fn segments(file: &[u8]) -> Vec<(u8, usize, usize)> {
    let mut found = Vec::new();
    let mut at = 2;
    while file[at + 1] != START_OF_SCAN {
        let end = at + 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        found.push((file[at + 1], at, end));
        at = end;
    }
    found.push((START_OF_SCAN, at, at + 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]))));
    found
}

/// The file without its segments of one kind.
pub(crate) fn without(file: &[u8], marker: u8) -> Vec<u8> {
    let mut rest = file.to_vec();
    for (found, start, end) in segments(file).into_iter().rev() {
        if found == marker {
            rest.drain(start..end);
        }
    }
    rest
}

/// The data of the first segment of one kind, to be changed.
pub(crate) fn data_of(file: &mut [u8], marker: u8) -> &mut [u8] {
    let (_, start, end) = segments(file).into_iter().find(|(found, ..)| *found == marker).unwrap();
    &mut file[start + 4..end]
}

/// A colour profile as APP2 segments, in pieces of at most `piece_bytes`.
pub(crate) fn icc(profile: &[u8], piece_bytes: usize) -> Vec<Vec<u8>> {
    let pieces: Vec<&[u8]> = profile.chunks(piece_bytes).collect();
    let count = u8::try_from(pieces.len()).unwrap();
    let numbered = pieces.into_iter().zip(1..=u8::MAX);
    numbered
        .map(|(piece, number)| segment(APP2, &[b"ICC_PROFILE\0".as_slice(), &[number, count], piece].concat()))
        .collect()
}
