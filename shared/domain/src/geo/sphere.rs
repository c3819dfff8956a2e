use s2::r3::vector::Vector;

/// The angle between two unit vectors in radians, to about 1e-16 + 1e-16 × the angle.
///
/// From the chord, not from the dot product, whose arc cosine loses half the digits of a small angle.
pub(super) fn angle_rad(a: Vector, b: Vector) -> f64 {
    let chord_squared = (a - b).norm2();
    if chord_squared < 2.0 {
        2.0 * (0.5 * chord_squared.sqrt()).asin()
    } else {
        std::f64::consts::PI - 2.0 * (0.5 * (a + b).norm()).min(1.0).asin()
    }
}
