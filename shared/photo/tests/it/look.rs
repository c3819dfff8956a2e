//! What a rendition has to look like.

use crate::files::{self, Picture};
use photo::{Settings, optimize};

/// The colours of [`files::quarters`]: upper left, upper right, lower left, lower right.
pub(crate) const QUARTERS: [[u8; 3]; 4] = [[230, 20, 20], [20, 200, 20], [20, 20, 220], [230, 220, 20]];

/// The main rendition that these bytes become with the default settings.
pub(crate) fn published(raw: &[u8]) -> Picture {
    files::main_picture(&optimize(raw, &Settings::default()).unwrap())
}

/// The same at the lowest quality, which does not depend on how many bytes the raw file has.
pub(crate) fn published_coarse(raw: &[u8]) -> Picture {
    files::main_picture(&optimize(raw, &Settings { jpeg_quality: 40, ..Settings::default() }).unwrap())
}

/// Whether two colours are told apart by measuring only: lossy coding moves them this much.
pub(crate) fn near(seen: [u8; 3], expected: [u8; 3]) -> bool {
    within(seen, expected, 16)
}

pub(crate) fn within(seen: [u8; 3], expected: [u8; 3], tolerance: u8) -> bool {
    seen.iter().zip(expected).all(|(&a, b)| a.abs_diff(b) <= tolerance)
}

/// The colours in the middle of the four quarters.
pub(crate) fn middles(picture: &Picture) -> [[u8; 3]; 4] {
    let (w, h) = (picture.width, picture.height);
    [(w / 4, h / 4), (w * 3 / 4, h / 4), (w / 4, h * 3 / 4), (w * 3 / 4, h * 3 / 4)].map(|(x, y)| picture.at(x, y))
}

#[track_caller]
pub(crate) fn assert_quarters(picture: &Picture, expected: [[u8; 3]; 4], what: &str) {
    for (seen, expected) in middles(picture).into_iter().zip(expected) {
        assert!(near(seen, expected), "{what}: {seen:?} is not {expected:?}");
    }
}

#[track_caller]
pub(crate) fn assert_upright_quarters(picture: &Picture, what: &str) {
    assert_quarters(picture, QUARTERS, what);
}
