use std::borrow::Cow;

/// A picture in memory. One plane of three channels is RGB, one plane of one channel grey; three planes are Y, Cb and Cr
/// as in a JPEG file (JFIF), the latter two at half the width and height, rounded up (4:2:0).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pixels {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) planes: Vec<Plane>,
}

/// 8-bit samples, rows without padding: `samples.len() == width * height * channels`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plane {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Samples beside each other that stand for one place: 1 or 3.
    pub(crate) channels: usize,
    pub(crate) samples: Vec<u8>,
}

impl Pixels {
    pub(crate) fn from_rgb(width: u32, height: u32, rgb: Vec<u8>) -> Self {
        Self { width, height, planes: vec![Plane { width, height, channels: 3, samples: rgb }] }
    }

    /// As RGB, rows without padding; converted (ITU-R BT.601, full range) where it is not RGB already.
    pub(crate) fn rgb(&self) -> Cow<'_, [u8]> {
        match self.planes.as_slice() {
            [rgb] if rgb.channels == 3 => Cow::Borrowed(&rgb.samples),
            [y, cb, cr] => Cow::Owned(ycc_to_rgb(y, cb, cr)),
            planes => Cow::Owned(planes.iter().flat_map(|grey| &grey.samples).flat_map(|&grey| [grey; 3]).collect()),
        }
    }
}

impl Plane {
    /// Bytes from one row to the next.
    pub(crate) fn stride(&self) -> usize {
        self.width as usize * self.channels
    }
}

/// How many pixels one sample of the plane with this index stands for, along either side.
pub(crate) fn subsampling(plane: usize) -> u32 {
    if plane == 0 { 1 } else { 2 }
}

/// Each chroma sample is used for its four pixels: what then is stored as 4:2:0 again keeps the same chroma.
fn ycc_to_rgb(y: &Plane, cb: &Plane, cr: &Plane) -> Vec<u8> {
    let mut rgb = vec![0; y.samples.len() * 3];
    let rows = rgb.chunks_exact_mut(y.stride() * 3).zip(y.samples.chunks_exact(y.stride()));
    for (row, (out, y)) in rows.enumerate() {
        let at = row / 2 * cb.stride();
        let chroma = cb.samples[at..at + cb.stride()].iter().zip(&cr.samples[at..at + cr.stride()]);
        for ((out, y), (&cb, &cr)) in out.chunks_mut(6).zip(y.chunks(2)).zip(chroma) {
            let shift = chroma_shift(cb, cr);
            for (pixel, &y) in out.chunks_exact_mut(3).zip(y) {
                for (channel, shift) in pixel.iter_mut().zip(shift) {
                    *channel = (i32::from(y) + shift).clamp(0, 255) as u8;
                }
            }
        }
    }
    rgb
}

/// What is added to Y for red, green and blue (JFIF 1.02, in 1/65536).
fn chroma_shift(cb: u8, cr: u8) -> [i32; 3] {
    let (cb, cr) = (i32::from(cb) - 128, i32::from(cr) - 128);
    [91_881 * cr, -22_554 * cb - 46_802 * cr, 116_130 * cb].map(|shift| (shift + 32_768) >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ycc_of_an_odd_size_becomes_rgb() {
        let plane = |width, height, samples: &[u8]| Plane { width, height, channels: 1, samples: samples.to_vec() };
        let planes = vec![plane(3, 1, &[76, 76, 29]), plane(2, 1, &[85, 255]), plane(2, 1, &[255, 107])];
        let pixels = Pixels { width: 3, height: 1, planes };
        assert_eq!(*pixels.rgb(), [254, 0, 0, 254, 0, 0, 0, 0, 254]);
    }

    #[test]
    fn grey_becomes_rgb_and_rgb_is_lent() {
        let grey = Plane { width: 2, height: 1, channels: 1, samples: vec![7, 9] };
        assert_eq!(*Pixels { width: 2, height: 1, planes: vec![grey] }.rgb(), [7, 7, 7, 9, 9, 9]);
        assert!(matches!(Pixels::from_rgb(1, 1, vec![1, 2, 3]).rgb(), Cow::Borrowed([1, 2, 3])));
    }
}
