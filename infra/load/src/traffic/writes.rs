//! Those who write: photos, chargers and verifications, so many a second, each seen through to its end as the API tells its clients
//! to, and each entered.

mod acts;
mod people;

pub(crate) use people::People;

use crate::book::Book;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How many of each begin in a second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) uploads_per_s: f64,
    pub(crate) chargers_per_s: f64,
    pub(crate) verifications_per_s: f64,
}

impl Pace {
    /// What two cores have room for beside those who ask.
    pub(crate) const ORDINARY: Self = Self { uploads_per_s: 1.0, chargers_per_s: 2.0, verifications_per_s: 2.0 };
    /// More photos, for a bucket that shall be asked often.
    pub(crate) const PHOTOS: Self = Self { uploads_per_s: 3.0, ..Self::ORDINARY };
    /// Half of the ordinary one, for one of two stacks at the same time.
    pub(crate) const HALF: Self = Self { uploads_per_s: 0.5, chargers_per_s: 1.0, verifications_per_s: 1.0 };
}

/// A photo whose bytes the store has accepted.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub(crate) person: u64,
    pub(crate) id: String,
    /// Whether it must end as `ready`; else as `rejected`.
    pub(crate) is_sound: bool,
    /// What it had become when it was last looked at: nothing while it was pending.
    pub(crate) state: Option<String>,
}

/// What one person must find afterwards.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deeds {
    pub(crate) chargers: u64,
    pub(crate) verifications: u64,
    /// Those that are ready, once that is known.
    pub(crate) photos: u64,
}

impl Deeds {
    /// Chargers, verifications, photos, and the trust that they earn.
    pub(crate) fn counters(&self) -> [u64; 4] {
        let trust = 10 * self.chargers + 2 * self.verifications + 3 * self.photos;
        [self.chargers, self.verifications, self.photos, trust.min(100)]
    }
}

/// What was accepted in a run, and what the API therefore owes.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) uploads: Vec<Upload>,
    /// Ids of chargers, one for each `Idempotency-Key`.
    pub(crate) chargers: Vec<String>,
    /// By person.
    pub(crate) deeds: BTreeMap<u64, Deeds>,
    /// A key that was sent again and answered with another effect, or whatever else contradicts what was said before.
    pub(crate) contradictions: Vec<String>,
    /// Keys that were sent again after their answer.
    pub(crate) replays: u64,
    /// Photos that came with a charger and that the answer says are not stored.
    pub(crate) refused_photos: u64,
    /// How long an accepted photo took until it was ready or rejected, in seconds.
    pub(crate) ripening_s: Vec<f64>,
}

/// What is shared by everybody who writes in a run.
#[derive(Clone, Debug)]
struct Desk {
    people: Arc<People>,
    book: Arc<Mutex<Book>>,
    written: Arc<Mutex<Written>>,
}

impl Desk {
    fn enter(&self, entry: impl FnOnce(&mut Book)) {
        entry(&mut self.book.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn owe(&self, entry: impl FnOnce(&mut Written)) {
        entry(&mut self.written.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Writes until then, and waits for whoever is at it.
pub(super) async fn run(people: &Arc<People>, book: &Arc<Mutex<Book>>, pace: Pace, until: Instant) -> Written {
    let desk = Desk { people: people.clone(), book: book.clone(), written: Arc::default() };
    tokio::join!(
        begin(pace.uploads_per_s, until, || acts::upload(desk.clone(), desk.people.next_upload())),
        begin(pace.chargers_per_s, until, || acts::create(desk.clone(), desk.people.next_charger())),
        begin(pace.verifications_per_s, until, || acts::verify(desk.clone(), desk.people.next_verification())),
    );
    std::mem::take(&mut *desk.written.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Begins so many a second, whether those before have come to their end or not.
async fn begin<F>(per_s: f64, until: Instant, act: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut acts = JoinSet::new();
    let mut next = Instant::now();
    while next < until {
        tokio::time::sleep_until(next).await;
        acts.spawn(act());
        next += Duration::from_secs_f64(1.0 / per_s);
    }
    while acts.join_next().await.is_some() {}
}
