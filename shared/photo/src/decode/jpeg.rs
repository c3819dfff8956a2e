use super::jpeg_errors::{Source, error_manager, reset_warnings, warnings};
use super::jpeg_header::{Header, MARKERS};
use super::{Decoded, jpeg_layout, jpeg_planes};
use crate::pixels::Pixels;
use crate::plan::{Plan, plan};
use crate::quiet::quietly;
use crate::scale::{Axis, Strips};
use crate::{Rejection, Settings, color, exif};
use mozjpeg::decompress::{DecompressBuilder, DecompressStarted};
use mozjpeg::{ColorSpace, Decompress};

/// The part of libjpeg's reduction that is left to the final filter: at least 1.5 times the target.
const HEADROOM: f64 = 1.5;

const ROWS_AT_ONCE: u32 = 16;

pub(super) fn decode(raw: &[u8], settings: &Settings) -> Result<Decoded, Rejection> {
    jpeg_layout::check(raw)?;
    let (source, ran_out) = Source::new(raw);
    reset_warnings();
    // libjpeg's fatal errors arrive as unwinding
    let decoded = quietly(|| read(source, settings)).unwrap_or_else(|| Err(Rejection::corrupt()));
    match decoded {
        // the header decides first: a photo that is too large stays so when it is sent again in full
        Err(rejection) if rejection.code == "too_many_pixels" => Err(rejection),
        _ if ran_out.get() => Err(Rejection::truncated()),
        decoded => decoded,
    }
}

fn read(source: Source<'_>, settings: &Settings) -> Result<Decoded, Rejection> {
    let mut jpeg = DecompressBuilder::new()
        .with_err(error_manager())
        .with_markers(MARKERS)
        .from_reader(source)
        .map_err(|_| Rejection::corrupt())?;
    let header = Header::of(&jpeg);
    let stored = (jpeg.width() as u32, jpeg.height() as u32);
    let plan = plan(stored, exif::orientation(header.exif.as_deref().unwrap_or_default()), settings)?;
    if jpeg_planes::suit(&jpeg) {
        let pixels = jpeg_planes::read(jpeg, &plan)?;
        return Ok(Decoded::at_target(pixels, plan, header.profile()));
    }
    let eighths = eighths(&plan);
    jpeg.scale(eighths);
    let reduced = |length: u32| f64::from(length) * f64::from(eighths) / 8.0;
    let covers = (reduced(stored.0), reduced(stored.1));
    let pixels = match header.read_as() {
        ColorSpace::JCS_CMYK => read_ink(jpeg, &header)?,
        _ => read_rgb(jpeg, covers, &plan)?,
    };
    Ok(Decoded { pixels, covers, plan, profile: header.profile() })
}

/// The smallest reduction to `n / 8` that leaves the headroom; 8 is full size. Of the others only the powers of two are
/// quicker than reading at full size.
fn eighths(plan: &Plan) -> u8 {
    let enough =
        |stored: u32, target: u32, n: u8| f64::from(stored) * f64::from(n) / 8.0 >= f64::from(target) * HEADROOM;
    [1, 2, 4]
        .into_iter()
        .find(|&n| enough(plan.stored.0, plan.target.0, n) && enough(plan.stored.1, plan.target.1, n))
        .unwrap_or(8)
}

/// Scaled as planned while the rows arrive.
fn read_rgb(jpeg: Decompress<Source<'_>>, covers: (f64, f64), plan: &Plan) -> Result<Pixels, Rejection> {
    let before = warnings();
    let mut started = jpeg.to_colorspace(ColorSpace::JCS_RGB).map_err(|_| Rejection::corrupt())?;
    let (width, height) = (started.width() as u32, started.height() as u32);
    let axis = |covers: f64, available: u32, target| Axis::new(covers.min(f64::from(available)), target, 1, false);
    let mut strips = Strips::new(width, axis(covers.1, height, plan.target.1));
    for row in (0..height).step_by(ROWS_AT_ONCE as usize) {
        strips.push(ROWS_AT_ONCE.min(height - row), |rows| {
            started.read_scanlines_into(rows).map(|_| ()).map_err(|_| Rejection::corrupt())
        })?;
    }
    finish(started, before)?;
    let scaled = strips.finish(axis(covers.0, width, plan.target.0))?;
    Ok(Pixels { width: scaled.width, height: scaled.height, planes: vec![scaled] })
}

fn read_ink(jpeg: Decompress<Source<'_>>, header: &Header) -> Result<Pixels, Rejection> {
    let before = warnings();
    let mut started = jpeg.to_colorspace(ColorSpace::JCS_CMYK).map_err(|_| Rejection::corrupt())?;
    let (width, height) = (started.width() as u32, started.height() as u32);
    let samples: Vec<u8> = started.read_scanlines().map_err(|_| Rejection::corrupt())?;
    finish(started, before)?;
    let rgb = color::cmyk_to_rgb(&header.ink(samples), header.icc.as_deref());
    Ok(Pixels::from_rgb(width, height, rgb))
}

/// After the last row. What comes behind it (padding, a second picture) may be untidy; the rows may not.
pub(super) fn finish(started: DecompressStarted<Source<'_>>, warnings_before: u32) -> Result<(), Rejection> {
    let damaged = warnings() > warnings_before;
    started.finish().map_err(|_| Rejection::corrupt())?;
    if damaged { Err(Rejection::corrupt()) } else { Ok(()) }
}
