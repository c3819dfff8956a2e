use crate::orient::Orientation;
use crate::{Rejection, Settings, limits};

/// WebP cannot be taller. Only a panorama on its side is ever affected.
const MAX_HEIGHT_PX: u32 = 16_383;

/// What is going to happen to a photo, known from its header alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Plan {
    pub(crate) orientation: Orientation,
    /// Size in the file, before turning.
    pub(crate) stored: (u32, u32),
    /// Size to scale to, before turning. Never larger than `stored`.
    pub(crate) target: (u32, u32),
}

/// Refuses by the header's dimensions, or says what to scale to: `max_width_px` of the upright picture.
pub(crate) fn plan(stored: (u32, u32), orientation: Orientation, settings: &Settings) -> Result<Plan, Rejection> {
    limits::check_dimensions(stored.0, stored.1, settings)?;
    let upright = orientation.apply_to_size(stored);
    let scale = (f64::from(settings.max_width_px.max(1)) / f64::from(upright.0))
        .min(f64::from(MAX_HEIGHT_PX) / f64::from(upright.1))
        .min(1.0);
    let target = (scaled(upright.0, scale), scaled(upright.1, scale));
    Ok(Plan { orientation, stored, target: orientation.apply_to_size(target) })
}

/// `length * scale`, to the nearest whole pixel and at least one.
pub(crate) fn scaled(length: u32, scale: f64) -> u32 {
    (f64::from(length) * scale).round().max(1.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(stored: (u32, u32), exif: u16) -> (u32, u32) {
        plan(stored, Orientation::from_exif(exif).unwrap(), &Settings::default()).unwrap().target
    }

    #[test]
    fn the_width_that_is_limited_is_the_upright_one() {
        assert_eq!(target((4032, 3024), 1), (1920, 1440));
        assert_eq!(target((4032, 3024), 6), (2560, 1920));
        assert_eq!(target((2048, 1536), 6), (2048, 1536));
    }

    #[test]
    fn nothing_is_enlarged_and_nothing_vanishes() {
        assert_eq!(target((1, 1), 1), (1, 1));
        assert_eq!(target((60_000, 10), 1), (1920, 1));
        assert_eq!(target((100, 60_000), 1), (27, 16_383));
    }
}
