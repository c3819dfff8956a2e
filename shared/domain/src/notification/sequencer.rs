//! The order of events of one key. S3 delivers them in any order and says in each which is the later one.

use std::cmp::Ordering;

/// Hexadecimal digits of any length. Those of one key are compared from the left, the shorter one filled with zeros on its right
/// (S3's user guide, "Event message structure").
#[derive(Clone, Debug)]
pub struct Sequencer(String);

/// S3's have 16 to 18 digits; what is much longer is nothing that a row should keep.
const MAX_DIGITS: usize = 64;

impl Sequencer {
    /// `None` for what is no sequencer of S3's: such an event is one without.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_hex && (1..=MAX_DIGITS).contains(&text.len())).then(|| Self(text.to_ascii_uppercase()))
    }

    /// Its digits, in upper case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Ord for Sequencer {
    fn cmp(&self, other: &Self) -> Ordering {
        let digits = self.0.len().max(other.0.len());
        format!("{:0<digits$}", self.0).cmp(&format!("{:0<digits$}", other.0))
    }
}

impl PartialOrd for Sequencer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Sequencer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Sequencer {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequencers_are_compared_as_s3_documents() {
        let sequencer = |text| Sequencer::parse(text).unwrap();
        let table = [
            ("0055AED6DCD90281E5", "0055AED6DCD90281E6", Ordering::Less),
            ("0055AED6DCD90281E5", "0055aed6dcd90281e5", Ordering::Equal),
            // Not as numbers: the longer one is not the greater one.
            ("0055AED6DCD90281E5F", "0055AED6DCD90281E6", Ordering::Less),
            ("01", "00FFFFFF", Ordering::Greater),
            ("01", "010000", Ordering::Equal),
            ("01", "010001", Ordering::Less),
        ];
        for (one, other, expected) in table {
            assert_eq!(sequencer(one).cmp(&sequencer(other)), expected, "{one} {other}");
            assert_eq!(sequencer(other).cmp(&sequencer(one)), expected.reverse(), "{other} {one}");
        }
    }

    #[test]
    fn what_is_no_sequencer_is_none() {
        for text in ["", "0x1", "12 ", "é", &"0".repeat(65)] {
            assert_eq!(Sequencer::parse(text), None, "{text}");
        }
    }
}
