//! Times that were taken, and what is said of them.

use std::time::Duration;

/// Times of the same work.
#[derive(Clone, Debug, Default)]
pub struct Samples(Vec<Duration>);

impl Samples {
    /// Takes another time.
    pub fn push(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The time in ms that so much of a hundred stayed within: a time that was really taken.
    pub fn percentile_ms(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort();
        let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(rank).map_or(f64::NAN, |took| took.as_secs_f64() * 1000.0)
    }

    /// The median in ms.
    pub fn p50_ms(&self) -> f64 {
        self.percentile_ms(50)
    }

    /// All of them in ms, together.
    pub fn sum(&self) -> Duration {
        self.0.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_time_that_was_taken() {
        let mut samples = Samples::default();
        assert!(samples.p50_ms().is_nan());
        (1..=200).rev().for_each(|ms| samples.push(Duration::from_millis(ms)));
        assert_eq!((samples.p50_ms(), samples.percentile_ms(99), samples.percentile_ms(100)), (100.0, 198.0, 200.0));
    }
}
