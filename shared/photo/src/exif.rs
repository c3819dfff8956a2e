use crate::orient::Orientation;

const ORIENTATION_TAG: u16 = 0x0112;
const SHORT: u16 = 3;

/// The orientation that an EXIF block declares. Only the first directory is read, so a damaged maker note or thumbnail
/// further on does not cost the orientation; what is malformed is as if it were upright, never an error.
///
/// `block` is a TIFF structure, with or without the `Exif\0\0` that JPEG puts before it.
pub(crate) fn orientation(block: &[u8]) -> Orientation {
    let tiff = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    read(tiff).and_then(Orientation::from_exif).unwrap_or_default()
}

fn read(tiff: &[u8]) -> Option<u16> {
    let big_endian = match tiff.get(..4)? {
        b"II*\0" => false,
        b"MM\0*" => true,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let long = |at: usize| {
        let (first, second) = (u32::from(short(at)?), u32::from(short(at.checked_add(2)?)?));
        Some(if big_endian { first << 16 | second } else { second << 16 | first })
    };
    let directory = usize::try_from(long(4)?).ok()?;
    let entries = usize::from(short(directory)?);
    for entry in 0..entries {
        let at = directory.checked_add(2 + entry * 12)?;
        if short(at)? == ORIENTATION_TAG {
            return if short(at + 2)? == SHORT && long(at + 4)? >= 1 { short(at + 8) } else { None };
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(big_endian: bool, value: u16) -> Vec<u8> {
        let short = |v: u16| {
            if big_endian { v.to_be_bytes() } else { v.to_le_bytes() }
        };
        let long = |v: u32| {
            if big_endian { v.to_be_bytes() } else { v.to_le_bytes() }
        };
        let mut out = if big_endian { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
        out.extend(long(8));
        out.extend(short(1));
        out.extend(short(ORIENTATION_TAG));
        out.extend(short(SHORT));
        out.extend(long(1));
        out.extend(short(value));
        out.extend([0; 6]);
        out
    }

    #[test]
    fn both_byte_orders_and_both_prefixes_are_read() {
        for value in 1..=8 {
            for big_endian in [false, true] {
                let plain = block(big_endian, value);
                let prefixed = [b"Exif\0\0".as_slice(), &plain].concat();
                assert_eq!(Some(orientation(&plain)), Orientation::from_exif(value));
                assert_eq!(Some(orientation(&prefixed)), Orientation::from_exif(value));
            }
        }
    }

    #[test]
    fn a_malformed_block_means_upright() {
        let whole = block(true, 6);
        for end in 0..whole.len() - 6 {
            orientation(&whole[..end]);
        }
        assert_eq!(orientation(&whole[..17]), Orientation::default());
        assert_eq!(orientation(&block(false, 0)), Orientation::default());
        assert_eq!(orientation(&block(false, 9)), Orientation::default());
        assert_eq!(orientation(b"MM\0*\xFF\xFF\xFF\xFF\xFF\xFF"), Orientation::default());
        assert_eq!(orientation(b"not exif at all"), Orientation::default());
    }
}
