//! How long to try, and how long to wait between two tries: exponential back-off with full jitter, never past the end.

use domain::World;
use std::time::Duration;
use tokio::time::Instant;

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

/// What is left of the time to try something.
#[derive(Clone, Debug)]
pub(crate) struct Patience {
    world: World,
    started: Instant,
    until: Instant,
    /// What `until` may be moved to at most.
    limit: Option<Instant>,
    tries: u32,
}

impl Patience {
    /// Patience for so long from now on, and for no longer than `limit` where there is one.
    pub(crate) fn new(world: World, time: Duration, limit: Option<Duration>) -> Self {
        let started = Instant::now();
        let limit = limit.map(|limit| started + limit);
        let mut patience = Self { world, started, until: started, limit, tries: 0 };
        patience.stretch(time);
        patience
    }

    /// Makes it so long in all, where it is shorter.
    pub(crate) fn stretch(&mut self, time: Duration) {
        let until = self.started + time;
        self.until = self.until.max(self.limit.map_or(until, |limit| limit.min(until)));
    }

    /// What is left.
    pub(crate) fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    /// Waits a while, answering `true`; `false`, at once, where the end would come first.
    pub(crate) async fn pause(&mut self) -> bool {
        let random = (self.world.new_id)().as_u128() as u32;
        let pause = pause(self.tries, f64::from(random) / f64::from(u32::MAX));
        self.tries += 1;
        let goes_on = pause < self.left();
        if goes_on {
            tokio::time::sleep(pause).await;
        }
        goes_on
    }
}

/// The pause after `tries` tries; `random` lies in 0..=1. Full jitter: Marc Brooker, "Exponential Backoff And Jitter", AWS
/// Architecture Blog, 2015.
fn pause(tries: u32, random: f64) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << tries.min(10)).min(LONGEST_PAUSE).mul_f64(random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_pause_doubles_up_to_its_limit() {
        let longest: Vec<_> = (0..6).map(|tries| pause(tries, 1.0).as_millis()).collect();
        assert_eq!(longest, [50, 100, 200, 400, 400, 400]);
        assert_eq!(pause(u32::MAX, 1.0), LONGEST_PAUSE);
    }

    #[test]
    fn the_pause_is_anything_between_nothing_and_the_longest() {
        assert_eq!(pause(3, 0.0), Duration::ZERO);
        assert_eq!(pause(3, 0.5), Duration::from_millis(200));
    }
}
