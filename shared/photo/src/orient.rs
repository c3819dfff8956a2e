use crate::pixels::Pixels;

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
}

/// Turns the picture upright. Done after scaling, where there are fewer pixels to move.
pub(crate) fn upright(pixels: Pixels, orientation: Orientation) -> Pixels {
    if orientation == Orientation::default() {
        return pixels;
    }
    let (width, height) = orientation.apply_to_size((pixels.width, pixels.height));
    let (columns, rows) = (pixels.width as usize, pixels.height as usize);
    // mirroring and the half turn both reverse the columns; the half turn alone reverses the rows
    let column = |x: usize| {
        if orientation.mirror != orientation.half_turn { columns - 1 - x } else { x }
    };
    let row = |y: usize| if orientation.half_turn { rows - 1 - y } else { y };
    let mut rgb = vec![0; pixels.rgb.len()];
    for (y, line) in rgb.chunks_exact_mut(width as usize * 3).enumerate() {
        for (x, pixel) in line.chunks_exact_mut(3).enumerate() {
            let (from_x, from_y) =
                if orientation.quarter_turn { (column(y), row(rows - 1 - x)) } else { (column(x), row(y)) };
            let at = (from_y * columns + from_x) * 3;
            pixel.copy_from_slice(&pixels.rgb[at..at + 3]);
        }
    }
    Pixels { width, height, rgb }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two rows, `1 2 3` over `4 5 6`, as one-byte names of the pixels.
    fn upright_names(exif: u16) -> (u32, Vec<u8>) {
        let rgb = [1, 2, 3, 4, 5, 6].iter().flat_map(|&name| [name; 3]).collect();
        let turned = upright(Pixels { width: 3, height: 2, rgb }, Orientation::from_exif(exif).unwrap());
        (turned.width, turned.rgb.iter().step_by(3).copied().collect())
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
