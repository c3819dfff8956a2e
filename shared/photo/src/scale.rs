use crate::Rejection;
use crate::pixels::Plane;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3};
use fast_image_resize::{PixelTrait, ResizeOptions, Resizer};

/// One side of a plane: where the samples to make lie among those that are there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Axis {
    /// Left (or upper) edge of the first sample to make, counted in samples that are there. May be negative.
    start: f64,
    /// Samples there are per sample to make.
    step: f64,
    /// Samples to make.
    count: u32,
}

impl Axis {
    /// `covers` samples show what is going to be `pixels` pixels, each sample to make standing for `subsampling` of
    /// them. An odd last pixel still has a whole sample; where the side is going to be mirrored, `from_end` gives that
    /// sample to the first pixel instead, which then becomes the last.
    pub(crate) fn new(covers: f64, pixels: u32, subsampling: u32, from_end: bool) -> Self {
        let step = covers * f64::from(subsampling) / f64::from(pixels);
        let count = pixels.div_ceil(subsampling);
        let start = if from_end { covers - step * f64::from(count) } else { 0.0 };
        Self { start: snapped(start), step, count }
    }

    fn length(self) -> f64 {
        snapped(self.step * f64::from(self.count))
    }

    /// The length without what rounding adds behind the last of `available` samples: the filter refuses to begin there.
    fn length_within(self, available: u32) -> f64 {
        self.length().min(f64::from(available) - self.start)
    }

    /// How many of `available` samples are missing before the first and after the last.
    fn missing(self, available: u32) -> (u32, u32) {
        let after = snapped(self.start + self.length() - f64::from(available)).ceil().max(0.0);
        ((-self.start).ceil().max(0.0) as u32, after as u32)
    }

    /// Whether the samples to make are exactly those that there are.
    fn keeps(self, available: u32) -> bool {
        self.start == 0.0 && self.count == available && self.length() == f64::from(available)
    }

    /// The same among samples of which `count` were put before the first.
    fn moved_by(self, count: u32) -> Self {
        Self { start: self.start + f64::from(count), ..self }
    }
}

/// Whole numbers stay whole in spite of rounding, so that what need not be resampled is copied.
fn snapped(length: f64) -> f64 {
    let whole = length.round();
    if (length - whole).abs() < 1e-6 { whole } else { length }
}

/// Scales a plane (Lanczos3), or hands it back as it is where it has its final size.
pub(crate) fn scale_owned(plane: Plane, across: Axis, down: Axis) -> Result<Plane, Rejection> {
    if across.keeps(plane.width) && down.keeps(plane.height) { Ok(plane) } else { scale(&plane, across, down) }
}

/// Scales a plane (Lanczos3).
pub(crate) fn scale(plane: &Plane, across: Axis, down: Axis) -> Result<Plane, Rejection> {
    let (columns, rows) = (across.missing(plane.width), down.missing(plane.height));
    if (columns, rows) != ((0, 0), (0, 0)) {
        let (across, down) = (across.moved_by(columns.0), down.moved_by(rows.0));
        return lanczos(&extended(plane, columns, rows), across, down, &mut Resizer::new());
    }
    lanczos(plane, across, down, &mut Resizer::new())
}

fn lanczos(plane: &Plane, across: Axis, down: Axis, resizer: &mut Resizer) -> Result<Plane, Rejection> {
    let (width, height, channels) = (across.count, down.count, plane.channels);
    let mut samples = vec![0; width as usize * height as usize * channels];
    lanczos_into(&mut samples, plane, across, down, resizer)?;
    Ok(Plane { width, height, channels, samples })
}

fn lanczos_into(
    out: &mut [u8],
    plane: &Plane,
    across: Axis,
    down: Axis,
    resizer: &mut Resizer,
) -> Result<(), Rejection> {
    match plane.channels {
        3 => lanczos_typed::<U8x3>(out, plane, across, down, resizer),
        _ => lanczos_typed::<U8>(out, plane, across, down, resizer),
    }
}

/// By the type of the pixels: the call that takes any would be compiled for all fifteen of them.
fn lanczos_typed<P: PixelTrait>(
    out: &mut [u8],
    plane: &Plane,
    across: Axis,
    down: Axis,
    resizer: &mut Resizer,
) -> Result<(), Rejection> {
    let source = TypedImageRef::<P>::from_buffer(plane.width, plane.height, &plane.samples);
    let source = source.map_err(|_| Rejection::unprocessable())?;
    let scaled = TypedImage::<P>::from_buffer(across.count, down.count, out);
    let mut scaled = scaled.map_err(|_| Rejection::unprocessable())?;
    let (width, height) = (across.length_within(plane.width), down.length_within(plane.height));
    let options = ResizeOptions::new().crop(across.start, down.start, width, height);
    resizer.resize_typed(&source, &mut scaled, &options).map_err(|_| Rejection::unprocessable())
}

/// With the outermost samples repeated this many times: before the first and after the last of each row and column.
fn extended(plane: &Plane, columns: (u32, u32), rows: (u32, u32)) -> Plane {
    let width = columns.0 + plane.width + columns.1;
    let height = rows.0 + plane.height + rows.1;
    let mut samples = Vec::with_capacity(width as usize * height as usize * plane.channels);
    for y in 0..height {
        let row = y.saturating_sub(rows.0).min(plane.height - 1) as usize * plane.stride();
        let row = &plane.samples[row..row + plane.stride()];
        (0..columns.0).for_each(|_| samples.extend_from_slice(&row[..plane.channels]));
        samples.extend_from_slice(row);
        (0..columns.1).for_each(|_| samples.extend_from_slice(&row[row.len() - plane.channels..]));
    }
    Plane { width, height, channels: plane.channels, samples }
}

/// The filter's reach to either side, in samples to make.
const LANCZOS_RADIUS: f64 = 3.0;

/// Rows to make at a time, at least.
const STRIP_ROWS: u32 = 32;

/// Scales a picture while its rows arrive from the top, so that it never stands in memory at its full height: first
/// down, strip by strip, then across, once. Gives what [`scale`] gives.
pub(crate) struct Strips {
    down: Axis,
    /// The rows that the next strip needs.
    window: Plane,
    /// Which row the first of the window is.
    top: u32,
    /// Full width, final height.
    squeezed: Plane,
    resizer: Resizer,
}

impl Strips {
    /// For rows of `width` RGB pixels; `down` starts at 0.
    pub(crate) fn new(width: u32, down: Axis) -> Self {
        let plane = |capacity| Plane { width, height: 0, channels: 3, samples: Vec::with_capacity(capacity) };
        let squeezed = plane(width as usize * down.count as usize * 3);
        Self { down, window: plane(0), top: 0, squeezed, resizer: Resizer::new() }
    }

    /// Makes room for `count` rows and lets `read` fill it.
    pub(crate) fn push<E: From<Rejection>>(
        &mut self,
        count: u32,
        read: impl FnOnce(&mut [u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let filled = self.window.samples.len();
        self.window.samples.resize(filled + count as usize * self.window.stride(), 0);
        read(&mut self.window.samples[filled..])?;
        self.window.height += count;
        let bottom = f64::from(self.top + self.window.height);
        let complete = ((bottom - self.reach()) / self.down.step - 0.5).floor().max(0.0) as u32;
        let complete = complete.min(self.down.count);
        if complete >= self.squeezed.height + STRIP_ROWS {
            self.squeeze(complete)?;
        }
        Ok(())
    }

    /// In rows there are, with one for rounding.
    fn reach(&self) -> f64 {
        LANCZOS_RADIUS * self.down.step.max(1.0) + 1.0
    }

    /// Makes the rows up to `end`, and forgets what no later one needs.
    fn squeeze(&mut self, end: u32) -> Result<(), Rejection> {
        let done = self.squeezed.height;
        let start = f64::from(done) * self.down.step - f64::from(self.top);
        let strip = Axis { start: snapped(start), step: self.down.step, count: end - done };
        let across = Axis { start: 0.0, step: 1.0, count: self.window.width };
        let at = self.squeezed.samples.len();
        self.squeezed.samples.resize(at + strip.count as usize * self.squeezed.stride(), 0);
        lanczos_into(&mut self.squeezed.samples[at..], &self.window, across, strip, &mut self.resizer)?;
        self.squeezed.height = end;
        let needed = ((f64::from(end) + 0.5) * self.down.step - self.reach()).floor().max(0.0) as u32;
        let needless = needed.saturating_sub(self.top).min(self.window.height);
        self.window.samples.drain(..needless as usize * self.window.stride());
        self.window.height -= needless;
        self.top += needless;
        Ok(())
    }

    /// After the last row.
    pub(crate) fn finish(mut self, across: Axis) -> Result<Plane, Rejection> {
        if self.squeezed.height < self.down.count {
            self.squeeze(self.down.count)?;
        }
        drop(self.window);
        if across.keeps(self.squeezed.width) {
            return Ok(self.squeezed);
        }
        let down = Axis { start: 0.0, step: 1.0, count: self.squeezed.height };
        lanczos(&self.squeezed, across, down, &mut self.resizer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(width: u32, height: u32, channels: usize) -> Plane {
        let mut state = 7_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let samples = (0..width as usize * height as usize * channels).map(|_| next()).collect();
        Plane { width, height, channels, samples }
    }

    #[test]
    fn strips_give_what_the_whole_picture_gives() {
        let whole = noise(61, 997, 3);
        for (covers, height, rows) in
            [(997.0, 333, 16), (996.25, 470, 1), (997.0, 997, 64), (997.0, 1, 7), (990.5, 50, 997)]
        {
            let (across, down) = (Axis::new(60.5, 29, 1, false), Axis::new(covers, height, 1, false));
            let mut strips = Strips::new(whole.width, down);
            for chunk in whole.samples.chunks(rows * whole.stride()) {
                let read = |room: &mut [u8]| {
                    room.copy_from_slice(chunk);
                    Ok::<(), Rejection>(())
                };
                strips.push((chunk.len() / whole.stride()) as u32, read).unwrap();
            }
            let (strips, expected) = (strips.finish(across).unwrap(), scale(&whole, across, down).unwrap());
            assert_eq!((strips.width, strips.height), (29, height));
            let difference = strips.samples.iter().zip(&expected.samples).map(|(&a, &b)| a.abs_diff(b)).max();
            assert!(difference <= Some(1), "{difference:?} for {height} rows");
        }
    }

    #[test]
    fn rounding_refuses_no_size() {
        for height in (1921..8000).step_by(7).chain([3500, 4000]) {
            let plane = Plane { width: 1, height, channels: 3, samples: vec![9; height as usize * 3] };
            let row = Axis::new(1.0, 1, 1, false);
            let mut strips = Strips::new(1, Axis::new(f64::from(height), 1920, 1, false));
            for rows in plane.samples.chunks(16 * 3) {
                let pushed = strips.push(rows.len() as u32 / 3, |room| {
                    room.copy_from_slice(rows);
                    Ok::<(), Rejection>(())
                });
                pushed.unwrap();
            }
            assert_eq!(strips.finish(row).map(|plane| plane.height), Ok(1920), "{height} in strips");
            for target in [1919, 1917, 961] {
                let mirrored = Axis::new(f64::from(height), target, 2, true);
                assert!(scale(&plane, row, mirrored).is_ok(), "{height} to {target}, mirrored");
            }
        }
    }

    #[test]
    fn a_side_that_is_going_to_be_mirrored_is_counted_from_its_end() {
        // 9 pixels of 4:2:0 are 4.5 samples; mirrored, the half one must come first
        let plane = Plane { width: 5, height: 1, channels: 1, samples: vec![10, 20, 30, 40, 50] };
        let row = Axis::new(1.0, 1, 1, false);
        assert_eq!(scale(&plane, Axis::new(4.5, 9, 2, false), row).unwrap().samples, plane.samples);
        let mirrored = Axis::new(4.5, 9, 2, true);
        assert_eq!((mirrored.start, mirrored.missing(5)), (-0.5, (1, 0)));
        assert_eq!(scale(&plane, mirrored, row).unwrap().width, 5);
    }

    #[test]
    fn what_lies_outside_is_the_outermost_sample_again() {
        let plane = Plane { width: 2, height: 2, channels: 1, samples: vec![1, 2, 3, 4] };
        let larger = extended(&plane, (1, 2), (0, 1));
        assert_eq!((larger.width, larger.height), (5, 3));
        assert_eq!(larger.samples, [1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 3, 3, 4, 4, 4]);
    }
}
