use crate::decode::Decoded;
use crate::pixels::{Pixels, subsampling};
use crate::scale::{Axis, scale};
use crate::{Rejection, Settings, plan};

/// One picture to publish, and what it is called.
#[derive(Debug)]
pub(crate) struct Picture {
    /// `main`, or the width of a thumbnail.
    pub(crate) name: String,
    pub(crate) pixels: Pixels,
}

/// Scales what was decoded to the planned size (Lanczos3), where the decoder has not done so while reading.
pub(crate) fn to_target(decoded: Decoded) -> Result<Pixels, Rejection> {
    let Decoded { pixels, covers, plan, .. } = decoded;
    if (pixels.width, pixels.height) == plan.target {
        return Ok(pixels);
    }
    // a shrinking decoder's last column and row may stand for less than a pixel
    let covers = (covers.0.min(f64::from(pixels.width)), covers.1.min(f64::from(pixels.height)));
    scale_all(&pixels, covers, plan.target)
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
    scale_all(from, (f64::from(from.width), f64::from(from.height)), size)
}

/// Scales the top left of a picture, `covers` pixels wide and high.
fn scale_all(from: &Pixels, covers: (f64, f64), (width, height): (u32, u32)) -> Result<Pixels, Rejection> {
    let one = |(index, plane)| {
        let pixels = subsampling(index);
        let axis = |covers: f64, length| Axis::new(covers / f64::from(pixels), length, pixels, false);
        scale(plane, axis(covers.0, width), axis(covers.1, height))
    };
    let planes = from.planes.iter().enumerate().map(one).collect::<Result<_, _>>()?;
    Ok(Pixels { width, height, planes })
}
