//! Photos to upload: sound ones, and one that broke off on its way.

use crate::Trouble;
use jpeg_encoder::{ColorType, Encoder};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A small photo of a phone: enough for every rendition but the main one to be made smaller.
const SIZE: (u16, u16) = (1280, 960);
/// What an app sends inside of a request.
const SMALL: (u16, u16) = (320, 240);
const QUALITY: u8 = 85;

/// JPEG files.
#[derive(Debug)]
pub(crate) struct Pictures {
    /// What an upload brings.
    pub(crate) sound: Vec<u8>,
    /// The first half of it: no photo.
    pub(crate) broken: Vec<u8>,
    /// What goes with a charger.
    pub(crate) small: Vec<u8>,
}

impl Pictures {
    /// Makes them.
    ///
    /// # Errors
    /// Those of the encoder.
    pub(crate) fn make() -> Result<Self, Trouble> {
        let sound = jpeg(SIZE)?;
        let broken = sound[..sound.len() / 2].to_vec();
        Ok(Self { broken, small: jpeg(SMALL)?, sound })
    }
}

/// Slow waves of colour under the grain of a sensor.
fn jpeg((width, height): (u16, u16)) -> Result<Vec<u8>, Trouble> {
    let mut random = StdRng::seed_from_u64(u64::from(width));
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        let (x, y) = (f32::from(x), f32::from(y));
        for (wave, shift) in [(97.0, 0.0), (61.0, 1.0), (41.0, 2.0)] {
            let level = 0.5 + 0.3 * (x / wave + shift).sin() * (y / (wave + 20.0)).cos();
            pixels.push((255.0 * level + random.random_range(-4.0..4.0)) as u8);
        }
    }
    let mut file = Vec::new();
    Encoder::new(&mut file, QUALITY).encode(&pixels, width, height, ColorType::Rgb)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_photo_has_its_end_and_a_broken_one_has_not() {
        let Pictures { sound, broken, small } = Pictures::make().unwrap();
        assert!(sound.ends_with(&[0xff, 0xd9]) && small.ends_with(&[0xff, 0xd9]));
        assert!(sound.starts_with(&broken) && !broken.ends_with(&[0xff, 0xd9]));
        assert!((50_000..1_000_000).contains(&sound.len()), "{}", sound.len());
    }
}
