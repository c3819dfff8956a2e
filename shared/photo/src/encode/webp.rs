use crate::Rejection;

/// libwebp's effort, 0 to 6. Two takes half the time of the default four, for files 4 % larger.
const METHOD: i32 = 2;

pub(super) fn encode(rgb: &[u8], (width, height): (u32, u32), quality: f32) -> Result<Vec<u8>, Rejection> {
    let mut config = ::webp::WebPConfig::new().map_err(|()| Rejection::unprocessable())?;
    config.quality = quality.clamp(0.0, 100.0);
    config.method = METHOD;
    let file = ::webp::Encoder::from_rgb(rgb, width, height)
        .encode_advanced(&config)
        .map_err(|_| Rejection::unprocessable())?;
    Ok(file.to_vec())
}
