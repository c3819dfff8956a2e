use crate::decode::Decoded;
use crate::pixels::Pixels;
use crate::{Rejection, Settings, plan};
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, ResizeOptions, Resizer};

/// One picture to publish, and what it is called.
#[derive(Debug)]
pub(crate) struct Picture {
    /// `main`, or the width of a thumbnail.
    pub(crate) name: String,
    pub(crate) pixels: Pixels,
}

/// Scales what was decoded to the planned size (Lanczos3).
pub(crate) fn to_target(decoded: Decoded) -> Result<Pixels, Rejection> {
    let Decoded { pixels, plan, .. } = decoded;
    if (pixels.width, pixels.height) == plan.target {
        return Ok(pixels);
    }
    let area = (decoded.covers.0.min(f64::from(pixels.width)), decoded.covers.1.min(f64::from(pixels.height)));
    lanczos(&pixels, area, plan.target)
}

/// The main picture and its thumbnails, each made from the one before it.
pub(crate) fn pyramid(main: Pixels, settings: &Settings) -> Result<Vec<Picture>, Rejection> {
    let mut widths = settings.thumbnail_widths_px.clone();
    widths.retain(|&width| width > 0 && width < main.width);
    widths.sort_unstable_by(|a, b| b.cmp(a));
    widths.dedup();
    let (main_width, main_height) = (main.width, main.height);
    let mut pictures = vec![Picture { name: "main".to_owned(), pixels: main }];
    for width in widths {
        // the height follows from the main picture, so that rounding does not add up
        let height = plan::scaled(main_height, f64::from(width) / f64::from(main_width));
        let from = &pictures[pictures.len() - 1].pixels;
        let pixels = to_size(from, (width, height))?;
        pictures.push(Picture { name: width.to_string(), pixels });
    }
    Ok(pictures)
}

/// The whole picture at another size.
pub(crate) fn to_size(from: &Pixels, size: (u32, u32)) -> Result<Pixels, Rejection> {
    lanczos(from, (f64::from(from.width), f64::from(from.height)), size)
}

/// Scales the top left `area` of a picture: a shrinking decoder's last column and row may stand for less than a pixel.
fn lanczos(from: &Pixels, area: (f64, f64), (width, height): (u32, u32)) -> Result<Pixels, Rejection> {
    let source =
        ImageRef::new(from.width, from.height, &from.rgb, PixelType::U8x3).map_err(|_| Rejection::unprocessable())?;
    let mut scaled = Image::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new().crop(0.0, 0.0, area.0, area.1);
    Resizer::new().resize(&source, &mut scaled, &options).map_err(|_| Rejection::unprocessable())?;
    Ok(Pixels { width, height, rgb: scaled.into_vec() })
}
