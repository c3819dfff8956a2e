use std::fmt;

use polyline::errors::PolylineError as CrateError;

use super::Point;
use super::line::MAX_VERTICES;

/// Why a text is no polyline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PolylineError {
    /// A precision other than 5 or 6 digits.
    UnknownPrecision {
        /// The one given.
        precision: u32,
    },
    /// A character that no encoder writes, or a number without end.
    BadCharacter {
        /// Its byte, from 0.
        index: usize,
    },
    /// The text stops in the middle of a number or after a latitude.
    Truncated,
    /// More than `MAX_VERTICES`.
    TooManyVertices {
        /// How many there are.
        count: usize,
    },
    /// A decoded coordinate is off the globe, as it is when a text of precision 6 is read with 5.
    LeavesGlobe {
        /// The vertex, from 0.
        vertex: usize,
        /// The coordinate in degrees.
        degrees: f64,
        /// The precision that was used.
        precision: u32,
    },
}

/// Decodes a route in Google's Encoded Polyline Algorithm Format with 5 or 6 decimal digits.
///
/// The wrong precision is an error where it shows: 6 read as 5 multiplies every coordinate by ten, which leaves the
/// globe anywhere but within 9° of the equator and 18° of Greenwich. 5 read as 6 is always a route on the globe, ten
/// times too small and off West Africa, and cannot be told from a real one.
pub fn decode_polyline(text: &str, precision: u32) -> Result<Vec<Point>, PolylineError> {
    if !matches!(precision, 5 | 6) {
        return Err(PolylineError::UnknownPrecision { precision });
    }
    check_text(text)?;
    let decoded = polyline::decode_polyline(text, precision).map_err(|error| match error {
        CrateError::LatitudeCoordError { coord: degrees, idx }
        | CrateError::LongitudeCoordError { coord: degrees, idx } => {
            PolylineError::LeavesGlobe { vertex: numbers_in(&text[..idx]) / 2, degrees, precision }
        }
        CrateError::DecodeError { idx } => PolylineError::BadCharacter { index: idx },
        _ => PolylineError::Truncated,
    })?;
    // The decoder has checked both ranges already, so nothing is left out here.
    Ok(decoded.into_iter().filter_map(|coord| Point::new(coord.y, coord.x)).collect())
}

/// Refuses what the decoder lets pass (bytes above `~`, an unfinished last number) and what it would decode at
/// length only to be refused.
fn check_text(text: &str) -> Result<(), PolylineError> {
    if let Some(index) = text.bytes().position(|byte| !(b'?'..=b'~').contains(&byte)) {
        return Err(PolylineError::BadCharacter { index });
    }
    let numbers = numbers_in(text);
    if numbers % 2 == 1 || text.bytes().last().is_some_and(|byte| !ends_number(byte)) {
        return Err(PolylineError::Truncated);
    }
    match numbers / 2 {
        count if count > MAX_VERTICES => Err(PolylineError::TooManyVertices { count }),
        _ => Ok(()),
    }
}

/// Only the last character of a number lacks the continuation bit.
fn ends_number(byte: u8) -> bool {
    byte < b'?' + 0x20
}

fn numbers_in(text: &str) -> usize {
    text.bytes().filter(|byte| ends_number(*byte)).count()
}

impl fmt::Display for PolylineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownPrecision { precision } => write!(f, "precision must be 5 or 6, not {precision}"),
            Self::BadCharacter { index } => write!(f, "no polyline has what stands at byte {index}"),
            Self::Truncated => write!(f, "the polyline is cut off"),
            Self::TooManyVertices { count } => {
                write!(f, "a route may have at most {MAX_VERTICES} points, not {count}")
            }
            Self::LeavesGlobe { vertex, degrees, precision } => {
                let other = 11 - precision;
                write!(
                    f,
                    "decoded with precision {precision}, point {vertex} leaves the globe ({degrees}°): \
                     was it encoded with precision {other}?"
                )
            }
        }
    }
}

impl std::error::Error for PolylineError {}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Google's documentation.
    const DOCUMENTED: &str = "_p~iF~ps|U_ulLnnqC_mqNvxq`@";

    #[test]
    fn the_documented_example_is_decoded() {
        let points: Vec<_> =
            decode_polyline(DOCUMENTED, 5).unwrap().iter().map(|point| (point.lat(), point.lng())).collect();
        assert_eq!(points, [(38.5, -120.2), (40.7, -120.95), (43.252, -126.453)]);
        assert_eq!(decode_polyline("", 6), Ok(Vec::new()));
    }

    #[test]
    fn precision_6_read_as_5_leaves_the_globe_and_says_so() {
        let error = decode_polyline("_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI", 5).unwrap_err();
        assert_eq!(error, PolylineError::LeavesGlobe { vertex: 0, degrees: 385.0, precision: 5 });
        assert!(error.to_string().contains("was it encoded with precision 6?"), "{error}");
    }

    #[test]
    fn broken_texts_are_refused_with_the_place() {
        for (text, error) in [
            ("_p~iF~ps|U_ulL nnqC", PolylineError::BadCharacter { index: 14 }),
            ("_p~iF~ps|Ü", PolylineError::BadCharacter { index: 9 }),
            ("_p~iF", PolylineError::Truncated),
            ("_p~iF~ps|U_ulLnnq", PolylineError::Truncated),
            ("~~~~~~~~~~~~~~~~~~~?", PolylineError::Truncated),
            ("~~~~~~~~~~~~~~~~~~~??", PolylineError::BadCharacter { index: 12 }),
        ] {
            assert_eq!(decode_polyline(text, 5), Err(error), "{text}");
        }
        assert_eq!(decode_polyline("??", 7), Err(PolylineError::UnknownPrecision { precision: 7 }));
        let long = "??".repeat(MAX_VERTICES + 1);
        assert_eq!(decode_polyline(&long, 5), Err(PolylineError::TooManyVertices { count: MAX_VERTICES + 1 }));
    }
}
