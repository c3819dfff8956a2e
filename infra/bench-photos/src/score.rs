//! How much a rendition looks like its photo: SSIMULACRA2, 100 for the same, about 80 and more where people see no difference
//! side by side.
//!
//! The reference is the same for all candidates: the whole photo decoded, turned upright, and scaled to the rendition's size by
//! Lanczos3 in 16 bits.

use crate::Trouble;
use crate::pixels::Pixels;
use fast_ssim2::{PixelDescriptor, PixelSlice, Ssimulacra2Reference};
use std::path::Path;

/// A photo to which renditions are compared.
pub(crate) struct Original {
    upright: Pixels,
    references: Vec<((u32, u32), Ssimulacra2Reference)>,
}

impl Original {
    /// Decodes a photo.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(crate) fn read(photo: &Path) -> Result<Self, Trouble> {
        let upright = Pixels::decode_upright(&std::fs::read(photo)?)?;
        Ok(Self { upright, references: Vec::new() })
    }

    /// Width and height in pixels, upright.
    pub(crate) fn size(&self) -> (u32, u32) {
        self.upright.size
    }

    /// The score of a rendition.
    ///
    /// # Errors
    /// Where it is too small to be judged.
    pub(crate) fn score(&mut self, rendition: &Pixels) -> Result<f64, Trouble> {
        let size = rendition.size;
        let at = match self.references.iter().position(|(known, _)| *known == size) {
            Some(at) => at,
            None => {
                let samples = self.upright.scaled_16_bit(size)?;
                self.references.push((size, Ssimulacra2Reference::new(&slice(&samples, size)?)?));
                self.references.len() - 1
            }
        };
        // As fine as the reference, so that both take the same way to linear light.
        let samples = rendition.scaled_16_bit(size)?;
        Ok(self.references[at].1.compare(&slice(&samples, size)?)?)
    }
}

fn slice(samples: &[u8], (width, height): (u32, u32)) -> Result<PixelSlice<'_>, Trouble> {
    Ok(PixelSlice::new(samples, width, height, width as usize * 6, PixelDescriptor::RGB16_SRGB)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::pixels::Jpeg;

    #[test]
    fn the_same_picture_has_a_hundred_and_a_worse_one_less() {
        let rgb = (0..128 * 128).flat_map(|at: u32| [(at % 97) as u8, (at % 251) as u8, (at / 64) as u8]).collect();
        let picture = Pixels { size: (128, 128), rgb };
        let jpeg = |quality| picture.to_jpeg(Jpeg { quality, progressive: false, orientation: 1 }).unwrap();
        let [fine, coarse] = [95.0, 40.0].map(|quality| Pixels::decode(&jpeg(quality)).unwrap());
        let mut original = Original { upright: picture, references: Vec::new() };
        let [fine, coarse] = [fine, coarse].map(|picture| original.score(&picture).unwrap());
        let same = Pixels { size: original.upright.size, rgb: original.upright.rgb.clone() };
        assert!(original.score(&same).unwrap() > 99.99);
        assert!(fine > coarse && fine < 99.9, "{fine} {coarse}");
        assert_eq!(original.references.len(), 1);
    }
}
