use super::Decoded;
use crate::color::{MAX_PROFILE_BYTES, Profile};
use crate::plan::plan;
use crate::shrink::Shrinker;
use crate::{Rejection, Settings, exif, limits};
use image_webp::{DecodingError, WebPDecoder};
use std::io::{Cursor, ErrorKind};

const WHITE: [u8; 4] = [255; 4];

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
    // what an animation's first frame leaves free
    decoder.set_background_color(WHITE).ok();
    let mut whole = vec![0; decoder.output_buffer_size().ok_or_else(Rejection::corrupt)?];
    decoder.read_image(&mut whole).map_err(reject)?;
    let mut shrinker = Shrinker::new(stored, channels, plan.target);
    whole.chunks_exact(stored.0 as usize * channels).try_for_each(|row| shrinker.push(row))?;
    drop(whole);
    Ok(Decoded::at_target(shrinker.finish()?, plan, profile))
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
fn check_frames(chunks: &[u8], settings: &Settings) -> Result<(), Rejection> {
    const FRAME_HEADER_BYTES: usize = 16;
    for (kind, payload) in Chunks(chunks) {
        match kind {
            b"VP8 " => check_frame(payload, settings)?,
            // a frame of an animation holds chunks of its own; one inside another is none
            b"ANMF" => Chunks(payload.get(FRAME_HEADER_BYTES..).unwrap_or_default())
                .filter(|(kind, _)| *kind == b"VP8 ")
                .try_for_each(|(_, payload)| check_frame(payload, settings))?,
            _ => {}
        }
    }
    Ok(())
}

fn check_frame(payload: &[u8], settings: &Settings) -> Result<(), Rejection> {
    // the upper two bits are a hint for scaling up
    let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
    match payload {
        [_, _, _, _, _, _, w0, w1, h0, h1, ..] => limits::check_dimensions(side(*w0, *w1), side(*h0, *h1), settings),
        _ => Ok(()),
    }
}

/// The RIFF chunks in these bytes, each with its payload as far as there is any.
struct Chunks<'a>(&'a [u8]);

impl<'a> Iterator for Chunks<'a> {
    type Item = (&'a [u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, rest) = self.0.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        self.0 = rest.get(length.saturating_add(length % 2)..).unwrap_or_default();
        Some((kind, &rest[..length.min(rest.len())]))
    }
}

fn reject(error: DecodingError) -> Rejection {
    match error {
        DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => Rejection::truncated(),
        _ => Rejection::corrupt(),
    }
}
