use crate::Rejection;
use crate::color::MAX_PROFILE_BYTES;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

/// What the packed chunks beside the picture may come to when unpacked, all together: as much as the largest profile.
const MAX_UNPACKED_BYTES: usize = MAX_PROFILE_BYTES;

/// The first chunk of a kind. EXIF may stand after the pixels, and is wanted before them.
pub(super) fn find<'a>(raw: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    chunks(raw).find(|(found, _)| *found == kind).map(|(_, content)| content)
}

/// Refuses texts and profiles that unpack to far more than anybody writes: no photo needs them, and whoever reads the raw
/// file later would have to.
///
/// # Errors
/// `packed_too_much`.
pub(super) fn check_packed(raw: &[u8]) -> Result<(), Rejection> {
    let mut left = MAX_UNPACKED_BYTES;
    for packed in chunks(raw).filter_map(|(kind, content)| packed(kind, content)) {
        left = left.checked_sub(unpacked_bytes(packed, left)).ok_or_else(|| {
            let mega = MAX_UNPACKED_BYTES >> 20;
            let reason =
                format!("The photo carries packed text or a profile of more than {mega} MB; please save it anew.");
            Rejection::new("packed_too_much", reason)
        })?;
    }
    Ok(())
}

/// At most one more than `limit`. What is damaged is read by nobody, and counts as far as it goes.
fn unpacked_bytes(packed: &[u8], limit: usize) -> usize {
    match decompress_to_vec_zlib_with_limit(packed, limit + 1) {
        Ok(unpacked) => unpacked.len(),
        Err(error) => error.output.len(),
    }
}

/// The zlib stream in a chunk of these kinds, each after a name, and in `iTXt` after two more texts.
fn packed<'a>(kind: &[u8; 4], content: &'a [u8]) -> Option<&'a [u8]> {
    let after_text = |bytes: &'a [u8]| bytes.iter().position(|&byte| byte == 0).map(|end| &bytes[end + 1..]);
    let after_name = after_text(content);
    match kind {
        b"zTXt" | b"iCCP" => after_name?.get(1..),
        b"iTXt" if after_name?.first() == Some(&1) => after_text(after_text(after_name?.get(2..)?)?),
        _ => None,
    }
}

/// Kind and content, as far as they are whole.
fn chunks(raw: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    const SIGNATURE_BYTES: usize = 8;
    const CHECKSUM_BYTES: usize = 4;
    let mut rest = raw.get(SIGNATURE_BYTES..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (kind, after) = after.split_first_chunk::<4>()?;
        let (content, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        rest = after.get(CHECKSUM_BYTES..).unwrap_or_default();
        Some((kind, content))
    })
}
