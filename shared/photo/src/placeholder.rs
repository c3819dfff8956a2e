use crate::Rejection;
use crate::pixels::Pixels;
use crate::plan;
use crate::resize::{self, Picture};

/// ThumbHash takes nothing larger, and gains nothing from it.
const MAX_SIDE_PX: u32 = 100;

/// What an app shows before the photo has arrived.
pub(crate) struct Placeholder {
    pub(crate) thumbhash: Vec<u8>,
    pub(crate) dominant_color: [u8; 3],
}

/// Computed from the smallest of the pictures.
pub(crate) fn of(pictures: &[Picture]) -> Result<Placeholder, Rejection> {
    let smallest = pictures.last().ok_or_else(Rejection::unprocessable)?;
    let small = shrink(&smallest.pixels)?;
    let rgb = small.rgb();
    let rgba: Vec<u8> = rgb.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
    Ok(Placeholder {
        thumbhash: thumbhash::rgba_to_thumb_hash(small.width as usize, small.height as usize, &rgba),
        dominant_color: dominant_color(&rgb),
    })
}

fn shrink(pixels: &Pixels) -> Result<Pixels, Rejection> {
    let longest = pixels.width.max(pixels.height);
    let scale = (f64::from(MAX_SIDE_PX) / f64::from(longest)).min(1.0);
    resize::to_size(pixels, (plan::scaled(pixels.width, scale), plan::scaled(pixels.height, scale)))
}

/// The mean of the fullest of 512 equal boxes of colour space; of equally full ones the darkest.
fn dominant_color(rgb: &[u8]) -> [u8; 3] {
    let mut boxes = vec![[0_u32; 4]; 512];
    for pixel in rgb.chunks_exact(3) {
        let index = pixel.iter().fold(0, |index, &channel| index << 3 | usize::from(channel >> 5));
        for (sum, &channel) in boxes[index].iter_mut().zip(pixel) {
            *sum += u32::from(channel);
        }
        boxes[index][3] += 1;
    }
    let mut fullest = [0_u32; 4];
    for candidate in boxes {
        if candidate[3] > fullest[3] {
            fullest = candidate;
        }
    }
    let count = fullest[3].max(1);
    [fullest[0], fullest[1], fullest[2]].map(|sum| ((sum + count / 2) / count) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dominant_color_is_the_one_that_covers_most() {
        let rgb = [[200_u8, 10, 10], [20, 4, 200], [22, 6, 202], [250, 250, 250]].concat();
        assert_eq!(dominant_color(&rgb), [21, 5, 201]);
    }
}
