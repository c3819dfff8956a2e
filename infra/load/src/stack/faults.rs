//! Calls of the bucket that fail: which, and on which side of their effect.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// 503 SlowDown, and nothing was done.
    Refused,
    /// It was done, and the answer is a 503.
    Denied,
    /// It was done, and the connection ends without an answer: the hardest to tell from the first.
    Silent,
}

impl Fault {
    const ALL: [Self; 3] = [Self::Refused, Self::Denied, Self::Silent];

    /// What tables call it.
    pub(crate) fn says(self) -> &'static str {
        match self {
            Self::Refused => "503 SlowDown before its effect",
            Self::Denied => "503 after its effect",
            Self::Silent => "connection closed after its effect",
        }
    }
}

/// Decides about each call; the same seed decides alike.
#[derive(Debug)]
pub(crate) struct Faults(Mutex<State>);

#[derive(Debug)]
struct State {
    random: StdRng,
    share: f64,
    calls: u64,
    failed: BTreeMap<(Fault, String), u64>,
}

impl Faults {
    /// Lets everything pass at first.
    pub(crate) fn new(seed: u64) -> Self {
        let random = StdRng::seed_from_u64(seed);
        Self(Mutex::new(State { random, share: 0.0, calls: 0, failed: BTreeMap::new() }))
    }

    /// From now on this share of the calls fails, from 0 to 1. Counts anew.
    pub(crate) fn set(&self, share: f64) {
        let mut state = self.state();
        (state.share, state.calls) = (share, 0);
        state.failed.clear();
    }

    /// How a call of this method fails, if it does.
    pub(crate) fn draw(&self, method: &str) -> Option<Fault> {
        let mut state = self.state();
        state.calls += 1;
        let share = state.share;
        if !state.random.random_bool(share) {
            return None;
        }
        let fault = Fault::ALL[state.random.random_range(0..Fault::ALL.len())];
        *state.failed.entry((fault, method.to_owned())).or_default() += 1;
        Some(fault)
    }

    /// How many calls there were, and which failed.
    pub(crate) fn count(&self) -> (u64, BTreeMap<(Fault, String), u64>) {
        let state = self.state();
        (state.calls, state.failed.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_the_calls_fails_in_every_way_and_each_is_counted() {
        let faults = Faults::new(7);
        (0..1_000).for_each(|_| assert_eq!(faults.draw("GET"), None));
        faults.set(0.1);
        let drawn: Vec<Fault> = (0..10_000).filter_map(|_| faults.draw("PUT")).collect();
        assert!((800..1_200).contains(&drawn.len()), "{}", drawn.len());
        assert!(Fault::ALL.iter().all(|fault| drawn.contains(fault)));
        let (calls, failed) = faults.count();
        assert_eq!((calls, failed.values().sum::<u64>()), (10_000, drawn.len() as u64));
    }
}
