//! Events that functions have given up, and their way back.
//!
//! The only crate that names SQS and Lambda's own interface. Lambda's on-failure destination writes a [`Letter`] for each event that
//! a function has failed at for the last time: into a queue, and on a developer's machine into a folder beside the photos.
//! [`DeadLetters`] is the closed set of the two, with the same methods in the same order. An event goes back to whom it was meant for,
//! as if it were new, with every try that it has; nothing of any function's work is known here.
//!
//! A letter goes only when its event is accepted where it belongs, so whatever ends a process between, it is handed over once more
//! and never lost. What is no letter is left where it is.
//!
//! Start with [`DeadLetters`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod arn;
mod folder;
mod letter;
mod queue;

pub use arn::FunctionArn;
pub use letter::Letter;

use domain::Result;
use folder::Folder;
use queue::Queue;
use std::fmt;
use std::path::PathBuf;

/// Letters of one queue go hand in hand at most.
pub const MAX_TAKEN: usize = 10;

/// Where letters are.
#[derive(Debug)]
pub enum DeadLetters {
    /// A queue of SQS.
    Queue(Queue),
    /// A folder of the embedded server.
    Folder(Folder),
}

/// A letter in our hands, which nobody else gets for some minutes.
#[derive(Debug)]
pub struct Taken {
    /// What it is called where it is.
    pub id: String,
    /// What it says, or why it is no letter.
    pub letter: Result<Letter, String>,
    /// By what the queue knows who has it; of a folder, nothing.
    receipt: String,
}

impl DeadLetters {
    /// The queue of this address, reached with the credentials that the AWS SDK finds. Nothing is asked yet.
    pub async fn in_queue(url: &str) -> Self {
        Self::Queue(Queue::connect(url).await)
    }

    /// Those that the embedded server has left in its folder of events. Nothing is made there.
    pub fn in_folder(events: impl Into<PathBuf>) -> Self {
        Self::Folder(Folder::at(events))
    }

    /// The next letters, [`MAX_TAKEN`] and `limit` at most. None is the end: what was taken before and is in nobody's hands any
    /// more may come again before that.
    ///
    /// # Errors
    /// Those of the queue or the folder.
    pub async fn take(&mut self, limit: usize) -> Result<Vec<Taken>> {
        let limit = limit.clamp(1, MAX_TAKEN);
        match self {
            Self::Queue(queue) => queue.take(limit).await,
            Self::Folder(folder) => folder.take(limit).await,
        }
    }

    /// Hands the event over to `function`, which its letter names, and then does away with the letter.
    ///
    /// # Errors
    /// Where the event is not accepted, which leaves the letter as it is; where only the letter cannot be done away with, which the
    /// error says: its event comes once more then.
    pub async fn hand_over(&self, taken: &Taken, letter: &Letter, function: &FunctionArn) -> Result<()> {
        match self {
            Self::Queue(queue) => queue.hand_over(taken, letter, function).await,
            Self::Folder(folder) => folder.hand_over(taken).await,
        }
    }

    /// Lets go of a letter: it is there for everybody again.
    ///
    /// # Errors
    /// Those of the queue, which lets go of it by itself after some minutes.
    pub async fn let_go(&self, taken: &Taken) -> Result<()> {
        match self {
            Self::Queue(queue) => queue.let_go(taken).await,
            Self::Folder(_) => Ok(()),
        }
    }
}

impl fmt::Display for DeadLetters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Queue(queue) => queue.fmt(f),
            Self::Folder(folder) => folder.fmt(f),
        }
    }
}
