//! A point in time, to the microsecond: what both databases can keep without loss.

use std::fmt;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime, UtcOffset};

const YEAR_1_MICROS: i64 = -62_135_596_800_000_000;
const YEAR_9999_END_MICROS: i64 = 253_402_300_799_999_999;

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Seconds since the epoch, rounded down.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Reads an RFC 3339 date-time with any offset; finer than a microsecond is cut off.
    pub fn parse(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc3339).ok().map(Self::from)
    }

    /// This time moved by so many seconds, backwards when negative.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds * 1_000_000)
    }

    /// The UTC day as `yyyymmdd`, as object keys carry it.
    pub fn day(self) -> String {
        let date = OffsetDateTime::from(self).date();
        format!("{:04}{:02}{:02}", date.year(), u8::from(date.month()), date.day())
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(time: OffsetDateTime) -> Self {
        Self((time - OffsetDateTime::UNIX_EPOCH).whole_microseconds() as i64)
    }
}

impl From<Timestamp> for OffsetDateTime {
    fn from(time: Timestamp) -> Self {
        // A forged cursor can carry any number: the years that RFC 3339 can write are the limit.
        let micros = time.0.clamp(YEAR_1_MICROS, YEAR_9999_END_MICROS);
        (OffsetDateTime::UNIX_EPOCH + Duration::microseconds(micros)).to_offset(UtcOffset::UTC)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = OffsetDateTime::from(*self).format(&Rfc3339).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "date-time"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_survives_text_and_micros() {
        let time = Timestamp::parse("2025-02-12T00:16:32.123456+01:00").unwrap();
        assert_eq!(time.to_string(), "2025-02-11T23:16:32.123456Z");
        assert_eq!(Timestamp::from_micros(time.as_micros()), time);
        assert_eq!(time.day(), "20250211");
    }

    #[test]
    fn every_number_is_some_time() {
        for micros in [i64::MIN, -1, 0, i64::MAX] {
            assert!(Timestamp::from_micros(micros).to_string().ends_with('Z'));
        }
        assert!(Timestamp::parse("9999-12-31T23:59:59-23:59").unwrap().to_string().starts_with("9999"));
    }

    #[test]
    fn what_is_finer_than_a_microsecond_is_cut_off() {
        assert_eq!(Timestamp::parse("2025-01-01T00:00:00.0000019Z").unwrap().as_micros() % 1_000_000, 1);
        assert!(Timestamp::parse("2025-13-01T00:00:00Z").is_none());
    }
}
