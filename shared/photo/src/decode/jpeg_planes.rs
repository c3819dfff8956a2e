use super::jpeg::finish;
use super::jpeg_errors::{Source, warnings};
use crate::Rejection;
use crate::pixels::{Pixels, Plane, subsampling};
use crate::plan::Plan;
use crate::scale::{Axis, scale_owned};
use mozjpeg::{ColorSpace, CompInfo, Decompress};

/// Planes are read whole: up to 12 megapixels of 4:2:2 or 17 of 4:2:0.
const MAX_BYTES: usize = 26_000_000;

const BLOCK: usize = 8;

/// Whether a photo can be read as the planes that it is stored in: grey or YCbCr, of ordinary subsampling, and small
/// enough. The way round RGB, there and back, is longer, and it blurs the chroma twice.
pub(super) fn suit(jpeg: &Decompress<Source<'_>>) -> bool {
    let components = jpeg.components();
    let planes =
        matches!((jpeg.color_space(), components.len()), (ColorSpace::JCS_YCbCr, 3) | (ColorSpace::JCS_GRAYSCALE, 1));
    let grid = Grid::of(jpeg);
    let bytes: usize = components.iter().map(|component| grid.padded_bytes(component)).sum();
    // the decoder takes no more rows at once
    planes && grid.vertical <= 2 && bytes <= MAX_BYTES
}

/// Reads the planes and scales each by itself to the planned size: Y to all of it, Cb and Cr to half.
pub(super) fn read(jpeg: Decompress<Source<'_>>, plan: &Plan) -> Result<Pixels, Rejection> {
    let grid = Grid::of(&jpeg);
    let mut planes: Vec<Vec<u8>> = Vec::with_capacity(3);
    planes.extend(jpeg.components().iter().map(|component| Vec::with_capacity(grid.padded_bytes(component))));
    let covers: Vec<(f64, f64)> = jpeg.components().iter().map(|component| grid.covers(component)).collect();
    let strides: Vec<usize> = jpeg.components().iter().map(|c| c.width_in_blocks as usize * BLOCK).collect();
    let before = warnings();
    let mut started = jpeg.raw().map_err(|_| Rejection::corrupt())?;
    let mut into: Vec<&mut Vec<u8>> = planes.iter_mut().collect();
    started.read_raw_data(&mut into);
    finish(started, before)?;
    let planes = planes.into_iter().zip(strides).zip(covers).enumerate();
    // the largest, Y, is last, when the others are small already
    let scaled = planes.rev().map(|(index, ((samples, stride), covers))| {
        let axis = |covers, target, mirrored| Axis::new(covers, target, subsampling(index), mirrored);
        let across = axis(covers.0, plan.target.0, plan.orientation.mirrors_columns());
        let down = axis(covers.1, plan.target.1, plan.orientation.mirrors_rows());
        scale_owned(trimmed(samples, stride, covers), across, down)
    });
    let mut planes = scaled.collect::<Result<Vec<_>, _>>()?;
    planes.reverse();
    Ok(Pixels { width: plan.target.0, height: plan.target.1, planes })
}

/// How the samples of a file's components lie.
struct Grid {
    size: (f64, f64),
    /// The largest sampling factors of any component.
    horizontal: i32,
    vertical: i32,
}

impl Grid {
    fn of(jpeg: &Decompress<Source<'_>>) -> Self {
        let largest = |factor: fn(&CompInfo) -> i32| jpeg.components().iter().map(factor).max().unwrap_or(1);
        Self {
            size: (jpeg.width() as f64, jpeg.height() as f64),
            horizontal: largest(|component| component.h_samp_factor),
            vertical: largest(|component| component.v_samp_factor),
        }
    }

    /// How many samples of a component the picture covers.
    fn covers(&self, component: &CompInfo) -> (f64, f64) {
        let across = self.size.0 * f64::from(component.h_samp_factor) / f64::from(self.horizontal);
        let down = self.size.1 * f64::from(component.v_samp_factor) / f64::from(self.vertical);
        (across, down)
    }

    /// What the decoder is going to write: whole blocks across, whole units of the scan down.
    fn padded_bytes(&self, component: &CompInfo) -> usize {
        let units = (self.size.1 / (f64::from(self.vertical) * BLOCK as f64)).ceil() as usize;
        component.width_in_blocks as usize * BLOCK * units * component.v_samp_factor as usize * BLOCK
    }
}

/// Without what fills the last blocks up, which may be anything, and without another copy.
fn trimmed(mut samples: Vec<u8>, stride: usize, covers: (f64, f64)) -> Plane {
    let (width, height) = (covers.0.ceil() as usize, covers.1.ceil() as usize);
    if width < stride {
        for row in 1..height {
            samples.copy_within(row * stride..row * stride + width, row * width);
        }
    }
    samples.truncate(width * height);
    Plane { width: width as u32, height: height as u32, channels: 1, samples }
}
