use crate::Rejection;
use crate::pixels::Pixels;
use crate::scale::{Axis, Strips};

/// Averaging leaves at least this many times the target's sides for the final filter, which decides the sharpness.
const HEADROOM: u32 = 2;

/// How many pixels become one, along either side, before the final filter.
fn factor(stored: (u32, u32), target: (u32, u32)) -> u32 {
    let along = |stored: u32, target: u32| stored / (target.max(1) * HEADROOM);
    along(stored.0, target.0).min(along(stored.1, target.1)).max(1)
}

/// Takes a picture row by row, puts it on white and scales it as it comes, so that a large PNG or WebP never stands in
/// memory as full-size RGB: a very large one by whole blocks first, then by the final filter in strips.
pub(crate) struct Shrinker {
    blocks: Blocks,
    strips: Strips,
    across: Axis,
}

impl Shrinker {
    /// `channels` of the rows: 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA.
    pub(crate) fn new(stored: (u32, u32), channels: usize, target: (u32, u32)) -> Self {
        let factor = factor(stored, target);
        // the last block of a row may be narrower
        let axis = |stored: u32, target| Axis::new(f64::from(stored) / f64::from(factor), target, 1, false);
        let strips = Strips::new(stored.0.div_ceil(factor), axis(stored.1, target.1));
        Self { blocks: Blocks::new(stored.0, channels, factor), strips, across: axis(stored.0, target.0) }
    }

    /// Adds the next row from the top.
    ///
    /// # Errors
    /// Where the final filter fails.
    pub(crate) fn push(&mut self, row: &[u8]) -> Result<(), Rejection> {
        if self.blocks.push(row) { self.pass_on() } else { Ok(()) }
    }

    fn pass_on(&mut self) -> Result<(), Rejection> {
        let row = &self.blocks.row;
        self.strips.push(1, |room| {
            room.copy_from_slice(row);
            Ok(())
        })
    }

    /// The picture at its target size, after the last row.
    ///
    /// # Errors
    /// Where the final filter fails.
    pub(crate) fn finish(mut self) -> Result<Pixels, Rejection> {
        if self.blocks.finish() {
            self.pass_on()?;
        }
        drop(self.blocks);
        let scaled = self.strips.finish(self.across)?;
        Ok(Pixels { width: scaled.width, height: scaled.height, planes: vec![scaled] })
    }
}

/// Averages blocks of `factor` × `factor` pixels.
struct Blocks {
    factor: usize,
    channels: usize,
    sums: Vec<u32>,
    rows_summed: u32,
    stored_width: usize,
    /// The last row, RGB on white: as it came, or averaged where it completed its blocks.
    row: Vec<u8>,
}

impl Blocks {
    fn new(stored_width: u32, channels: usize, factor: u32) -> Self {
        let sums = if factor == 1 { 0 } else { stored_width.div_ceil(factor) as usize * 3 };
        Self {
            factor: factor as usize,
            channels,
            sums: vec![0; sums],
            rows_summed: 0,
            stored_width: stored_width as usize,
            row: Vec::new(),
        }
    }

    /// Whether `row` is a row of averages now.
    fn push(&mut self, row: &[u8]) -> bool {
        self.row.clear();
        flatten(row, self.channels, &mut self.row);
        if self.factor == 1 {
            return true;
        }
        for (sum, block) in self.sums.chunks_exact_mut(3).zip(self.row.chunks(self.factor * 3)) {
            for pixel in block.chunks_exact(3) {
                sum[0] += u32::from(pixel[0]);
                sum[1] += u32::from(pixel[1]);
                sum[2] += u32::from(pixel[2]);
            }
        }
        self.rows_summed += 1;
        self.rows_summed as usize == self.factor && self.finish()
    }

    /// The last blocks where the height is no multiple of the factor: whether there are any.
    fn finish(&mut self) -> bool {
        if self.rows_summed == 0 {
            return false;
        }
        self.row.clear();
        for (x, sum) in self.sums.chunks_exact_mut(3).enumerate() {
            // the last block of a row may be narrower
            let columns = self.factor.min(self.stored_width - x * self.factor) as u32;
            let count = columns * self.rows_summed;
            for channel in sum {
                self.row.push(((*channel + count / 2) / count) as u8);
                *channel = 0;
            }
        }
        self.rows_summed = 0;
        true
    }
}

fn flatten(row: &[u8], channels: usize, out: &mut Vec<u8>) {
    match channels {
        1 => out.extend(row.iter().flat_map(|&grey| [grey; 3])),
        2 => out.extend(row.chunks_exact(2).flat_map(|p| [on_white(p[0], p[1]); 3])),
        3 => out.extend_from_slice(row),
        _ => out.extend(
            row.chunks_exact(4).flat_map(|p| [on_white(p[0], p[3]), on_white(p[1], p[3]), on_white(p[2], p[3])]),
        ),
    }
}

fn on_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transparent_pixels_become_white_and_half_transparent_ones_lighter() {
        let mut shrinker = Shrinker::new((3, 1), 4, (3, 1));
        shrinker.push(&[10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 128]).unwrap();
        assert_eq!(*shrinker.finish().unwrap().rgb(), [10, 20, 30, 255, 255, 255, 127, 127, 127]);
    }

    #[test]
    fn blocks_are_averaged_and_the_odd_ones_at_the_edges_too() {
        let mut blocks = Blocks::new(3, 1, 2);
        assert!(!blocks.push(&[0, 100, 7]));
        assert!(blocks.push(&[100, 200, 9]));
        assert_eq!(blocks.row, [100, 100, 100, 8, 8, 8]);
        assert!(!blocks.push(&[50, 60, 33]));
        assert!(blocks.finish());
        assert_eq!(blocks.row, [55, 55, 55, 33, 33, 33]);
        assert!(!blocks.finish());
    }

    #[test]
    fn twice_the_target_is_left_for_the_final_filter() {
        assert_eq!(factor((8000, 6000), (1920, 1440)), 2);
        assert_eq!(factor((7679, 5760), (1920, 1440)), 1);
        assert_eq!(factor((100, 100), (1920, 1920)), 1);
    }
}
