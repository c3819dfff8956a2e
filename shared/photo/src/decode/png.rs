use super::{Decoded, png_chunks, png_color};
use crate::plan::plan;
use crate::shrink::Shrinker;
use crate::{Rejection, Settings, exif};
use png::{ColorType, Decoder, DecodingError, Limits, Reader, Transformations};
use std::io::{Cursor, ErrorKind};

/// Rows and metadata, not the picture: 65,535 pixels of 16-bit RGBA are half a megabyte.
const MAX_DECODER_BYTES: usize = 16 * 1024 * 1024;

pub(super) fn decode(raw: &[u8], settings: &Settings) -> Result<Decoded, Rejection> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(raw), Limits { bytes: MAX_DECODER_BYTES });
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    let header = decoder.read_header_info().map_err(reject)?;
    let stored = (header.width, header.height);
    let orientation = exif::orientation(png_chunks::find(raw, b"eXIf").unwrap_or_default());
    let plan = plan(stored, orientation, settings)?;
    png_chunks::check_packed(raw)?;
    let mut reader = decoder.read_info().map_err(reject)?;
    let (color, _) = reader.output_color_type();
    let mut shrinker = Shrinker::new(stored, color.samples(), plan.target);
    if reader.info().interlaced {
        read_interlaced(&mut reader, &mut shrinker)?;
    } else {
        read_rows(&mut reader, &mut shrinker, stored.1)?;
    }
    // the end must be there, too
    reader.finish().map_err(reject)?;
    let grey = matches!(color, ColorType::Grayscale | ColorType::GrayscaleAlpha);
    let profile = png_color::profile(reader.info(), grey);
    Ok(Decoded::at_target(shrinker.finish()?, plan, profile))
}

fn read_rows(reader: &mut Reader<Cursor<&[u8]>>, shrinker: &mut Shrinker, height: u32) -> Result<(), Rejection> {
    for _ in 0..height {
        let row = reader.next_row().map_err(reject)?.ok_or_else(Rejection::corrupt)?;
        shrinker.push(row.data())?;
    }
    Ok(())
}

/// Interlaced rows arrive in seven passes: the one case in which the full-size picture stands in memory.
fn read_interlaced(reader: &mut Reader<Cursor<&[u8]>>, shrinker: &mut Shrinker) -> Result<(), Rejection> {
    let mut whole = vec![0; reader.output_buffer_size().ok_or_else(Rejection::corrupt)?];
    let info = reader.next_frame(&mut whole).map_err(reject)?;
    whole.chunks_exact(info.line_size).try_for_each(|row| shrinker.push(row))
}

fn reject(error: DecodingError) -> Rejection {
    match error {
        DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => Rejection::truncated(),
        _ => Rejection::corrupt(),
    }
}
