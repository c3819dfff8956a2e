use crate::pixels::Pixels;
use crate::quiet::quietly;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// Profiles of cameras have some hundred bytes, of printing presses up to some megabytes. Larger ones are ignored.
pub(crate) const MAX_PROFILE_BYTES: usize = 4 * 1024 * 1024;

/// The colour profile that a photo carries, with what its numbers stood for in the file.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    pub(crate) icc: Vec<u8>,
    /// Grey in the file, so that `r == g == b` in the decoded pixels.
    pub(crate) grey: bool,
}

/// Converts to sRGB, so that the picture keeps its look without its profile. A profile that is broken or not of the
/// picture's kind is ignored: most viewers do the same.
pub(crate) fn to_srgb(pixels: Pixels, profile: Option<&Profile>) -> Pixels {
    let Some(profile) = profile.filter(|profile| profile.icc.len() <= MAX_PROFILE_BYTES) else {
        return pixels;
    };
    match quietly(|| convert(&pixels.rgb(), profile)).flatten() {
        Some(rgb) => Pixels::from_rgb(pixels.width, pixels.height, rgb),
        None => pixels,
    }
}

fn convert(rgb: &[u8], profile: &Profile) -> Option<Vec<u8>> {
    let source = ColorProfile::new_from_slice(&profile.icc).ok()?;
    match source.color_space {
        DataColorSpace::Rgb => transform(&source, Layout::Rgb, rgb, 3),
        DataColorSpace::Gray if profile.grey => {
            let all_greys: Vec<u8> = (0..=255).collect();
            let table = transform(&source, Layout::Gray, &all_greys, 1)?;
            let lookup = |pixel: &[u8]| {
                let at = usize::from(pixel[0]) * 3;
                [table[at], table[at + 1], table[at + 2]]
            };
            Some(rgb.chunks_exact(3).flat_map(lookup).collect())
        }
        _ => None,
    }
}

/// CMYK to sRGB, `0` no ink and `255` full ink: by the profile where it is one for CMYK, else by the plain formula.
pub(crate) fn cmyk_to_rgb(cmyk: &[u8], icc: Option<&[u8]>) -> Vec<u8> {
    icc.filter(|icc| icc.len() <= MAX_PROFILE_BYTES)
        .and_then(|icc| quietly(|| convert_cmyk(cmyk, icc)).flatten())
        .unwrap_or_else(|| {
            let channel = |ink: u8, black: u8| ((u32::from(255 - ink) * u32::from(255 - black) + 127) / 255) as u8;
            cmyk.chunks_exact(4).flat_map(|p| [channel(p[0], p[3]), channel(p[1], p[3]), channel(p[2], p[3])]).collect()
        })
}

fn convert_cmyk(cmyk: &[u8], icc: &[u8]) -> Option<Vec<u8>> {
    let source = ColorProfile::new_from_slice(icc).ok()?;
    match source.color_space {
        // four channels without a layout of their own: moxcms takes CMYK as RGBA
        DataColorSpace::Cmyk => transform(&source, Layout::Rgba, cmyk, 4),
        _ => None,
    }
}

fn transform(source: &ColorProfile, layout: Layout, samples: &[u8], channels: usize) -> Option<Vec<u8>> {
    let srgb = ColorProfile::new_srgb();
    let transform = source.create_transform_8bit(layout, &srgb, Layout::Rgb, TransformOptions::default()).ok()?;
    let mut rgb = vec![0; samples.len() / channels * 3];
    transform.transform(samples, &mut rgb).ok()?;
    Some(rgb)
}
