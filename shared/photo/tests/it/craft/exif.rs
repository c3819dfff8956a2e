//! EXIF blocks: TIFF structures of directories, entries and values.

/// An entry's type: text, 16 bits, 32 bits, raw bytes.
const ASCII: u16 = 2;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const UNDEFINED: u16 = 7;

/// A big-endian TIFF structure with an orientation and every place where a camera puts more than that: maker, model,
/// artist, copyright, description, an EXIF directory with a maker note and a comment, a GPS directory, and a second
/// directory with a thumbnail. `secret` makes the text of a place from its name.
pub(crate) fn stuffed(orientation: u8, secret: impl Fn(&str) -> Vec<u8>) -> Vec<u8> {
    let mut block = b"MM\0*\0\0\0\x08".to_vec();
    let main = 8;
    let main_entries = 8;
    let exif = main + directory_bytes(main_entries);
    let gps = exif + directory_bytes(2);
    let thumbnail = gps + directory_bytes(2);
    let mut values = Values { at: thumbnail + directory_bytes(2), bytes: Vec::new() };
    let first = [
        values.entry(0x010E, ASCII, &secret("description")),
        values.entry(0x010F, ASCII, &secret("make")),
        values.entry(0x0110, ASCII, &secret("model")),
        short_entry(0x0112, u16::from(orientation)),
        values.entry(0x013B, ASCII, &secret("artist")),
        values.entry(0x8298, ASCII, &secret("copyright")),
        long_entry(0x8769, exif),
        long_entry(0x8825, gps),
    ];
    let second = [
        values.entry(0x927C, UNDEFINED, &secret("maker note")),
        values.entry(0x9286, UNDEFINED, &[b"ASCII\0\0\0".as_slice(), &secret("comment")].concat()),
    ];
    let third = [values.entry(0x0002, ASCII, &secret("latitude")), values.entry(0x001B, UNDEFINED, &secret("place"))];
    let picture = [b"\xFF\xD8\xFF\xFE\0\x20".as_slice(), &secret("thumbnail"), b"\xFF\xD9"].concat();
    let picture_at = values.put(&picture);
    let fourth = [long_entry(0x0201, picture_at), long_entry(0x0202, picture.len())];
    for (entries, next) in [(&first[..], thumbnail), (&second, 0), (&third, 0), (&fourth, 0)] {
        block.extend((entries.len() as u16).to_be_bytes());
        block.extend(entries.concat());
        block.extend((next as u32).to_be_bytes());
    }
    block.extend(values.bytes);
    block
}

fn directory_bytes(entries: usize) -> usize {
    2 + entries * 12 + 4
}

/// What does not fit into an entry, after the directories.
struct Values {
    at: usize,
    bytes: Vec<u8>,
}

impl Values {
    fn put(&mut self, value: &[u8]) -> usize {
        let at = self.at + self.bytes.len();
        self.bytes.extend(value);
        at
    }

    fn entry(&mut self, tag: u16, kind: u16, value: &[u8]) -> Vec<u8> {
        let at = self.put(value) as u32;
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &(value.len() as u32).to_be_bytes(), &at.to_be_bytes()].concat()
    }
}

fn short_entry(tag: u16, value: u16) -> Vec<u8> {
    [&tag.to_be_bytes()[..], &SHORT.to_be_bytes(), &1_u32.to_be_bytes(), &value.to_be_bytes(), &[0, 0]].concat()
}

fn long_entry(tag: u16, value: usize) -> Vec<u8> {
    [&tag.to_be_bytes()[..], &LONG.to_be_bytes(), &1_u32.to_be_bytes(), &(value as u32).to_be_bytes()].concat()
}
