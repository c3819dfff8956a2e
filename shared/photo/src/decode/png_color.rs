use crate::color::{MAX_PROFILE_BYTES, Profile};
use crate::quiet::quietly;
use moxcms::{
    Chromaticity, CicpProfile, ColorPrimaries, ColorProfile, MatrixCoefficients, ToneReprCurve, TransferCharacteristics,
};
use png::{CodingIndependentCodePoints, Info, ScaledFloat, SourceChromaticities};

/// The colour space that a PNG's chunks declare, in the order of precedence of the PNG specification (third edition,
/// 4.3), which browsers follow: cICP, iCCP, sRGB, then gAMA and cHRM. `None` means sRGB.
///
/// Pictures of high dynamic range (cICP with PQ or HLG) would need tone mapping: their cICP is passed over.
pub(super) fn profile(info: &Info<'_>, grey: bool) -> Option<Profile> {
    let icc = if let Some(built) = info.coding_independent_code_points.and_then(from_code_points) {
        Some(built)
    } else if let Some(icc) = info.icc_profile.as_deref() {
        Some(icc.to_vec())
    } else if info.srgb.is_some() {
        None
    } else {
        from_gamma(info.gama_chunk, info.chrm_chunk)
    };
    icc.filter(|icc| icc.len() <= MAX_PROFILE_BYTES).map(|icc| Profile { icc, grey })
}

fn from_code_points(points: CodingIndependentCodePoints) -> Option<Vec<u8>> {
    let transfer_characteristics = TransferCharacteristics::try_from(points.transfer_function).ok()?;
    if matches!(transfer_characteristics, TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg) {
        return None;
    }
    let code_points = CicpProfile {
        color_primaries: points.color_primaries.try_into().ok()?,
        transfer_characteristics,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    };
    quietly(|| ColorProfile::new_from_cicp(code_points).encode().ok()).flatten()
}

/// A gamma of 1/2.2 with the primaries of sRGB, or with none, is how programs wrote sRGB before there was a chunk for it:
/// it means sRGB. Of the two chunks the missing one is as in sRGB; impossible values are as if the chunk was not there.
fn from_gamma(gamma: Option<ScaledFloat>, primaries: Option<SourceChromaticities>) -> Option<Vec<u8>> {
    const SRGB_GAMMA: u32 = 45_455;
    const POSSIBLE_GAMMA: std::ops::RangeInclusive<u32> = 10_000..=500_000;
    let gamma = gamma.map(ScaledFloat::into_scaled).filter(|gamma| POSSIBLE_GAMMA.contains(gamma));
    let gamma = gamma.filter(|&gamma| gamma.abs_diff(SRGB_GAMMA) > 500);
    let primaries = primaries.filter(|primaries| *primaries != srgb_primaries() && is_possible(primaries));
    if gamma.is_none() && primaries.is_none() {
        return None;
    }
    let mut profile = ColorProfile::new_srgb();
    profile.cicp = None;
    if let Some(gamma) = gamma {
        let curve = ToneReprCurve::Parametric(vec![1e5 / gamma as f32]);
        (profile.red_trc, profile.green_trc) = (Some(curve.clone()), Some(curve.clone()));
        profile.blue_trc = Some(curve);
    }
    quietly(|| {
        if let Some(primaries) = primaries {
            let at = |(x, y): (ScaledFloat, ScaledFloat)| Chromaticity::new(x.into_value(), y.into_value());
            let [red, green, blue] = [primaries.red, primaries.green, primaries.blue].map(at);
            profile.update_rgb_colorimetry(at(primaries.white).to_xyyb(), ColorPrimaries { red, green, blue });
        }
        profile.encode().ok()
    })
    .flatten()
}

fn srgb_primaries() -> SourceChromaticities {
    SourceChromaticities::new((0.3127, 0.329), (0.64, 0.33), (0.3, 0.6), (0.15, 0.06))
}

/// Whether the primaries span a triangle around the white point, as those of every display do.
fn is_possible(primaries: &SourceChromaticities) -> bool {
    let at = |(x, y): (ScaledFloat, ScaledFloat)| (f64::from(x.into_value()), f64::from(y.into_value()));
    let [white, red, green, blue] = [primaries.white, primaries.red, primaries.green, primaries.blue].map(at);
    let turn = |a: (f64, f64), b: (f64, f64), c: (f64, f64)| (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0);
    let sides = [turn(red, green, white), turn(green, blue, white), turn(blue, red, white)];
    let around = sides.iter().all(|&side| side > 1e-4) || sides.iter().all(|&side| side < -1e-4);
    around && [white, red, green, blue].iter().all(|&(x, y)| x + y <= 1.1 && y > 0.0)
}
