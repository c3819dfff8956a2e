//! How often one person may verify: once in five minutes at one charger, and twelve times in an hour in all.

use crate::{Error, Kind, Result, Timestamp};

/// Between two verifications of one charger by one person, in seconds.
pub const PAUSE_S: i64 = 300;
/// The length of the period in which one person has [`MAX_IN_PERIOD`] verifications, in seconds.
pub const PERIOD_S: i64 = 3600;
/// Verifications of one person in a period.
pub const MAX_IN_PERIOD: u32 = 12;

/// What is known of somebody who is about to verify.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// When they last verified this charger.
    pub last_here: Option<Timestamp>,
    /// The time of the [`MAX_IN_PERIOD`]th last of their verifications, of whatever charger.
    pub period_start: Option<Timestamp>,
    /// When they erased themselves: what they had verified until then is no longer theirs, and counts as if it were all they may.
    pub erased_at: Option<Timestamp>,
}

/// Whether the next verification may be now. A limit ends with the microsecond at which the pause or the period is over.
///
/// # Errors
/// Too many, with the seconds (rounded up) until both limits allow it.
pub fn check(past: &Past, now: Timestamp) -> Result<()> {
    let wait_here = wait_s(past.last_here, PAUSE_S, now);
    let wait_anywhere = wait_s(past.period_start.max(past.erased_at), PERIOD_S, now);
    let detail = match (wait_here, wait_anywhere) {
        (None, None) => return Ok(()),
        (Some(here), anywhere) if anywhere.is_none_or(|anywhere| anywhere <= here) => {
            "You have verified this charger within the last 5 minutes."
        }
        _ if past.erased_at > past.period_start => "You have erased yourself within the last 60 minutes.",
        _ => "You have verified 12 times within the last 60 minutes.",
    };
    Err(Error::new(Kind::TooMany, detail).retry_after(wait_here.max(wait_anywhere).unwrap_or(1)))
}

/// Seconds until `length_s` have passed since `start`, rounded up; `None` where they have.
fn wait_s(start: Option<Timestamp>, length_s: i64, now: Timestamp) -> Option<u32> {
    let end = start?.plus_seconds(length_s);
    let wait_micros = u64::try_from(end.as_micros() - now.as_micros()).ok().filter(|micros| *micros > 0)?;
    Some(u32::try_from(wait_micros.div_ceil(1_000_000)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_772_366_400_000_000;

    fn ago(micros: i64) -> Option<Timestamp> {
        Some(Timestamp::from_micros(NOW - micros))
    }

    #[test]
    fn a_limit_says_to_the_second_when_it_ends_and_ends_then() {
        const SECOND: i64 = 1_000_000;
        let (pause, period) = (PAUSE_S * SECOND, PERIOD_S * SECOND);
        let table = [
            (None, None, None),
            (ago(0), None, Some(300)),
            (ago(1), None, Some(300)),
            (ago(SECOND), None, Some(299)),
            (ago(SECOND + 1), None, Some(299)),
            (ago(pause - 1), None, Some(1)),
            (ago(pause), None, None),
            // Another instance's clock is ahead.
            (ago(-SECOND), None, Some(301)),
            (None, ago(0), Some(3600)),
            (None, ago(period - SECOND - 1), Some(2)),
            (None, ago(period - 1), Some(1)),
            (None, ago(period), None),
            // Both: the one that lasts longer.
            (ago(0), ago(period - SECOND), Some(300)),
            (ago(pause - SECOND), ago(0), Some(3600)),
        ];
        for (last_here, period_start, wait) in table {
            let refused = check(&Past { last_here, period_start, erased_at: None }, Timestamp::from_micros(NOW)).err();
            let said = refused.map(|error| (error.kind(), error.retry_after_s()));
            assert_eq!(said, wait.map(|seconds| (Kind::TooMany, Some(seconds))), "{last_here:?} {period_start:?}");
        }
    }

    #[test]
    fn the_detail_tells_which_limit_it_is() {
        let detail = |last_here, period_start| {
            check(&Past { last_here, period_start, erased_at: None }, Timestamp::from_micros(NOW))
                .unwrap_err()
                .detail()
                .to_owned()
        };
        assert!(detail(ago(0), None).contains("5 minutes"));
        assert!(detail(None, ago(0)).contains("60 minutes"));
        assert!(detail(ago(0), ago(0)).contains("60 minutes"));
        let erased = Past { erased_at: ago(1_000_000), ..Past::default() };
        let refused = check(&erased, Timestamp::from_micros(NOW)).unwrap_err();
        assert_eq!((refused.retry_after_s(), refused.detail().contains("erased")), (Some(3599), true));
    }
}
