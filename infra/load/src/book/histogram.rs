//! Times by their logarithm: any number of them in little room, each known to 2 %. `traffic/reads.lua` counts alike.

use std::collections::BTreeMap;
use std::time::Duration;

/// How much longer a time of the next bucket is.
pub(crate) const STEP: f64 = 1.02;

/// Times, counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Histogram(BTreeMap<u32, u64>);

impl Histogram {
    /// Counts another time.
    pub(crate) fn push(&mut self, took: Duration) {
        let bucket = (took.as_secs_f64() * 1e6).max(1.0).log(STEP).floor();
        self.push_many(bucket as u32, 1);
    }

    /// Counts so many times of a bucket, whose number is the logarithm of the microseconds to the base [`STEP`].
    pub(crate) fn push_many(&mut self, bucket: u32, count: u64) {
        *self.0.entry(bucket).or_default() += count;
    }

    /// Counts the times of another one.
    pub(crate) fn add(&mut self, other: &Self) {
        other.0.iter().for_each(|(bucket, count)| self.push_many(*bucket, *count));
    }

    /// The time in ms that so much of a hundred stayed within, at most 2 % too long.
    pub(crate) fn percentile_ms(&self, percent: u64) -> f64 {
        let rank = (self.0.values().sum::<u64>() * percent).div_ceil(100);
        let mut counted = 0;
        let bucket = self.0.iter().find(|(_, count)| {
            counted += **count;
            counted >= rank
        });
        bucket.map_or(f64::NAN, |(bucket, _)| STEP.powi(*bucket as i32 + 1) / 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_right_to_two_percent() {
        let mut times = Histogram::default();
        assert!(times.percentile_ms(50).is_nan());
        (1..=1_000).for_each(|ms| times.push(Duration::from_millis(ms)));
        for (percent, expected) in [(50, 500.0), (99, 990.0), (100, 1_000.0)] {
            let said = times.percentile_ms(percent);
            assert!((expected..=expected * STEP).contains(&said), "{percent}: {said}");
        }
    }

    #[test]
    fn counted_apart_or_together_is_the_same() {
        let (mut one, mut other, mut all) = (Histogram::default(), Histogram::default(), Histogram::default());
        for ms in 1..100 {
            let took = Duration::from_millis(ms);
            if ms % 3 == 0 { &mut one } else { &mut other }.push(took);
            all.push(took);
        }
        one.add(&other);
        assert_eq!(one.0, all.0);
    }
}
