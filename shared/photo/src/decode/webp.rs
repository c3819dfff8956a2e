use super::Decoded;
use crate::color::{MAX_PROFILE_BYTES, Profile};
use crate::plan::plan;
use crate::shrink::{Shrinker, factor};
use crate::{Rejection, Settings, exif, limits};
use image_webp::{DecodingError, WebPDecoder};
use std::io::{Cursor, ErrorKind};

pub(super) fn decode(raw: &[u8], settings: &Settings) -> Result<Decoded, Rejection> {
    check_length(raw)?;
    check_frames(raw.get(12..).unwrap_or_default(), settings)?;
    let mut decoder = WebPDecoder::new(Cursor::new(raw)).map_err(reject)?;
    decoder.set_memory_limit(MAX_PROFILE_BYTES);
    let stored = decoder.dimensions();
    let block = decoder.exif_metadata().ok().flatten().unwrap_or_default();
    let plan = plan(stored, exif::orientation(&block), settings)?;
    let profile = decoder.icc_profile().ok().flatten().map(|icc| Profile { icc, grey: false });
    let channels = if decoder.has_alpha() { 4 } else { 3 };
    let mut whole = vec![0; decoder.output_buffer_size().ok_or_else(Rejection::corrupt)?];
    decoder.read_image(&mut whole).map_err(reject)?;
    let factor = factor(stored.0, plan.target.0).min(factor(stored.1, plan.target.1));
    let mut shrinker = Shrinker::new(stored, channels, factor);
    whole.chunks_exact(stored.0 as usize * channels).for_each(|row| shrinker.push(row));
    let covers = (f64::from(stored.0) / f64::from(factor), f64::from(stored.1) / f64::from(factor));
    Ok(Decoded { pixels: shrinker.finish(), covers, plan, profile })
}

/// The file declares its own length: a cut-off one is shorter than it says.
fn check_length(raw: &[u8]) -> Result<(), Rejection> {
    let declared = raw.get(4..8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes);
    if (raw.len() as u64) < u64::from(declared) + 8 {
        return Err(Rejection::truncated());
    }
    Ok(())
}

/// A frame carries its own size beside the canvas's, and the decoder believes it first: check each one.
fn check_frames(mut chunks: &[u8], settings: &Settings) -> Result<(), Rejection> {
    const FRAME_HEADER_BYTES: usize = 16;
    while let Some((head, rest)) = chunks.split_first_chunk::<8>() {
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let payload = &rest[..length.min(rest.len())];
        match (&head[..4], payload) {
            (b"VP8 ", [_, _, _, _, _, _, w0, w1, h0, h1, ..]) => {
                // the upper two bits are a hint for scaling up
                let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
                limits::check_dimensions(side(*w0, *w1), side(*h0, *h1), settings)?;
            }
            (b"ANMF", [..]) => check_frames(payload.get(FRAME_HEADER_BYTES..).unwrap_or_default(), settings)?,
            _ => {}
        }
        chunks = rest.get(length.saturating_add(length % 2)..).unwrap_or_default();
    }
    Ok(())
}

fn reject(error: DecodingError) -> Rejection {
    match error {
        DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => Rejection::truncated(),
        _ => Rejection::corrupt(),
    }
}
