//! Pictures of nowhere, deterministic: a sky that fades, hills with sharp outlines, texture at every scale and the noise of a sensor,
//! so that a codec meets what it meets in photos.

use crate::pixels::Pixels;

/// Sizes of the noise's cells in pixels, and how strong each is.
const OCTAVES: [(u32, f32); 5] = [(640, 0.40), (160, 0.26), (40, 0.16), (12, 0.10), (4, 0.05)];
/// The sensor's noise, in steps of 255.
const GRAIN: f32 = 3.0;

/// Paints a picture.
pub(crate) fn paint((width, height): (u32, u32), seed: u32) -> Pixels {
    let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        let down = y as f32 / height as f32;
        let texture: f32 = OCTAVES.iter().map(|&(cell, strength)| strength * noise(x, y, cell, seed)).sum();
        let outline = 0.35 + 0.3 * noise(x, 0, 900, seed ^ 77) + 0.03 * noise(x, 0, 45, seed ^ 78);
        let color = if down < outline { sky(down, noise(x, y, 400, seed ^ 79)) } else { ground(texture) };
        let grain = GRAIN * (random(x, y, seed ^ 80) - 0.5);
        rgb.extend(color.map(|channel| (255.0 * channel + grain).clamp(0.0, 255.0) as u8));
    }
    Pixels { size: (width, height), rgb }
}

fn sky(down: f32, cloud: f32) -> [f32; 3] {
    let white = (cloud - 0.45).max(0.0);
    [0.35 + 0.4 * down + white, 0.55 + 0.3 * down + 0.8 * white, 0.85 + 0.3 * white]
}

/// Meadow and rock, with an edge between them.
fn ground(texture: f32) -> [f32; 3] {
    if texture > 0.52 {
        [0.9 * texture, 0.82 * texture, 0.75 * texture]
    } else {
        [0.25 + 0.5 * texture, 0.30 + 0.6 * texture, 0.10 + 0.4 * texture]
    }
}

/// Smooth noise between 0 and 1 that changes over `cell` pixels.
fn noise(x: u32, y: u32, cell: u32, seed: u32) -> f32 {
    let (column, row) = (x / cell, y / cell);
    let smooth = |at: u32| {
        let part = (at % cell) as f32 / cell as f32;
        part * part * (3.0 - 2.0 * part)
    };
    let (right, down) = (smooth(x), smooth(y));
    let corner = |dx, dy| random(column + dx, row + dy, seed.wrapping_mul(31).wrapping_add(cell));
    let (top, bottom) = (mix(corner(0, 0), corner(1, 0), right), mix(corner(0, 1), corner(1, 1), right));
    mix(top, bottom, down)
}

fn mix(one: f32, other: f32, part: f32) -> f32 {
    one + (other - one) * part
}

/// A number between 0 and 1 that belongs to a place (a 32-bit finaliser of MurmurHash3).
fn random(x: u32, y: u32, seed: u32) -> f32 {
    let mut hash = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ seed.wrapping_mul(0xC2B2_AE3D);
    hash = (hash ^ hash >> 16).wrapping_mul(0x85EB_CA6B);
    hash = (hash ^ hash >> 13).wrapping_mul(0xC2B2_AE35);
    (hash ^ hash >> 16) as f32 / u32::MAX as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_the_same_every_time_and_another_for_another_seed() {
        assert_eq!(paint((64, 48), 1).rgb, paint((64, 48), 1).rgb);
        assert_ne!(paint((64, 48), 1).rgb, paint((64, 48), 2).rgb);
    }
}
