//! Whether the shared tier may be asked, and over which connection. After trouble it is left alone for a while; then one request
//! tries it out while the others still pass it over.

use domain::Timestamp;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// For so long a tier that does not answer is left alone, in seconds.
pub(crate) const SILENT_S: i64 = 5;
/// And one that refuses: a wrong password or a full memory does not mend itself in seconds.
pub(crate) const REFUSED_S: i64 = 60;
/// A connection that nobody has used for so long is not trusted, in seconds: an instance that was frozen wakes with dead ones.
const TRUSTED_S: i64 = 60;

/// The way to the shared tier.
pub(crate) struct Link<C> {
    now: fn() -> Timestamp,
    state: Mutex<State<C>>,
}

struct State<C> {
    connection: Option<C>,
    used_at: Timestamp,
    /// There while it is away.
    away_until: Option<Timestamp>,
    troubles: u64,
}

impl<C: Clone> Link<C> {
    pub(crate) fn new(now: fn() -> Timestamp) -> Self {
        let state = State { connection: None, used_at: Timestamp::from_micros(0), away_until: None, troubles: 0 };
        Self { now, state: Mutex::new(state) }
    }

    /// Whether to ask at all. Where a pause is over, that is for the first who asks to find out.
    pub(crate) fn may_try(&self) -> bool {
        let mut state = self.state();
        match state.away_until {
            Some(until) if (self.now)() < until => false,
            Some(_) => {
                state.away_until = Some((self.now)().plus_seconds(SILENT_S));
                true
            }
            None => true,
        }
    }

    /// The connection of whoever asked before.
    pub(crate) fn connection(&self) -> Option<C> {
        let mut state = self.state();
        let trusted_from = (self.now)().plus_seconds(-TRUSTED_S);
        if state.used_at < trusted_from {
            state.connection = None;
        }
        state.used_at = (self.now)();
        state.connection.clone()
    }

    /// Keeps a connection for the next one.
    pub(crate) fn keep(&self, connection: &C) {
        self.state().connection = Some(connection.clone());
    }

    /// The connection is not there any more.
    pub(crate) fn forget(&self) {
        self.state().connection = None;
    }

    /// How often there was trouble.
    pub(crate) fn troubles(&self) -> u64 {
        self.state().troubles
    }

    /// It answers.
    pub(crate) fn note_answer(&self) {
        let was_away = self.state().away_until.take().is_some();
        if was_away {
            tracing::info!("the shared cache answers again");
        }
    }

    /// It does not, or refuses: no more of it for so many seconds, over no connection of today.
    pub(crate) fn note_trouble(&self, pause_s: i64, cause: &str) {
        tracing::info!(target: "metric", cache_errors = 1_u64);
        let mut state = self.state();
        state.connection = None;
        state.troubles += 1;
        let until = (self.now)().plus_seconds(pause_s);
        let was_away = state.away_until.replace(until).is_some();
        drop(state);
        if !was_away {
            tracing::warn!(cause, "the shared cache does not answer and is passed over");
        }
    }

    fn state(&self) -> MutexGuard<'_, State<C>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    thread_local!(static SECONDS: Cell<i64> = const { Cell::new(1_000_000) });

    fn link() -> Link<u8> {
        Link::new(|| Timestamp::from_micros(0).plus_seconds(SECONDS.get()))
    }

    fn wait(seconds: i64) {
        SECONDS.set(SECONDS.get() + seconds);
    }

    #[test]
    fn after_trouble_it_is_left_alone_and_then_one_tries_it_out() {
        let link = link();
        assert!(link.may_try());
        link.note_trouble(SILENT_S, "test");
        wait(SILENT_S - 1);
        assert!(!link.may_try());
        wait(1);
        assert_eq!([link.may_try(), link.may_try()], [true, false]);
        link.note_answer();
        assert_eq!([link.may_try(), link.may_try()], [true, true]);
    }

    #[test]
    fn a_connection_is_kept_until_there_is_trouble_or_nobody_has_used_it_for_long() {
        let link = link();
        let kept = |link: &Link<u8>| link.connection().is_some();
        assert!(!kept(&link));
        link.keep(&7);
        for _ in 0..3 {
            wait(TRUSTED_S);
            assert!(kept(&link), "every use counts");
        }
        wait(TRUSTED_S + 1);
        assert!(!kept(&link));
        link.keep(&7);
        link.note_trouble(SILENT_S, "test");
        assert_eq!((kept(&link), link.troubles()), (false, 1));
    }
}
