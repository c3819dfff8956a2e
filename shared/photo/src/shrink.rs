use crate::pixels::Pixels;

/// Reading leaves at least this many times the target's width for the final filter, which decides the sharpness.
const HEADROOM: u32 = 2;

/// How many pixels become one while reading a picture `stored` wide that is going to be `target` wide.
pub(crate) fn factor(stored_width: u32, target_width: u32) -> u32 {
    (stored_width / (target_width.max(1) * HEADROOM)).max(1)
}

/// Takes a picture row by row, puts it on white and averages blocks of `factor` × `factor` pixels, so that a large PNG
/// or WebP never stands in memory as full-size RGB.
pub(crate) struct Shrinker {
    factor: usize,
    channels: usize,
    out_width: usize,
    sums: Vec<u32>,
    rows_summed: u32,
    stored_width: usize,
    row: Vec<u8>,
    out: Vec<u8>,
}

impl Shrinker {
    /// `channels` of the rows: 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA.
    pub(crate) fn new(stored: (u32, u32), channels: usize, factor: u32) -> Self {
        let out_width = stored.0.div_ceil(factor) as usize;
        let out_height = stored.1.div_ceil(factor) as usize;
        Self {
            factor: factor as usize,
            channels,
            out_width,
            sums: vec![0; out_width * 3],
            rows_summed: 0,
            stored_width: stored.0 as usize,
            row: Vec::new(),
            out: Vec::with_capacity(out_width * out_height * 3),
        }
    }

    /// Adds the next row from the top.
    pub(crate) fn push(&mut self, row: &[u8]) {
        if self.factor == 1 {
            flatten(row, self.channels, &mut self.out);
            return;
        }
        self.row.clear();
        flatten(row, self.channels, &mut self.row);
        for (sum, block) in self.sums.chunks_exact_mut(3).zip(self.row.chunks(self.factor * 3)) {
            for pixel in block.chunks_exact(3) {
                sum[0] += u32::from(pixel[0]);
                sum[1] += u32::from(pixel[1]);
                sum[2] += u32::from(pixel[2]);
            }
        }
        self.rows_summed += 1;
        if self.rows_summed as usize == self.factor {
            self.write_sums();
        }
    }

    fn write_sums(&mut self) {
        for (x, sum) in self.sums.chunks_exact_mut(3).enumerate() {
            // the last block of a row may be narrower
            let columns = self.factor.min(self.stored_width - x * self.factor) as u32;
            let count = columns * self.rows_summed;
            for channel in sum {
                self.out.push(((*channel + count / 2) / count) as u8);
                *channel = 0;
            }
        }
        self.rows_summed = 0;
    }

    /// The shrunk picture, its last rows included where the height is no multiple of the factor.
    pub(crate) fn finish(mut self) -> Pixels {
        if self.rows_summed > 0 {
            self.write_sums();
        }
        let height = self.out.len() / (self.out_width * 3);
        Pixels::from_rgb(self.out_width as u32, height as u32, self.out)
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
        let mut shrinker = Shrinker::new((3, 1), 4, 1);
        shrinker.push(&[10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 128]);
        assert_eq!(*shrinker.finish().rgb(), [10, 20, 30, 255, 255, 255, 127, 127, 127]);
    }

    #[test]
    fn blocks_are_averaged_and_the_odd_ones_at_the_edges_too() {
        let mut shrinker = Shrinker::new((3, 3), 1, 2);
        for row in [[0, 100, 7], [100, 200, 9], [50, 60, 33]] {
            shrinker.push(&row);
        }
        let shrunk = shrinker.finish();
        assert_eq!((shrunk.width, shrunk.height), (2, 2));
        assert_eq!(*shrunk.rgb(), [100, 100, 100, 8, 8, 8, 55, 55, 55, 33, 33, 33]);
    }

    #[test]
    fn twice_the_target_is_left_for_the_final_filter() {
        assert_eq!(factor(8000, 1920), 2);
        assert_eq!(factor(7679, 1920), 1);
        assert_eq!(factor(100, 1920), 1);
    }
}
