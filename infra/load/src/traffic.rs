//! What people do: they ask and they write, at the same time.

pub(crate) mod client;
mod pictures;
mod questions;
mod reads;
pub(crate) mod writes;

use crate::Trouble;
use crate::book::Book;
use crate::stack::Stack;
use client::Client;
use questions::Questions;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use writes::{Pace, People};

/// wrk asks over so many connections, each by a thread of its own.
pub(crate) const READERS: usize = 8;

/// The people of one stack: what they ask for, and what they have written so far.
#[derive(Debug)]
pub(crate) struct Traffic {
    pub(crate) client: Client,
    questions: Questions,
    people: Arc<People>,
    readers: usize,
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// What the people who asked were answered, at how many requests a second.
    pub(crate) reads: Book,
    pub(crate) reads_per_s: f64,
    /// What those who wrote were answered.
    pub(crate) writes: Book,
    /// What they must find afterwards.
    pub(crate) written: writes::Written,
}

impl Traffic {
    /// Looks at the chargers of a stack, to ask for some of them.
    ///
    /// # Errors
    /// When it does not answer.
    pub(crate) async fn prepare(stack: &Stack, readers: usize) -> Result<Self, Trouble> {
        let client = Client::new(stack.url());
        let questions = Questions::about(&client).await?;
        let people = Arc::new(People::new(client.clone(), questions.ids())?);
        Ok(Self { client, questions, people, readers })
    }

    /// Only asks, and forgets what was answered.
    ///
    /// # Errors
    /// When wrk does not run.
    pub(crate) async fn warm_up(&self, seconds: u64) -> Result<(), Trouble> {
        reads::run(&self.client, &self.questions, self.readers, seconds).await.map(drop)
    }

    /// Asks and writes for so long; then whoever is writing comes to an end.
    ///
    /// # Errors
    /// When wrk does not run.
    pub(crate) async fn run(&self, seconds: u64, pace: Pace) -> Result<Outcome, Trouble> {
        let until = Instant::now() + Duration::from_secs(seconds);
        let book = Arc::new(Mutex::new(Book::new()));
        let (reads, written) = tokio::join!(
            reads::run(&self.client, &self.questions, self.readers, seconds),
            writes::run(&self.people, &book, pace, until),
        );
        let (reads, reads_per_s) = reads?;
        let writes = book.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(Outcome { reads, reads_per_s, writes, written })
    }
}
