//! A server that does not answer is left alone for a while.

use super::Server;
use domain::Error;
use std::sync::atomic::Ordering::Relaxed;

/// For so long.
const DOWN_MICROS: i64 = 10_000_000;

impl Server {
    pub(in crate::postgres) fn is_down(&self) -> bool {
        self.down_until.load(Relaxed) > (self.world.now)().as_micros()
    }

    /// Leaves the server alone for a while; not where the trouble is that we ask too much of it at once.
    pub(in crate::postgres) fn note_down(&self, error: &Error) {
        if self.permits.available_permits() == 0 {
            return;
        }
        let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        tracing::warn!(cause, "the replica does not answer; reads go to the primary");
        self.down_until.store((self.world.now)().as_micros() + DOWN_MICROS, Relaxed);
    }
}
