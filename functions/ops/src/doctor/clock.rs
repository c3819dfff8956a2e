//! Whether another clock shows the time that ours does. Signatures are refused when they are a quarter of an hour apart, tokens and
//! limits of time go wrong long before.

use super::Finding;
use domain::Timestamp;

const WARNING_MICROS: i64 = 5_000_000;
const FAILED_MICROS: i64 = 60_000_000;

/// What another clock showed at some moment between two of ours. Its resolution is added to what may be between.
pub(super) struct Comparison {
    pub(super) asked: Timestamp,
    pub(super) answered: Timestamp,
    pub(super) theirs: Timestamp,
    pub(super) resolution_micros: i64,
}

impl Comparison {
    /// How far ours is ahead of theirs, for sure; negative where it is behind.
    fn ahead_micros(&self) -> i64 {
        let Self { asked, answered, theirs, resolution_micros } = self;
        let at_least = asked.as_micros() - theirs.as_micros() - resolution_micros;
        let at_most = answered.as_micros() - theirs.as_micros();
        if at_least > 0 { at_least } else { at_most.min(0) }
    }

    pub(super) fn finding(&self, name: &'static str) -> Finding {
        let ahead = self.ahead_micros();
        let seconds = ahead.abs() as f64 / 1e6;
        let found = match ahead {
            0 => return Finding::fine(name, "shows the same time"),
            1.. => format!("ours is {seconds:.1} s ahead"),
            _ => format!("ours is {seconds:.1} s behind"),
        };
        let remedy = "set the clock of this machine by NTP (chronyd, systemd-timesyncd), or that of the server";
        if ahead.abs() > FAILED_MICROS {
            Finding::failed(name, found, remedy)
        } else if ahead.abs() > WARNING_MICROS {
            Finding::warning(name, found, remedy)
        } else {
            Finding::fine(name, found)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn what_the_way_and_the_resolution_explain_is_no_difference() {
        let compare = |theirs_s: f64, resolution_micros| {
            let at = |seconds: f64| Timestamp::from_micros((seconds * 1e6) as i64);
            let (asked, answered) = (at(100.0), at(102.0));
            Comparison { asked, answered, theirs: at(theirs_s), resolution_micros }.finding("clock")
        };
        for (theirs_s, resolution, state, found) in [
            (100.0, 0, State::Fine, "shows the same time"),
            (102.0, 0, State::Fine, "shows the same time"),
            (99.0, 1_000_000, State::Fine, "shows the same time"),
            (99.0, 0, State::Fine, "ours is 1.0 s ahead"),
            (107.0, 0, State::Fine, "ours is 5.0 s behind"),
            (107.1, 0, State::Warning, "ours is 5.1 s behind"),
            (94.9, 0, State::Warning, "ours is 5.1 s ahead"),
            (162.0, 0, State::Warning, "ours is 60.0 s behind"),
            (39.0, 0, State::Failed, "ours is 61.0 s ahead"),
        ] {
            let finding = compare(theirs_s, resolution);
            assert_eq!((finding.state, finding.found.as_str()), (state, found), "{theirs_s}");
        }
    }
}
