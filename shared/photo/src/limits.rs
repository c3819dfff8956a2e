use crate::{Rejection, Settings};

/// Step 1: refuses files that are empty or larger than `max_bytes`.
pub(crate) fn check_size(raw: &[u8], settings: &Settings) -> Result<(), Rejection> {
    if raw.is_empty() {
        return Err(Rejection::new("empty", "The file is empty."));
    }
    if raw.len() > settings.max_bytes {
        let reason =
            format!("The file has {} bytes; a photo may have at most {} bytes.", raw.len(), settings.max_bytes);
        return Err(Rejection::new("too_large", reason));
    }
    Ok(())
}

/// Refuses pictures without area and those above `max_pixels`. Called with what the header says, before decoding.
pub(crate) fn check_dimensions(width: u32, height: u32, settings: &Settings) -> Result<(), Rejection> {
    if width == 0 || height == 0 {
        return Err(Rejection::corrupt());
    }
    if u64::from(width) * u64::from(height) > settings.max_pixels {
        let reason = format!(
            "The photo is {width} × {height} pixels; at most {} megapixels are accepted.",
            settings.max_pixels / 1_000_000
        );
        return Err(Rejection::new("too_many_pixels", reason));
    }
    Ok(())
}
