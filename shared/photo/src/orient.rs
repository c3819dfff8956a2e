use crate::pixels::{Pixels, Plane};

/// An EXIF orientation, as the three steps that make the stored picture upright: mirror left to right, then turn
/// upside down (180°), then turn a quarter clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Orientation {
    mirror: bool,
    half_turn: bool,
    quarter_turn: bool,
}

impl Orientation {
    /// `None` for a number outside 1 to 8.
    pub(crate) fn from_exif(value: u16) -> Option<Self> {
        let (mirror, half_turn, quarter_turn) = match value {
            1 => (false, false, false),
            2 => (true, false, false),
            3 => (false, true, false),
            4 => (true, true, false),
            5 => (true, true, true),
            6 => (false, false, true),
            7 => (true, false, true),
            8 => (false, true, true),
            _ => return None,
        };
        Some(Self { mirror, half_turn, quarter_turn })
    }

    /// Width and height as seen upright, or back: the swap is its own inverse.
    pub(crate) fn apply_to_size(self, (width, height): (u32, u32)) -> (u32, u32) {
        if self.quarter_turn { (height, width) } else { (width, height) }
    }

    /// Whether the stored rows are read from right to left.
    pub(crate) fn mirrors_columns(self) -> bool {
        self.mirror != self.half_turn
    }

    /// Whether the stored columns are read from the bottom up.
    pub(crate) fn mirrors_rows(self) -> bool {
        self.half_turn != self.quarter_turn
    }
}

/// Turns the picture upright. Done after scaling, where there are fewer pixels to move.
pub(crate) fn upright(pixels: Pixels, orientation: Orientation) -> Pixels {
    if orientation == Orientation::default() {
        return pixels;
    }
    let (width, height) = orientation.apply_to_size((pixels.width, pixels.height));
    let turn = |plane: Plane| match plane.channels {
        3 => turn::<3>(&plane, orientation),
        _ => turn::<1>(&plane, orientation),
    };
    Pixels { width, height, planes: pixels.planes.into_iter().map(turn).collect() }
}

fn turn<const CHANNELS: usize>(plane: &Plane, orientation: Orientation) -> Plane {
    let (width, height) = orientation.apply_to_size((plane.width, plane.height));
    let (columns, rows) = (plane.width as usize, plane.height as usize);
    let (from, _) = plane.samples.as_chunks::<CHANNELS>();
    let mut samples = vec![0; plane.samples.len()];
    let (to, _) = samples.as_chunks_mut::<CHANNELS>();
    let column = |x: usize| if orientation.mirrors_columns() { columns - 1 - x } else { x };
    let row = |y: usize| if orientation.mirrors_rows() { rows - 1 - y } else { y };
    if orientation.quarter_turn {
        // by squares, so that the rows read and the columns written both stay in the nearest cache
        for (y, x) in squares(rows, columns) {
            for y in y..rows.min(y + SQUARE) {
                for x in x..columns.min(x + SQUARE) {
                    to[column(x) * rows + row(y)] = from[y * columns + x];
                }
            }
        }
    } else {
        for (y, line) in from.chunks_exact(columns).enumerate() {
            let line_to = &mut to[row(y) * columns..][..columns];
            line_to.copy_from_slice(line);
            if orientation.mirrors_columns() {
                line_to.reverse();
            }
        }
    }
    Plane { width, height, channels: CHANNELS, samples }
}

const SQUARE: usize = 32;

fn squares(rows: usize, columns: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rows).step_by(SQUARE).flat_map(move |y| (0..columns).step_by(SQUARE).map(move |x| (y, x)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two rows, `1 2 3` over `4 5 6`, as one-byte names of the pixels.
    fn upright_names(exif: u16) -> (u32, Vec<u8>) {
        let rgb = [1, 2, 3, 4, 5, 6].iter().flat_map(|&name| [name; 3]).collect();
        let turned = upright(Pixels::from_rgb(3, 2, rgb), Orientation::from_exif(exif).unwrap());
        (turned.width, turned.rgb().iter().step_by(3).copied().collect())
    }

    #[test]
    fn each_orientation_moves_each_pixel_where_exif_says() {
        assert_eq!(upright_names(1), (3, vec![1, 2, 3, 4, 5, 6]));
        assert_eq!(upright_names(2), (3, vec![3, 2, 1, 6, 5, 4]));
        assert_eq!(upright_names(3), (3, vec![6, 5, 4, 3, 2, 1]));
        assert_eq!(upright_names(4), (3, vec![4, 5, 6, 1, 2, 3]));
        assert_eq!(upright_names(5), (2, vec![1, 4, 2, 5, 3, 6]));
        assert_eq!(upright_names(6), (2, vec![4, 1, 5, 2, 6, 3]));
        assert_eq!(upright_names(7), (2, vec![6, 3, 5, 2, 4, 1]));
        assert_eq!(upright_names(8), (2, vec![3, 6, 2, 5, 1, 4]));
    }
}
