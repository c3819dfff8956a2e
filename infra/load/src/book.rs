//! What everybody was answered: by kind of request, with every failure and its time.

pub(crate) mod histogram;

use histogram::Histogram;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Answers to requests of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    /// How many were as they should be.
    pub(crate) good: u64,
    /// How many were not.
    pub(crate) failed: u64,
    /// How long the good ones took.
    pub(crate) times: Histogram,
    /// What `X-Cache` said, and how often.
    pub(crate) cache: BTreeMap<String, u64>,
}

/// A request that was not answered as it should be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Failure {
    /// What was asked.
    pub(crate) kind: String,
    /// When the answer came, in seconds since the run began.
    pub(crate) at_s: f64,
    /// `None` where the connection ended without an answer.
    pub(crate) status: Option<u16>,
    /// What the answer said.
    pub(crate) detail: String,
    /// After how many seconds to ask again, where it said so.
    pub(crate) retry_after_s: Option<u64>,
}

/// Everything that was answered in a run.
#[derive(Clone, Debug)]
pub(crate) struct Book {
    began: Instant,
    /// By kind of request.
    pub(crate) answers: BTreeMap<String, Answers>,
    /// In no order.
    pub(crate) failures: Vec<Failure>,
    /// Requests that were to be asked again and that nothing came of: whoever asked has given up, or was at it when the run ended.
    pub(crate) given_up: Vec<String>,
}

impl Book {
    /// An empty one, whose time begins now.
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), answers: BTreeMap::new(), failures: Vec::new(), given_up: Vec::new() }
    }

    /// Seconds since the run began.
    pub(crate) fn now_s(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Enters a good answer.
    pub(crate) fn good(&mut self, kind: &str, took: Duration, cache: Option<&str>) {
        let answers = self.answers.entry(kind.to_owned()).or_default();
        answers.good += 1;
        answers.times.push(took);
        if let Some(said) = cache {
            *answers.cache.entry(said.to_owned()).or_default() += 1;
        }
    }

    /// Enters a failure.
    pub(crate) fn failed(&mut self, failure: Failure) {
        self.answers.entry(failure.kind.clone()).or_default().failed += 1;
        self.failures.push(failure);
    }

    /// All kinds together.
    pub(crate) fn total(&self) -> Answers {
        self.answers.values().fold(Answers::default(), |mut total, answers| {
            total.good += answers.good;
            total.failed += answers.failed;
            total.times.add(&answers.times);
            total
        })
    }
}

/// What a client that does as it is told makes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It has what it asked for.
    Good,
    /// It asks again after so long.
    Again(Duration),
    /// There is no use in asking again.
    Bad,
}

/// Judges an answer; no status is a connection that ended without one. The store says nothing of when to ask again, and its
/// clients do after a second.
pub(crate) fn judge(status: Option<u16>, retry_after_s: Option<u64>) -> Verdict {
    match (status, retry_after_s) {
        (Some(200..=299), _) => Verdict::Good,
        (_, Some(seconds)) => Verdict::Again(Duration::from_secs(seconds)),
        (None | Some(500..=599), None) => Verdict::Again(Duration::from_secs(1)),
        _ => Verdict::Bad,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_entered_under_its_kind_and_in_the_total() {
        let mut book = Book::new();
        book.good("detail", Duration::from_millis(3), Some("hit"));
        book.good("create", Duration::from_millis(7), None);
        let kind = "detail".to_owned();
        book.failed(Failure { kind, at_s: 1.0, status: Some(503), detail: String::new(), retry_after_s: Some(2) });
        let detail = &book.answers["detail"];
        assert_eq!((detail.good, detail.failed, detail.cache["hit"]), (1, 1, 1));
        assert_eq!((book.total().good, book.total().failed, book.failures.len()), (2, 1, 1));
    }

    #[test]
    fn a_client_asks_again_as_it_is_told_and_not_where_that_is_no_use() {
        let after = |seconds| Verdict::Again(Duration::from_secs(seconds));
        for (status, retry_after_s, verdict) in [
            (Some(201), None, Verdict::Good),
            (Some(204), Some(9), Verdict::Good),
            (Some(503), Some(2), after(2)),
            (Some(409), Some(2), after(2)),
            (Some(429), Some(30), after(30)),
            (Some(409), None, Verdict::Bad),
            (Some(400), None, Verdict::Bad),
            (Some(404), None, Verdict::Bad),
            (Some(500), None, after(1)),
            (None, None, after(1)),
        ] {
            assert_eq!(judge(status, retry_after_s), verdict, "{status:?} {retry_after_s:?}");
        }
    }
}
