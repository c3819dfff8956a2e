//! What the fuzz targets reach that [`optimize`](crate::optimize) alone would not lead them to. Only their builds have it.

use crate::exif;

/// The size of a picture after it was turned as an EXIF block says.
pub fn upright_size(block: &[u8], stored: (u32, u32)) -> (u32, u32) {
    exif::orientation(block).apply_to_size(stored)
}
