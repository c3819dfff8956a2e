//! AVIF: boxes of ISO-BMFF around the units of an AV1 bitstream.

/// The boxes that a still picture without alpha needs, by the box they stand in.
const NEEDED: [(&str, &[&str]); 5] = [
    ("", &["ftyp", "meta", "mdat"]),
    ("meta", &["hdlr", "pitm", "iloc", "iinf", "iprp"]),
    ("iinf", &["infe"]),
    ("iprp", &["ipco", "ipma"]),
    ("ipco", &["ispe", "pixi", "av1C", "colr"]),
];

/// Fails on any box, item or unit that is not needed to draw the picture.
pub(super) fn walk(file: &[u8]) {
    assert_eq!(&file[4..12], b"ftypavif");
    walk_boxes("", file);
}

fn walk_boxes(parent: &str, mut bytes: &[u8]) {
    let (_, needed) = NEEDED.iter().find(|(name, _)| *name == parent).unwrap();
    while !bytes.is_empty() {
        let length = u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize;
        let name = std::str::from_utf8(&bytes[4..8]).unwrap_or("?");
        assert!(needed.contains(&name), "box {name} has no place in {parent:?} of a rendition");
        assert!((8..=bytes.len()).contains(&length), "box {name} says how long it is");
        check_box(name, &bytes[8..length]);
        bytes = &bytes[length..];
    }
}

fn check_box(name: &str, payload: &[u8]) {
    // full boxes begin with a version and flags
    const FULL: usize = 4;
    match name {
        "ftyp" => assert!(payload.len().is_multiple_of(4) && payload.len() <= 40, "a list of brands"),
        "meta" => walk_boxes(name, &payload[FULL..]),
        "iinf" => walk_boxes(name, &payload[FULL + 2..]),
        "iprp" | "ipco" => walk_boxes(name, payload),
        // "pict", and what may follow is the name of the program
        "hdlr" => {
            assert_eq!(&payload[8..12], b"pict");
            assert!(payload[12..].iter().all(|&byte| byte == 0), "the handler has no name");
        }
        // the id and protection are followed by the type and the name of the item
        "infe" => {
            assert_eq!(&payload[FULL + 4..FULL + 8], b"av01", "the picture is the only kind of item");
            assert!(payload[FULL + 8..].iter().all(|&byte| byte == 0), "the item has no name");
        }
        "colr" => assert!(payload.starts_with(b"nclx") && payload.len() == 11, "code points, not a profile"),
        "av1C" => walk_units(&payload[4..]),
        "mdat" => walk_units(payload),
        "pitm" | "iloc" | "ipma" | "ispe" | "pixi" => assert!(payload.len() <= 64, "{name} is short"),
        other => panic!("{other}"),
    }
}

/// Sequence header, temporal delimiter, frame header, tile group and frame; not metadata (5) or padding (15).
fn walk_units(mut bytes: &[u8]) {
    while let [header, rest @ ..] = bytes {
        let kind = header >> 3 & 15;
        assert!(matches!(kind, 1..=4 | 6), "unit {kind} has no place in a rendition");
        assert!(header & 2 != 0, "the unit says how long it is");
        let rest = &rest[usize::from(header >> 2 & 1)..];
        let (length, digits) = leb128(rest);
        bytes = &rest[digits + length..];
    }
}

/// A little-endian number of seven bits a byte, and how many bytes it takes.
fn leb128(bytes: &[u8]) -> (usize, usize) {
    let digits = bytes.iter().take_while(|&&byte| byte & 0x80 != 0).count() + 1;
    let value = bytes[..digits].iter().rev().fold(0, |value, &byte| value << 7 | usize::from(byte & 0x7F));
    (value, digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(name: &str, payload: &[u8]) -> Vec<u8> {
        [&(payload.len() as u32 + 8).to_be_bytes()[..], name.as_bytes(), payload].concat()
    }

    fn file(item: &[u8; 4], item_name: &[u8], unit: u8, more: &[u8]) -> Vec<u8> {
        let handler = boxed("hdlr", &[&[0; 8][..], b"pict", &[0; 13]].concat());
        let entry = boxed("infe", &[&[2, 0, 0, 0, 0, 1, 0, 0][..], item, item_name].concat());
        let items = boxed("iinf", &[&[0, 0, 0, 0, 0, 1][..], &entry].concat());
        let properties = boxed("iprp", &boxed("ipco", &boxed("av1C", &[0x81, 0, 0x0C, 0])));
        let meta = boxed("meta", &[&[0; 4][..], &handler, &items, &properties].concat());
        let media = boxed("mdat", &[unit << 3 | 2, 3, 1, 2, 3]);
        [boxed("ftyp", b"avif\0\0\0\0avifmif1miaf"), meta, media, more.to_vec()].concat()
    }

    #[test]
    fn a_bare_picture_passes_and_every_place_for_metadata_fails() {
        walk(&file(b"av01", b"\0", 6, b""));
        for (name, file) in [
            ("an EXIF item", file(b"Exif", b"\0", 6, b"")),
            ("an item with a name", file(b"av01", b"Paris\0", 6, b"")),
            ("a metadata unit", file(b"av01", b"\0", 5, b"")),
            ("a padding unit", file(b"av01", b"\0", 15, b"")),
            ("a box of its own", file(b"av01", b"\0", 6, &boxed("uuid", &[0; 16]))),
            ("bytes after the end", file(b"av01", b"\0", 6, b"tail")),
        ] {
            assert!(std::panic::catch_unwind(|| walk(&file)).is_err(), "{name}");
        }
    }
}
