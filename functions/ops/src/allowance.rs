//! How long a command may go on that finds its own end late: until Lambda's deadline comes near, or until Ctrl-C.

use domain::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What may still take its time when no more is begun: as long as `optimize-photo` has for one photo.
const RESERVE_S: i64 = 60;
/// For the runtime, which takes the answer.
const LAST_S: i64 = 1;
/// As shells report a process that Ctrl-C has ended.
const INTERRUPTED: i32 = 130;

/// Asked before each photo and each object: nothing is broken off in its middle.
#[derive(Clone, Debug)]
pub(crate) struct Allowance {
    now: fn() -> Timestamp,
    deadline: Option<Timestamp>,
    is_interrupted: Arc<AtomicBool>,
}

impl Allowance {
    /// Until a minute before the deadline, where there is one.
    pub(crate) fn up_to(deadline: Option<Timestamp>, now: fn() -> Timestamp) -> Self {
        Self { now, deadline, is_interrupted: Arc::default() }
    }

    /// Until Ctrl-C; a second one ends the process at once.
    pub(crate) fn until_interrupted(now: fn() -> Timestamp) -> Self {
        let allowance = Self::up_to(None, now);
        let is_interrupted = allowance.is_interrupted.clone();
        tokio::spawn(async move {
            // Where the signal cannot be had, it ends the process as it always does.
            if tokio::signal::ctrl_c().await.is_err() {
                return;
            }
            is_interrupted.store(true, Ordering::Relaxed);
            eprintln!("ops: stopping after what is being done; Ctrl-C once more breaks it off");
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(INTERRUPTED);
            }
        });
        allowance
    }

    /// Whether no more may be begun.
    pub(crate) fn is_over(&self) -> bool {
        self.is_interrupted() || self.deadline.is_some_and(|deadline| (self.now)().plus_seconds(RESERVE_S) >= deadline)
    }

    /// How long until no more may be begun; `None` where there is no deadline.
    pub(crate) fn left(&self) -> Option<Duration> {
        self.until(RESERVE_S)
    }

    /// How long until everything must be at its end; `None` where there is no deadline.
    pub(crate) fn left_in_all(&self) -> Option<Duration> {
        self.until(LAST_S)
    }

    fn until(&self, reserve_s: i64) -> Option<Duration> {
        let micros = self.deadline?.plus_seconds(-reserve_s).as_micros() - (self.now)().as_micros();
        Some(Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
    }

    /// Whether somebody pressed Ctrl-C.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.is_interrupted.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_begun_in_the_last_minute() {
        let now = || Timestamp::from_micros(0);
        let is_over = |deadline| Allowance::up_to(deadline, now).is_over();
        assert!(!is_over(None));
        assert!(!is_over(Some(Timestamp::from_micros(60_000_001))));
        assert!(is_over(Some(Timestamp::from_micros(60_000_000))));
    }

    #[test]
    fn what_is_left_ends_a_minute_before_the_deadline_and_never_below_nothing() {
        let now = || Timestamp::from_micros(0);
        let left = |micros| {
            let allowance = Allowance::up_to(Some(Timestamp::from_micros(micros)), now);
            [allowance.left(), allowance.left_in_all()].map(|left| left.unwrap().as_secs())
        };
        assert_eq!(left(100_000_000), [40, 99]);
        assert_eq!(left(30_000_000), [0, 29]);
        assert_eq!(left(-1), [0, 0]);
        assert_eq!(Allowance::up_to(None, now).left(), None);
    }
}
